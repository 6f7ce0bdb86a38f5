package pep508

import (
	"strings"
	"unicode/utf8"
)

// quoted reads a string literal of Python, in single or double quotes. The
// quote itself cannot be escaped in it.
func (p *parser) quoted() (string, error) {
	quote := p.text[p.pos]
	n := strings.IndexByte(p.text[p.pos+1:], quote)
	if n < 0 {
		return "", p.expected("a closing quote")
	}
	text := p.text[p.pos+1 : p.pos+1+n]
	value, ok := unquote(text)
	if !ok {
		return "", p.errorf("not a string literal of Python")
	}
	p.pos += n + 2
	return value, nil
}

// unquote resolves Python's escapes. Of what Python takes it refuses \N{NAME}
// and lone surrogates.
func unquote(s string) (value string, ok bool) {
	if isPlain(s) {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for s != "" {
		c := s[0]
		s = s[1:]
		switch c {
		case 0, '\n', '\r':
			return "", false
		case '\\':
			if b, s, ok = appendEscape(b, s); !ok {
				return "", false
			}
		default:
			b = append(b, c)
		}
	}
	return string(b), true
}

// appendEscape resolves the escape that s continues after its backslash and
// returns what follows.
func appendEscape(b []byte, s string) (_ []byte, rest string, ok bool) {
	if s == "" {
		return b, s, false
	}
	c := s[0]
	switch c {
	case '\n':
		return b, s[1:], true
	case '\r':
		return b, strings.TrimPrefix(s[1:], "\n"), true
	case 'x':
		return appendRune(b, s[1:], 16, 2, 2)
	case 'u':
		return appendRune(b, s[1:], 16, 4, 4)
	case 'U':
		return appendRune(b, s[1:], 16, 8, 8)
	case 'N', 0:
		return b, s, false
	}
	if '0' <= c && c <= '7' {
		return appendRune(b, s, 8, 1, 3)
	}
	if i := strings.IndexByte(`\'"abfnrtv`, c); i >= 0 {
		return append(b, "\\'\"\a\b\f\n\r\t\v"[i]), s[1:], true
	}
	return append(b, '\\'), s, true
}

// appendRune appends the rune that from least to most digits of s name.
func appendRune(b []byte, s string, base rune, least, most int) (_ []byte, rest string, ok bool) {
	var r rune
	n := 0
	for ; n < most && n < len(s); n++ {
		d := strings.IndexByte("0123456789abcdef", lower(s[n]))
		if d < 0 || rune(d) >= base {
			break
		}
		if r = r*base + rune(d); r > utf8.MaxRune {
			return b, s, false
		}
	}
	if n < least || !utf8.ValidRune(r) {
		return b, s, false
	}
	return utf8.AppendRune(b, r), s[n:], true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// appendQuoted writes value so that quoted reads it back, without escapes
// where that is possible.
func appendQuoted(b []byte, value string) []byte {
	quote := byte('"')
	if strings.IndexByte(value, quote) >= 0 {
		quote = '\''
	}
	if back, ok := unquote(value); ok && back == value && strings.IndexByte(value, quote) < 0 {
		return append(append(append(b, quote), value...), quote)
	}
	b = append(b, '"')
	for i := range len(value) {
		switch c := value[i]; c {
		case '\\':
			b = append(b, `\\`...)
		case '"':
			b = append(b, `\x22`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case 0:
			b = append(b, `\x00`...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// isPlain reports whether s stands for itself between quotes.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '\\' || c == '\n' || c == '\r' || c == 0 {
			return false
		}
	}
	return true
}
