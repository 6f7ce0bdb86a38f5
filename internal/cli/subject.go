package cli

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/package-url/packageurl-go"
	"github.com/pelletier/go-toml/v2"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// parseSubject reads --subject: NAME, NAME@VERSION or a package URL.
func parseSubject(s string) (inventory.Subject, error) {
	if strings.HasPrefix(s, "pkg:") {
		purl, err := packageurl.FromString(s)
		if err != nil {
			return inventory.Subject{}, &failure{exitUsage, fmt.Errorf("--subject: %w", err), ""}
		}
		return inventory.Subject{Name: purl.Name, Version: purl.Version, PURL: purl.ToString()}, nil
	}
	name, version, _ := cutLast(s, "@")
	if strings.TrimSpace(name) == "" {
		return inventory.Subject{}, &failure{exitUsage, fmt.Errorf("--subject %q: no name", s), "NAME, NAME@VERSION or pkg:…"}
	}
	return inventory.Subject{Name: name, Version: version}, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// subjectOf names what lies in the directory where: the project that its
// pyproject.toml declares, else the directory. A project's .venv stands for
// nothing by its own name, so there it is the directory that holds it.
func subjectOf(d fs.FS, where string) inventory.Subject {
	if s := projectSubject(d); s.Name != "" {
		return s
	}
	base := filepath.Base(where)
	if base == ".venv" || base == "venv" {
		base = filepath.Base(filepath.Dir(where)) + "/" + base
	}
	if base == "/" || base == "." || base == `\` {
		base = "root"
	}
	return inventory.Subject{Name: base}
}

// maxProject bounds what is read of a pyproject.toml.
const maxProject = 4 << 20

func projectSubject(d fs.FS) inventory.Subject {
	info, err := fs.Stat(d, "pyproject.toml")
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxProject {
		return inventory.Subject{}
	}
	data, err := fs.ReadFile(d, "pyproject.toml")
	if err != nil {
		return inventory.Subject{}
	}
	type named struct{ Name, Version string }
	var file struct {
		Project named
		Tool    struct{ Poetry named }
	}
	if toml.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &file) != nil {
		return inventory.Subject{}
	}
	if file.Project.Name == "" {
		file.Project = file.Tool.Poetry
	}
	return inventory.Subject{Name: file.Project.Name, Version: file.Project.Version}
}

// parseParty reads --author and --supplier: NAME, or NAME <mail or URL>.
func parseParty(flag, s string) (sbom.Party, error) {
	name, rest, angle := strings.Cut(s, "<")
	contact, after, closed := strings.Cut(rest, ">")
	party := sbom.Party{Name: strings.TrimSpace(name)}
	contact = strings.TrimSpace(contact)
	switch {
	case !angle:
	case !closed || strings.TrimSpace(after) != "" || contact == "":
		return party, partyError(flag, s)
	case strings.Contains(contact, "://"):
		party.URL = contact
	case strings.Contains(contact, "@"):
		party.Email = contact
	default:
		return party, partyError(flag, s)
	}
	if party.Name == "" && s != "" {
		return party, partyError(flag, s)
	}
	return party, nil
}

func partyError(flag, s string) error {
	return &failure{exitUsage, fmt.Errorf("--%s %q: not NAME or 'NAME <mail or URL>'", flag, s), ""}
}
