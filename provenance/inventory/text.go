package inventory

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one line of text that every format can hold: valid UTF-8,
// every control character and line break a space, none at the ends. What an
// Inventory holds is such text already.
func Line(s string) string {
	if isPlain(s) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case isHidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\ufffd")))
}

// Text is [Line] for texts of several lines: line breaks, all written "\n", and
// tabs stay.
func Text(s string) string {
	if isPlain(s) {
		return strings.TrimSpace(s)
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\u2028', r == '\u2029', r == '\u0085', r == '\f', r == '\v':
			return '\n'
		case unicode.IsControl(r):
			return ' '
		case isHidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd")))
}

// isPlain reports whether s is printable ASCII, which needs no work.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isHidden reports whether r is a character that XML forbids or that changes
// how the text around it is shown.
func isHidden(r rune) bool {
	switch {
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidirectional overrides
		return true
	case r == 0xfeff, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef: // noncharacters
		return true
	}
	return !utf8.ValidRune(r)
}

// declared is Line for a header's value; "UNKNOWN", which old build tools
// wrote where nothing was declared, is nothing.
func declared(s string) string {
	s = Line(s)
	if s == "UNKNOWN" {
		return ""
	}
	return s
}

// dedent takes the indentation off the continuation lines of a folded value:
// eight columns or a bar as old tools wrote it, else what they have in common.
func dedent(s string) string {
	lines := strings.Split(s, "\n")
	common := -1
	for _, l := range lines[1:] {
		trimmed := strings.TrimLeft(l, " \t")
		if trimmed == "" {
			continue
		}
		if indent := len(l) - len(trimmed); common < 0 || indent < common {
			common = indent
		}
	}
	for i, l := range lines[1:] {
		l = l[min(max(common, 0), len(l)):]
		lines[i+1] = strings.TrimPrefix(l, "|")
	}
	return strings.Join(lines, "\n")
}

// parties splits the value of an Author-email or Maintainer-email header:
// addresses with or without a name, separated by commas.
func parties(value, source string) []Party {
	if strings.Contains(value, "=?") {
		if decoded, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
			value = decoded
		}
	}
	var all []Party
	for _, part := range splitAddresses(value) {
		p := Party{Source: source}
		name, rest, angle := strings.Cut(part, "<")
		switch {
		case angle:
			p.Name = Line(strings.Trim(strings.TrimSpace(name), `"'`))
			p.Email = Line(strings.TrimSuffix(strings.TrimSpace(rest), ">"))
		case strings.Contains(part, "@") && !strings.ContainsAny(part, " \t"):
			p.Email = Line(part)
		default:
			p.Name = declared(strings.Trim(part, `"`))
		}
		if p.Name != "" || p.Email != "" {
			all = append(all, p)
		}
	}
	return all
}

// splitAddresses splits at the commas that stand outside quotes and brackets.
func splitAddresses(s string) []string {
	var parts []string
	quoted, start := false, 0
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '<', '(':
			depth++
		case '>', ')':
			depth = max(depth-1, 0)
		case ',':
			if !quoted && depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// producers returns who METADATA says made the distribution: authors before
// maintainers. A lone name and a lone nameless address of one role are one
// party.
func producers(author, authorEmail, maintainer, maintainerEmail string) []Party {
	var all []Party
	for _, role := range []struct{ header, name, email string }{
		{"Author", declared(author), Line(authorEmail)},
		{"Maintainer", declared(maintainer), Line(maintainerEmail)},
	} {
		addresses := parties(role.email, role.header+"-email")
		switch {
		case role.name == "":
			all = append(all, addresses...)
		case len(addresses) == 1 && (addresses[0].Name == "" || addresses[0].Name == role.name):
			all = append(all, Party{role.name, addresses[0].Email, addresses[0].Source})
		default:
			all = append(all, Party{Name: role.name, Source: role.header})
			all = append(all, addresses...)
		}
	}
	return all
}
