package provenance

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// NormalizeName returns the PEP 503 form of a distribution's name: lower
// case, each run of '-', '_' and '.' one '-'. Two names that normalise alike
// are the same distribution. It is what packaging.utils.canonicalize_name
// does, for names that no index would take too.
//
// https://packaging.python.org/en/latest/specifications/name-normalization/
func NormalizeName(name string) string {
	if isNormalized(name) {
		return name
	}
	if !isASCII(name) {
		name = pythonLower(name)
	}
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case isSeparator(c):
			if i > 0 && isSeparator(name[i-1]) {
				continue
			}
			c = '-'
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return string(out)
}

// isNormalized may say false of a normalised name that is not ASCII.
func isNormalized(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '_' || c == '.' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf {
			return false
		}
		if c == '-' && i > 0 && name[i-1] == '-' {
			return false
		}
	}
	return true
}

func isSeparator(c byte) bool { return c == '-' || c == '_' || c == '.' }

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// pythonLower is Python's str.lower. It maps two letters otherwise than
// [strings.ToLower]: İ to an i and a dot above, and Σ at the end of a word to ς.
func pythonLower(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch r {
		case 'İ':
			b.WriteString("i\u0307")
		case 'Σ':
			if endsWord(s[:i], s[i+len("Σ"):]) {
				b.WriteRune('ς')
			} else {
				b.WriteRune('σ')
			}
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// endsWord reports whether a letter between before and after is the last of a
// word: a cased letter precedes it and none follows, marks and apostrophes
// not counted. That is Unicode's Final_Sigma.
func endsWord(before, after string) bool {
	for before != "" {
		r, n := utf8.DecodeLastRuneInString(before)
		if !isCaseIgnorable(r) {
			if !isCased(r) {
				return false
			}
			break
		}
		before = before[:len(before)-n]
	}
	if before == "" {
		return false
	}
	for _, r := range after {
		if !isCaseIgnorable(r) {
			return !isCased(r)
		}
	}
	return true
}

func isCased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// isCaseIgnorable matches Unicode's Case_Ignorable: marks, modifiers, format
// characters, and what may stand in the middle of a word.
func isCaseIgnorable(r rune) bool {
	return strings.ContainsRune("'.:^`\u00a8\u00ad\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a", r) ||
		unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
