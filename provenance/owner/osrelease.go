package owner

import "strings"

// osRelease is what os-release says of a distribution.
//
// https://www.freedesktop.org/software/systemd/man/latest/os-release.html
type osRelease struct{ id, version string }

// readOSRelease returns the zero osRelease where there is no such file.
func (l *loader) readOSRelease() osRelease {
	for _, name := range []string{"etc/os-release", "usr/lib/os-release"} {
		if text, ok := l.text(name, maxSmall); ok {
			return parseOSRelease(text)
		}
	}
	return osRelease{}
}

func parseOSRelease(text string) osRelease {
	var r osRelease
	var codename string
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "ID":
			r.id = strings.ToLower(shellWord(value))
		case "VERSION_ID":
			r.version = shellWord(value)
		case "VERSION_CODENAME":
			codename = shellWord(value)
		}
	}
	if r.version == "" {
		r.version = codename // Debian's testing and unstable have no number
	}
	return r
}

// shellWord resolves the quotes of a shell assignment.
func shellWord(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		quote := s[0]
		s = s[1 : len(s)-1]
		if quote == '"' {
			s = strings.NewReplacer(`\"`, `"`, `\$`, `$`, `\\`, `\`, "\\`", "`").Replace(s)
		}
	}
	return clean(s)
}

// distro returns "debian-12", the value of a purl's qualifier of that name;
// only the ID where no version is known.
func (r osRelease) distro() string {
	if r.id == "" || r.version == "" {
		return r.id
	}
	return r.id + "-" + r.version
}
