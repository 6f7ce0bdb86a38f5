package licence

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText = 256 << 10 // bytes
	maxName = 100       // characters
)

// An alias is a well-known way to write an id, as plainWords leaves it.
type alias struct{ words, id string }

// aliases has only what can mean one licence and one version of it, and what
// neither is an expression nor a classifier's last segment. So "BSD", "GPLv3"
// (or later?) and "PSF" are not here.
var aliases = [...]alias{
	{"2-clause bsd", "BSD-2-Clause"},
	{"2-clause bsd license", "BSD-2-Clause"},
	{"3-clause bsd", "BSD-3-Clause"},
	{"3-clause bsd license", "BSD-3-Clause"},
	{"agplv3+", "AGPL-3.0-or-later"},
	{"apache 2", "Apache-2.0"},
	{"apache 2 license", "Apache-2.0"},
	{"apache 2.0", "Apache-2.0"},
	{"apache 2.0 license", "Apache-2.0"},
	{"apache license 2", "Apache-2.0"},
	{"apache license 2.0", "Apache-2.0"},
	{"apache license v2", "Apache-2.0"},
	{"apache license v2.0", "Apache-2.0"},
	{"apache software license 2.0", "Apache-2.0"},
	{"apache software license v2.0", "Apache-2.0"},
	{"apache v2", "Apache-2.0"},
	{"apache v2.0", "Apache-2.0"},
	{"apache-2", "Apache-2.0"},
	{"apache-2.0 license", "Apache-2.0"},
	{"apache2", "Apache-2.0"},
	{"apache2.0", "Apache-2.0"},
	{"asl 2.0", "Apache-2.0"},
	{"boost software license 1.0", "BSL-1.0"},
	{"bsd 2 clause", "BSD-2-Clause"},
	{"bsd 2-clause", "BSD-2-Clause"},
	{"bsd 2-clause license", "BSD-2-Clause"},
	{"bsd 3 clause", "BSD-3-Clause"},
	{"bsd 3-clause", "BSD-3-Clause"},
	{"bsd 3-clause license", "BSD-3-Clause"},
	{"bsd-2-clause license", "BSD-2-Clause"},
	{"bsd-3-clause license", "BSD-3-Clause"},
	{"cc0", "CC0-1.0"},
	{"cc0 1.0", "CC0-1.0"},
	{"cc0 1.0 universal", "CC0-1.0"},
	{"eclipse public license 2.0", "EPL-2.0"},
	{"eclipse public license v2.0", "EPL-2.0"},
	{"epl 2.0", "EPL-2.0"},
	{"eupl 1.2", "EUPL-1.2"},
	{"expat", "MIT"},
	{"gplv2+", "GPL-2.0-or-later"},
	{"gplv3+", "GPL-3.0-or-later"},
	{"isc license", "ISC"},
	{"lgplv2.1+", "LGPL-2.1-or-later"},
	{"lgplv3+", "LGPL-3.0-or-later"},
	{"mit license", "MIT"},
	{"mit license (mit)", "MIT"},
	{"mit-license", "MIT"},
	{"mozilla public license 2.0", "MPL-2.0"},
	{"mozilla public license v2.0", "MPL-2.0"},
	{"mpl 2", "MPL-2.0"},
	{"mpl 2.0", "MPL-2.0"},
	{"mpl v2", "MPL-2.0"},
	{"mpl v2.0", "MPL-2.0"},
	{"mpl2", "MPL-2.0"},
	{"mplv2", "MPL-2.0"},
	{"new bsd", "BSD-3-Clause"},
	{"new bsd license", "BSD-3-Clause"},
	{"simplified bsd license", "BSD-2-Clause"},
	{"unlicense", "Unlicense"},
	{"zlib license", "Zlib"},
	{"zope public license 2.1", "ZPL-2.1"},
	{"zpl 2.1", "ZPL-2.1"},
	{"zpl v2.1", "ZPL-2.1"},
}

// FromText reads the free text of License: an expression, a well-known name of
// one licence, a classifier, or else a name. What is longer than a name is a
// text whose name is its first line. "UNKNOWN", which old build tools write
// where there is none, declares nothing. The error says that the text was cut.
func FromText(text string) (Licences, error) {
	text = strings.TrimSpace(text)
	if text == "" || strings.EqualFold(text, "UNKNOWN") {
		return Licences{}, nil
	}
	if canonical, err := Canonical(text); err == nil {
		return stated(canonical, text, SourceText), nil
	}
	if r, ok := classifierIn(text); ok {
		return Licences{List: licencesOf([]row{r}), Source: SourceText, Raw: []string{strings.Clone(text)}}, nil
	}
	if id := wellKnown(text); id != "" {
		return stated(id, text, SourceText), nil
	}
	return named(text, SourceText)
}

// classifierIn reads a classifier that somebody wrote into License, with or
// without the "License ::".
func classifierIn(text string) (row, bool) {
	r, ok := tableRow(strings.TrimPrefix(text, classifierPrefix))
	return r, ok && strings.Contains(text, " :: ")
}

// wellKnown returns the one id that the text is a common name of, or "".
func wellKnown(text string) string {
	if len(text) > maxName {
		return ""
	}
	i, ok := slices.BinarySearchFunc(aliases[:], plainWords(text), func(a alias, words string) int {
		return strings.Compare(a.words, words)
	})
	if ok {
		return aliases[i].id
	}
	for _, r := range classifiers {
		if r.id != "" && r.family == "" && r.endsIn(text) {
			return r.id
		}
	}
	return ""
}

// plainWords brings a name to lower case with single spaces, without a leading
// "the", commas and the last full stop, and writes "version 2" as "v2".
func plainWords(text string) string {
	text = strings.TrimSuffix(strings.ToLower(text), ".")
	text = strings.ReplaceAll(text, ",", " ")
	text = strings.ReplaceAll(text, "licence", "license")
	text = strings.Join(strings.Fields(text), " ")
	text = strings.ReplaceAll(text, " version ", " v")
	return strings.TrimPrefix(text, "the ")
}

// named makes a name of a text without an id. The text is beside it unless
// the name shows it all.
func named(text, source string) (Licences, error) {
	text = strings.ToValidUTF8(text, "\ufffd")
	var err error
	if size := len(text); size > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
		err = fmt.Errorf("%s: text of %d bytes cut to %d", source, size, len(text))
	}
	line := firstLine(text)
	l := Licence{Name: cleanName(line)}
	var raw []string
	switch {
	case len(line) < len(text) || utf8.RuneCountInString(line) > maxName:
		l.Text = strings.Clone(text)
	case l.Name != text:
		raw = []string{strings.Clone(text)}
	}
	return Licences{List: []Licence{l}, Source: source, Raw: raw}, err
}

// firstLine returns the first line that has a letter or a digit, so no rule
// of dashes; the first line if none has.
func firstLine(text string) string {
	for rest := text; rest != ""; {
		end := strings.IndexAny(rest, "\r\n")
		if end < 0 {
			end = len(rest)
		}
		if line := rest[:end]; strings.ContainsFunc(line, isWordRune) {
			return line
		}
		rest = strings.TrimLeft(rest[end:], "\r\n")
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// cleanName returns a name that can stand in one line of any document: no
// control or format characters, single spaces, at most maxName characters.
// A name of nothing else is shown quoted.
func cleanName(line string) string {
	var name []byte
	n, cut := 0, 0 // characters in name; where it ends if one more is too many
	space := false
	for _, r := range line {
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if !unicode.IsPrint(r) {
			continue
		}
		if space {
			name = append(name, ' ')
			n++
			space = false
		}
		if n < maxName {
			cut = len(name)
		}
		name = utf8.AppendRune(name, r)
		if n++; n > maxName {
			return string(name[:cut]) + "…"
		}
	}
	if n == 0 {
		return fmt.Sprintf("%+.20q", line)
	}
	return string(name)
}
