package licence

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"
)

func TestDeclared(t *testing.T) {
	const (
		mit    = "License :: OSI Approved :: MIT License"
		bsd    = "License :: OSI Approved :: BSD License"
		apache = "License :: OSI Approved :: Apache Software License"
		gpl3   = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"
		osi    = "License :: OSI Approved"
		own    = "License :: Other/Proprietary License"
		text   = "Copyright (c) 2020 Somebody\nAll rights reserved."
	)
	tests := []struct {
		what        string
		expression  string
		classifiers []string
		text        string
		want        Licences
		wantErr     string
	}{
		{what: "nothing"},
		{what: "nothing about licences", classifiers: []string{"Programming Language :: Python"}, text: "UNKNOWN"},
		{what: "the expression before all", expression: "mit", classifiers: []string{apache}, text: "GPL",
			want: Licences{List: []Licence{{ID: "MIT"}}, Source: "License-Expression", Raw: []string{"mit"}}},
		{what: "an expression of two", expression: "MIT OR Apache-2.0",
			want: Licences{Expression: "MIT OR Apache-2.0", Source: "License-Expression"}},
		{what: "an invalid expression", expression: "MIT OR BSD", classifiers: []string{mit}, text: "MIT",
			want:    Licences{List: []Licence{{Name: "MIT OR BSD"}}, Source: "License-Expression"},
			wantErr: `License-Expression: column 8: "BSD" is not a licence of the SPDX list`},
		{what: "an invalid expression of many lines", expression: "one\ntwo",
			want:    Licences{List: []Licence{{Name: "one", Text: "one\ntwo"}}, Source: "License-Expression"},
			wantErr: `License-Expression: column 1: "one" is not a licence of the SPDX list`},
		{what: "a classifier before text", classifiers: []string{mit}, text: "Apache-2.0",
			want: Licences{List: []Licence{{ID: "MIT"}}, Source: "Classifier", Raw: []string{mit}}},
		{what: "a blank expression", expression: " ", classifiers: []string{mit},
			want: Licences{List: []Licence{{ID: "MIT"}}, Source: "Classifier", Raw: []string{mit}}},
		{what: "text alone", text: "BSD",
			want: Licences{List: []Licence{{Name: "BSD"}}, Source: "License"}},
		{what: "text says which BSD", classifiers: []string{bsd}, text: "BSD-3-Clause",
			want: Licences{List: []Licence{{ID: "BSD-3-Clause"}}, Source: "License", Raw: []string{bsd}}},
		{what: "text says which GPL, in its own words", classifiers: []string{gpl3}, text: "GPLv3+",
			want: Licences{List: []Licence{{ID: "GPL-3.0-or-later"}}, Source: "License", Raw: []string{gpl3, "GPLv3+"}}},
		{what: "text says another version of Apache", classifiers: []string{apache}, text: "Apache-1.1",
			want: Licences{List: []Licence{{ID: "Apache-1.1"}}, Source: "License", Raw: []string{apache}}},
		{what: "text gives the operator", classifiers: []string{mit, bsd}, text: "MIT AND (BSD-2-Clause OR BSD-3-Clause)",
			want: Licences{Expression: "MIT AND (BSD-2-Clause OR BSD-3-Clause)", Source: "License", Raw: []string{mit, bsd}}},
		{what: "text names less than the classifiers", classifiers: []string{mit, bsd}, text: "MIT",
			want: Licences{List: []Licence{{ID: "MIT"}, {Name: "BSD License"}}, Source: "Classifier", Raw: []string{mit, bsd}}},
		{what: "text names more than the classifiers", classifiers: []string{bsd}, text: "BSD-3-Clause OR MIT",
			want: Licences{List: []Licence{{Name: "BSD License"}}, Source: "Classifier", Raw: []string{bsd}}},
		{what: "text names a LicenseRef too", classifiers: []string{bsd}, text: "BSD-3-Clause OR LicenseRef-BSD",
			want: Licences{List: []Licence{{Name: "BSD License"}}, Source: "Classifier", Raw: []string{bsd}}},
		{what: "text is about another licence", classifiers: []string{bsd}, text: "MIT",
			want: Licences{List: []Licence{{Name: "BSD License"}}, Source: "Classifier", Raw: []string{bsd}}},
		{what: "text cannot make a proprietary licence free", classifiers: []string{own}, text: "MIT",
			want: Licences{List: []Licence{{Name: "Other/Proprietary License"}}, Source: "Classifier", Raw: []string{own}}},
		{what: "the text of the one name", classifiers: []string{bsd}, text: text,
			want: Licences{List: []Licence{{Name: "BSD License", Text: text}}, Source: "Classifier", Raw: []string{bsd}}},
		{what: "the text of the one name that no text narrows", classifiers: []string{own, own}, text: text,
			want: Licences{List: []Licence{{Name: "Other/Proprietary License", Text: text}}, Source: "Classifier", Raw: []string{own}}},
		{what: "text says which Apache", classifiers: []string{apache}, text: "Apache 2.0",
			want: Licences{List: []Licence{{ID: "Apache-2.0"}}, Source: "License", Raw: []string{apache, "Apache 2.0"}}},
		{what: "text beside an id", classifiers: []string{mit}, text: text,
			want: Licences{List: []Licence{{ID: "MIT"}}, Source: "Classifier", Raw: []string{mit}}},
		{what: "approval is no licence", classifiers: []string{osi}, text: "mit",
			want: Licences{List: []Licence{{ID: "MIT"}}, Source: "License", Raw: []string{"mit"}}},
		{what: "approval alone", classifiers: []string{osi}, text: "UNKNOWN",
			want: Licences{List: []Licence{{Name: "OSI Approved"}}, Source: "Classifier", Raw: []string{osi}}},
	}
	for _, tt := range tests {
		got, err := Declared(tt.expression, tt.classifiers, tt.text)
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.what, got, tt.want)
		}
		if (err == nil) != (tt.wantErr == "") || err != nil && err.Error() != tt.wantErr {
			t.Errorf("%s: error %v, want %q", tt.what, err, tt.wantErr)
		}
	}
}

func TestDeclaredSharesNothing(t *testing.T) {
	for _, headers := range [][3]string{
		{"MIT OR Apache-2.0", "", ""}, {"mit", "", ""}, {"bsd", "", ""}, {"one\ntwo", "", ""},
		{"", "License :: OSI Approved :: BSD License", "BSD-3-Clause"},
		{"", "License :: Own", "one\ntwo"},
		{"", "", "BSD"}, {"", "", "a  b"}, {"", "", "OSI Approved :: MIT License"}, {"", "", "Apache 2.0"},
	} {
		metadata := strings.Join(headers[:], "|")
		start := uintptr(unsafe.Pointer(unsafe.StringData(metadata)))
		part := strings.Split(metadata, "|")
		l, _ := Declared(part[0], part[1:2], part[2])
		all := append(slices.Clone(l.Raw), l.Expression)
		for _, licence := range l.List {
			all = append(all, licence.ID, licence.Name, licence.Text)
		}
		for _, s := range all {
			if p := uintptr(unsafe.Pointer(unsafe.StringData(s))); s != "" && start <= p && p < start+uintptr(len(metadata)) {
				t.Errorf("%q: %q is part of METADATA", headers, s)
			}
		}
	}
}

func TestSPDX(t *testing.T) {
	tests := []struct {
		what string
		l    Licences
		want string // a regular expression
		text []string
	}{
		{"nothing", Licences{}, `NOASSERTION`, nil},
		{"an id", Licences{List: []Licence{{ID: "MIT"}}}, `MIT`, nil},
		{"an expression", Licences{Expression: "MIT OR ISC"}, `MIT OR ISC`, nil},
		{"an expression with refs", Licences{Expression: "LicenseRef-b OR MIT AND LicenseRef-a"},
			`LicenseRef-b OR MIT AND LicenseRef-a`, []string{"NOASSERTION", "NOASSERTION"}},
		{"a name", Licences{List: []Licence{{Name: "BSD License"}}}, `LicenseRef-BSD-License-[0-9a-f]{8}`, []string{"BSD License"}},
		{"a text", Licences{List: []Licence{{Name: "Own (v_1)", Text: "Be good."}}}, `LicenseRef-Own-v-1-[0-9a-f]{8}`, []string{"Be good."}},
		{"a name without letters", Licences{List: []Licence{{Name: "版权所有"}}}, `LicenseRef-[0-9a-f]{8}`, []string{"版权所有"}},
		{"an entry without anything", Licences{List: []Licence{{}}}, `LicenseRef-[0-9a-f]{8}`, []string{"NOASSERTION"}},
		{"several", Licences{List: []Licence{{ID: "MIT"}, {Name: "BSD"}}}, `NOASSERTION`, nil},
	}
	for _, tt := range tests {
		declared, extracted := tt.l.SPDX()
		if !regexp.MustCompile("^(" + tt.want + ")$").MatchString(declared) {
			t.Errorf("%s: %q, want %s", tt.what, declared, tt.want)
		}
		var text []string
		for _, e := range extracted {
			text = append(text, e.Text)
			if !strings.Contains(declared, e.ID) {
				t.Errorf("%s: %q is not in %q", tt.what, e.ID, declared)
			}
		}
		if !slices.Equal(text, tt.text) {
			t.Errorf("%s: texts %q, want %q", tt.what, text, tt.text)
		}
	}
}

func TestSPDXSameIDForSameLicence(t *testing.T) {
	id := func(l Licence) string {
		declared, _ := Licences{List: []Licence{l}}.SPDX()
		return declared
	}
	bsd := Licence{Name: "BSD License"}
	for _, other := range []Licence{{Name: "BSD-License"}, {Name: "BSD License", Text: "x"}, {Name: "BSD License", Text: "y"}} {
		if id(bsd) == id(other) {
			t.Errorf("%+v and %+v are both %s", bsd, other, id(bsd))
		}
	}
	if id(bsd) != id(bsd) {
		t.Error("the same licence has two ids")
	}
}

func TestNames(t *testing.T) {
	l := Licences{Expression: "LicenseRef-b AND GPL-2.0 WITH Nokia-Qt-exception-1.1 OR MIT OR LicenseRef-a OR GPL-2.0"}
	if got := l.Refs(); !slices.Equal(got, []string{"LicenseRef-b", "LicenseRef-a"}) {
		t.Errorf("Refs: %q", got)
	}
	if got := l.Deprecated(); !slices.Equal(got, []string{"GPL-2.0", "Nokia-Qt-exception-1.1"}) {
		t.Errorf("Deprecated: %q", got)
	}
	l = Licences{List: []Licence{{ID: "LGPL-3.0+"}, {ID: "MIT"}, {Name: "GPL-2.0"}}}
	if got := l.Deprecated(); !slices.Equal(got, []string{"LGPL-3.0+"}) {
		t.Errorf("Deprecated: %q", got)
	}
	if got := l.String(); got != "LGPL-3.0+; MIT; GPL-2.0" {
		t.Errorf("String: %q", got)
	}
	l = Licences{Expression: "LicenseRef-a OR OR"} // somebody else's inventory
	if l.Refs() != nil || l.Deprecated() != nil {
		t.Errorf("names in an invalid expression: %q, %q", l.Refs(), l.Deprecated())
	}
}

func FuzzDeclared(f *testing.F) {
	f.Add("MIT OR Apache-2.0", "", "")
	f.Add("MIT OR BSD", "License :: OSI Approved :: MIT License", "MIT")
	f.Add("", "License :: OSI Approved :: BSD License\nLicense :: OSI Approved", "BSD-3-Clause")
	f.Add("", "License :: DFSG approved\nLicense :: x :: \xff\x00", "The MIT License (MIT)")
	f.Add("", "", "=====\nOwn\u202e Licence\nLicenseRef-x\n\x00")
	f.Add("\x1cLicenseRef-x", "", strings.Repeat("ä ", 200))
	f.Fuzz(func(t *testing.T, expression, classifiers, text string) {
		l, _ := Declared(expression, strings.Split(classifiers, "\n"), text)
		if l.Expression != "" && l.List != nil {
			t.Fatalf("expression and list: %+v", l)
		}
		if (l.Source == "") != (l.Expression == "" && l.List == nil) || l.Source == "" && l.Raw != nil {
			t.Fatalf("source without a licence, or the other way round: %+v", l)
		}
		if l.Expression != "" {
			if e, err := Parse(l.Expression); err != nil || e.Text != l.Expression || e.IsID() {
				t.Fatalf("expression %q: %+v, %v", l.Expression, e, err)
			}
		}
		for _, licence := range l.List {
			checkLicence(t, licence)
		}
		declared, extracted := l.SPDX()
		if _, err := Canonical(declared); err != nil && declared != NoAssertion {
			t.Fatalf("declared %q: %v", declared, err)
		}
		for _, e := range extracted {
			if e.Text == "" || !strings.Contains(declared, e.ID) {
				t.Fatalf("declared %q, extracted %+v", declared, e)
			}
		}
		checkJSON(t, l)
	})
}

func checkLicence(t *testing.T, l Licence) {
	if (l.ID == "") == (l.Name == "") || l.ID != "" && l.Text != "" {
		t.Fatalf("not just an id or just a name: %+v", l)
	}
	if e, err := Parse(l.ID); l.ID != "" && (err != nil || !e.IsID()) {
		t.Fatalf("id %q: %v", l.ID, err)
	}
	if !utf8.ValidString(l.Name+l.Text) || len(l.Text) > maxText || utf8.RuneCountInString(l.Name) > maxName+len(`"\x00"`)*20 {
		t.Fatalf("too long or not UTF-8: %+v", l)
	}
	if strings.ContainsFunc(l.Name, func(r rune) bool { return r < ' ' || r == '\x7f' || r == '\u202e' || r == '\u2028' }) {
		t.Fatalf("name %q", l.Name)
	}
}

// checkJSON: the inventory is the lossless form.
func checkJSON(t *testing.T, l Licences) {
	data, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var again Licences
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(again, l) {
		t.Fatalf("%s reads back as %+v, %v", data, again, err)
	}
	if reflect.ValueOf(l).IsZero() != (string(data) == "{}") {
		t.Fatalf("%s", data)
	}
}

func BenchmarkDeclared(b *testing.B) {
	other := []string{"Development Status :: 5 - Production/Stable", "Programming Language :: Python :: 3"}
	for _, bench := range []struct{ name, expression, classifier, text string }{
		{"expression", "MIT", "", ""},
		{"classifier", "", "License :: OSI Approved :: MIT License", "MIT"},
		{"narrowed", "", "License :: OSI Approved :: BSD License", "BSD-3-Clause"},
		{"alias", "", "", "Apache License, Version 2.0"},
		{"text", "", "License :: OSI Approved :: BSD License", "Copyright\n" + strings.Repeat("all rights reserved, but ", 1000)},
	} {
		classifiers := append(slices.Clone(other), bench.classifier)
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Declared(bench.expression, classifiers, bench.text)
			}
		})
	}
}
