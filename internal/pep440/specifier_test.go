package pep440_test

import (
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep440"
)

func TestSpecifierVectors(t *testing.T) {
	v := readVectors(t)
	for _, row := range v.Specs {
		text, valid := row[0].(string), row[1].(bool)
		if _, err := pep440.ParseSpecifiers(text); (err == nil) != valid {
			t.Errorf("ParseSpecifiers(%q): %v, want valid %v", text, err, valid)
		}
	}
	for _, row := range v.Contains {
		text, item, want := row[0].(string), row[1].(string), row[2].(bool)
		set, err := pep440.ParseSpecifiers(text)
		if err != nil {
			t.Errorf("ParseSpecifiers(%q): %v", text, err)
		} else if got := set.Contains(version(item)); got != want {
			t.Errorf("%q contains %q: %v, want %v", text, item, got, want)
		}
	}
}

var specifierForms = []struct{ text, want string }{
	{"", ""},
	{" , ,", ""},
	{" >= 1.0 ", ">=1.0"},
	{">=\n\u00a01.0", ">=1.0"},
	{">=1.0,<2,", "<2,>=1.0"},
	{">2,>=1,==1.*,!=1.5,~=1.4,<=3,===foo", "!=1.5,<=3,==1.*,===foo,>2,>=1,~=1.4"},
	{"==1.0,==1.0.0,==v1", "==1.0"},
	{">=1,>=1.0.1,>=1.00.0,>=1.0a,>=1a0", ">=1,>=1.0.1,>=1.0a"},
	{"==0.0,==0,==0!0.0.0,==1!0", "==0,==1!0"},
	{"==1+A-1,==1.0+a.01", "==1+A-1"},
	{"~=1.0,~=1.0.0", "~=1.0,~=1.0.0"},
	{"~=1.0,~=01.0", "~=01.0"},
	{"==1.0.*,==1.00.*", "==1.0.*,==1.00.*"},
	{"===1.0,===1.0.0", "===1.0,===1.0.0"},
	{"== v1.0+Local", "==v1.0+Local"},
	{"===", "==="},
	{"====1", "====1"},
	{">=01.0-A", ">=01.0-A"},
}

var notSpecifiers = []string{
	"1.0", "=1.0", "==", ">=", "~1.0", "~=1", "~=1.*", "~=1.0+a", ">=1.*", "<1.0.*", "<=1.0+a", ">1+a", "==1.0a1.*",
	"==1.0.post1.*", "==1.0+a.*", "==1.*.*", "==*", "=> 1", "== 1 2", "===a b", "===a;", "===a)", ">=1.0;", ">1.0, foo",
	"in1.0", "!==1.0", "~==1.0", "==1.0.", ">=1.0é",
}

func TestParseSpecifiers(t *testing.T) {
	for _, test := range specifierForms {
		set, err := pep440.ParseSpecifiers(test.text)
		if err != nil {
			t.Errorf("ParseSpecifiers(%q): %v", test.text, err)
		} else if got := set.String(); got != test.want {
			t.Errorf("ParseSpecifiers(%q) = %q, want %q", test.text, got, test.want)
		}
	}
	for _, text := range notSpecifiers {
		if set, err := pep440.ParseSpecifiers(text); err == nil {
			t.Errorf("ParseSpecifiers(%q) = %q, want an error", text, set)
		}
	}
}

func TestNewSpecifier(t *testing.T) {
	for _, test := range []struct{ op, version, want string }{
		{">=", " 1.0 ", ">=1.0"},
		{"==", "1.*", "==1.*"},
		{"<", "=1.0", "<=1.0"},
		{"==", "=1.0", "===1.0"},
		{"===", "", "==="},
		{"<", " =1.0", ""},
		{"~=", "3", ""},
		{"in", "1.0", ""},
		{"", "1.0", ""},
		{">=", "1.0,<2", ""},
	} {
		spec, err := pep440.NewSpecifier(test.op, test.version)
		if (err == nil) != (test.want != "") || err == nil && spec.String() != test.want {
			t.Errorf("NewSpecifier(%q, %q) = %q, %v; want %q", test.op, test.version, spec, err, test.want)
		}
	}
}

// Each row is specifiers, the versions that they contain, and those that they
// do not.
var contained = []struct{ specifiers, in, out string }{
	{"", "1.0 1.0a1 1.0.dev0 junk", ""},
	{"==1.0", "1 1.0.0 v1.0 1.0+x", "1.0a1 1.0.post1 1!1.0 1.0.1 junk"},
	{"==1.0+x.1", "1+X-01", "1.0 1.0+x.2 1.0+x.1.0"},
	{"!=1.0", "1.1 1.0a1 1.0.post1", "1 1.0+x junk"},
	{"!=1.0+x", "1 1.0+y", "1.0+X"},
	{"==1.2.*", "1.2 1.2.3 1.2.0.post1 1.2a1 1.2.dev0 1.2.3+x", "1.20 1 1!1.2 1.3.dev0"},
	{"==1.0.*", "1 1.0 1.0.9 1a1", "1.1 0.9"},
	{"!=1.2.*", "1.20 1 1!1.2 1.3.dev0", "1.2 1.2.3 1.2.dev0 junk"},
	{">=1.0", "1 1.0+x 1.0.post1 2 1!0", "1.0a1 1.0.dev0 0.9"},
	{"<=1.0", "1 1.0+x 1.0a1 0.9", "1.0.post0 1.0.post0.dev0 1.0.1 1!0"},
	{"<1.0", "0.9 0.9.post1 0.9+x", "1.0a1 1.0.dev0 1.0.dev0+x 1 1.0+x"},
	{"<1.0rc1", "1.0a1 1.0.dev0 1.0rc1.dev0 0.9", "1.0rc1 1.0rc1+x 1.0"},
	{"<1.0.post1", "1.0 1.0.post0 1.0+x", "1.0.post1 1.0.post1.dev0"},
	{">1.0", "1.0.1 1.1.dev0 2", "1 1.0+x 1.0.post1 1.0.post1.dev0 1.0.0.post2+x 1.0a1"},
	{">1.0a1", "1.0a2 1.0a2.dev0 1.0 1.0.post1", "1.0a1+x 1.0a1.post1 1.0a1"},
	{">1.0.post1", "1.0.post2 1.0.post2.dev0 1.1", "1.0.post1+x 1.0.post1 1.0"},
	{">1.0.dev1", "1.0.dev2 1.0 1.0a1 1.0.post1", "1.0.dev1+x 1.0.dev1 1.0.dev0"},
	{"~=1.4", "1.4 1.5 1.99.post1 1.4+x 1.5.dev0", "2.0.dev0 2 1.3 1.4a1 1!1.4"},
	{"~=1.4.0", "1.4 1.4.9", "1.5 1.5.dev0 1.3"},
	{"~=1.4.5a4", "1.4.5a4 1.4.5 1.4.9", "1.4.5a3 1.5a1"},
	{"~=1!1.4", "1!1.9", "1.9 2!1.9 1!2"},
	{"===1.0", "1.0", "1 1.0.0 v1.0 1.0+x"},
	{"===Foo", "foo FOO", "foobar 1.0"},
	{">=1.0,<2,!=1.5.*", "1.0 1.4.9 1.6", "1.5 1.5.1 2 2.0a1"},
	{"==99999999999999999999.*", "99999999999999999999.1", "99999999999999999998.1 9999999999999999999"},
	{"~=1.99999999999999999999.1", "1.99999999999999999999.2", "1.100000000000000000000"},
}

func TestContains(t *testing.T) {
	for _, test := range contained {
		set, err := pep440.ParseSpecifiers(test.specifiers)
		if err != nil {
			t.Errorf("ParseSpecifiers(%q): %v", test.specifiers, err)
			continue
		}
		for item := range strings.FieldsSeq(test.in) {
			if !set.Contains(version(item)) {
				t.Errorf("%q does not contain %q", test.specifiers, item)
			}
		}
		for item := range strings.FieldsSeq(test.out) {
			if set.Contains(version(item)) {
				t.Errorf("%q contains %q", test.specifiers, item)
			}
		}
	}
	for _, spec := range []pep440.Specifier{{}, {Op: "==", Version: "x"}, {Op: "!=", Version: ""}, {Op: "<>", Version: "1"}} {
		if spec.Contains(version("1.0")) {
			t.Errorf("%+v, which is none, contains a version", spec)
		}
	}
}

func FuzzSpecifiers(f *testing.F) {
	for _, test := range specifierForms {
		f.Add(test.text, "1.0")
	}
	for _, text := range notSpecifiers {
		f.Add(text, "1.0")
	}
	for _, test := range contained {
		f.Add(test.specifiers, test.in)
	}
	f.Fuzz(func(t *testing.T, text, item string) {
		set, err := pep440.ParseSpecifiers(text)
		if err != nil {
			return
		}
		again, err := pep440.ParseSpecifiers(set.String())
		if err != nil || again.String() != set.String() {
			t.Fatalf("%q prints as %q, which is read as %q: %v", text, set, again, err)
		}
		v := version(item)
		if again.Contains(v) != set.Contains(v) {
			t.Errorf("%q and %q do not agree on %q", text, set, item)
		}
	})
}

func BenchmarkContains(b *testing.B) {
	set, err := pep440.ParseSpecifiers(">=1.21,<3,!=2.0.*")
	if err != nil {
		b.Fatal(err)
	}
	v := version("1.26.4")
	b.ReportAllocs()
	for b.Loop() {
		set.Contains(v)
	}
}

func BenchmarkParseSpecifiers(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		pep440.ParseSpecifiers(">=1.21,<3,!=2.0.*")
	}
}
