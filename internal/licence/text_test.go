package licence

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAliasTable(t *testing.T) {
	for i, a := range aliases {
		if i > 0 && aliases[i-1].words >= a.words {
			t.Errorf("%q stands behind %q", a.words, aliases[i-1].words)
		}
		if plainWords(a.words) != a.words {
			t.Errorf("%q is never looked up: plainWords makes %q of it", a.words, plainWords(a.words))
		}
		if got, err := Canonical(a.words); err == nil && got != "Unlicense" { // "The Unlicense" is none
			t.Errorf("%q is never looked up: it is the expression %q", a.words, got)
		}
		if e, ok := find(licenceIDs[:], a.id); !ok || e.id != a.id || e.deprecated {
			t.Errorf("%q: id %q is deprecated or not on the SPDX list", a.words, a.id)
		}
	}
}

func TestFromText(t *testing.T) {
	id := func(s string) Licences { return Licences{List: []Licence{{ID: s}}} }
	name := func(s string) Licences { return Licences{List: []Licence{{Name: s}}} }
	mit := "MIT License\r\n\r\nPermission is hereby granted ...\r\nAS IS"
	tests := []struct {
		in   string
		want Licences
	}{
		{"", Licences{}},
		{" \r\n", Licences{}},
		{"UNKNOWN", Licences{}},
		{"unknown\n", Licences{}},
		{"MIT", id("MIT")},
		{" mit\n", id("MIT")},
		{"MIT or Apache-2.0", Licences{Expression: "MIT OR Apache-2.0"}},
		{"LicenseRef-Own", Licences{Expression: "LicenseRef-Own"}},
		{"GPL-2.0+", id("GPL-2.0+")},
		{"Apache 2.0", id("Apache-2.0")},
		{"Apache License 2.0", id("Apache-2.0")},
		{"Apache License, Version 2.0", id("Apache-2.0")},
		{"The Apache License, Version 2.0.", id("Apache-2.0")},
		{"Apache  Software\tLicence v2.0", id("Apache-2.0")},
		{"MIT License", id("MIT")},
		{"The MIT License (MIT)", id("MIT")},
		{"BSD-3-Clause", id("BSD-3-Clause")},
		{"BSD 3-Clause License", id("BSD-3-Clause")},
		{"3-Clause BSD", id("BSD-3-Clause")},
		{"MPL-2.0", id("MPL-2.0")},
		{"Mozilla Public License 2.0 (MPL 2.0)", id("MPL-2.0")},
		{"GPLv3+", id("GPL-3.0-or-later")},
		{"GNU General Public License v3 or later (GPLv3+)", id("GPL-3.0-or-later")},
		{"ISC License (ISCL)", id("ISC")},
		{"The Unlicense", id("Unlicense")},
		{"ZPL 2.1", id("ZPL-2.1")},
		{"License :: OSI Approved :: MIT License", id("MIT")},
		{"OSI Approved :: MIT License", id("MIT")},
		{"License :: Public Domain", name("Public Domain")},
		{"OSI Approved :: BSD License", name("BSD License")},
		{"BSD", name("BSD")},
		{"BSD License", name("BSD License")},
		{"GPL", name("GPL")},
		{"GPLv3", name("GPLv3")},
		{"Apache", name("Apache")},
		{"Apache License", name("Apache License")},
		{"Apache Software License", name("Apache Software License")},
		{"LGPL", name("LGPL")},
		{"PSF", name("PSF")},
		{"MIT/Apache-2.0", name("MIT/Apache-2.0")},
		{"MIT, see LICENSE", name("MIT, see LICENSE")},
		{"Public Domain", name("Public Domain")},
		{"LICENSE.txt", name("LICENSE.txt")},
		{"a\x00b \u202ec\td\u00a0 e", name("ab c d e")},
		{"caf\xe9", name("caf\ufffd")},
		{"\x00\x01", name(`"\x00\x01"`)},
		{mit, Licences{List: []Licence{{Name: "MIT License", Text: mit}}}},
		{"\n=====\nOwn  Licence\n=====\n", Licences{List: []Licence{{Name: "Own Licence", Text: "=====\nOwn  Licence\n====="}}}},
		{"--\n--", Licences{List: []Licence{{Name: "--", Text: "--\n--"}}}},
		{strings.Repeat("a", 100), name(strings.Repeat("a", 100))},
		{strings.Repeat("ä", 100), name(strings.Repeat("ä", 100))},
		{strings.Repeat("ä", 101), Licences{List: []Licence{{Name: strings.Repeat("ä", 99) + "…", Text: strings.Repeat("ä", 101)}}}},
	}
	for _, tt := range tests {
		got, err := FromText(tt.in)
		if err != nil || got.Expression != tt.want.Expression || !reflect.DeepEqual(got.List, tt.want.List) {
			t.Errorf("FromText(%q) = %+v, %v, want %+v", tt.in, got, err, tt.want)
		}
		if declared := got.Expression != "" || got.List != nil; (got.Source == SourceText) != declared {
			t.Errorf("FromText(%q): source %q", tt.in, got.Source)
		}
	}
}

// What is not in the rest of the result is in Raw.
func TestFromTextRaw(t *testing.T) {
	for in, want := range map[string][]string{
		"MIT": nil, " MIT ": nil, "mit": {"mit"}, "Apache 2.0": {"Apache 2.0"}, "BSD": nil, "a  b": {"a  b"}, "Public Domain": nil,
		"one\ntwo": nil, "OSI Approved :: MIT License": {"OSI Approved :: MIT License"},
	} {
		if got, _ := FromText(in); !reflect.DeepEqual(got.Raw, want) {
			t.Errorf("FromText(%q).Raw = %q, want %q", in, got.Raw, want)
		}
	}
}

func TestFromTextCut(t *testing.T) {
	for _, in := range []string{
		"Own\n" + strings.Repeat("ä", maxText),
		"Own\nx" + strings.Repeat("ä", maxText),
		strings.Repeat("(", 1<<21),
		strings.Repeat("MIT AND ", 1<<18),
	} {
		got, err := FromText(in)
		if err == nil || !strings.HasPrefix(err.Error(), "License: text of ") {
			t.Errorf("%.10q: %v", in, err)
		}
		l := got.List[0]
		if len(l.Text) > maxText || len(l.Text) < maxText-utf8.UTFMax || !utf8.ValidString(l.Text) ||
			utf8.RuneCountInString(l.Name) > maxName || got.Raw != nil {
			t.Errorf("%.10q: text of %d bytes, name %q", in, len(l.Text), l.Name)
		}
	}
}
