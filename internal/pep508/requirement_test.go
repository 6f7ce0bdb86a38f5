package pep508_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep508"
)

// TestVectors compares with what packaging 26.3 says, made outside the
// repository.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "vectors", "pep508.json"))
	if err != nil {
		t.Skip("no vectors beside the checkout")
	}
	var vectors struct {
		Env  pep508.Environment
		Reqs []struct {
			Req, Name, Spec, URL, Marker string

			OK     bool
			Extras []string
			Eval   map[string]any
		}
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, want := range vectors.Reqs {
		r, err := pep508.Parse(want.Req)
		if (err == nil) != want.OK {
			t.Errorf("Parse(%q): %v, want valid %v", want.Req, err, want.OK)
		}
		if err != nil || !want.OK {
			continue
		}
		if r.Name != want.Name || !slices.Equal(r.Extras, want.Extras) || r.Specifiers.String() != want.Spec ||
			r.URL != want.URL || r.Marker.String() != want.Marker {
			t.Errorf("Parse(%q) = %+v, want %+v", want.Req, r, want)
		}
		for extra, value := range want.Eval {
			wanted := pep508.Unknown
			if b, ok := value.(bool); ok {
				wanted = truth(b)
			}
			if got := r.Marker.Evaluate(&vectors.Env, extra); got != wanted {
				t.Errorf("%q with extra %q is %v, want %v", want.Req, extra, got, wanted)
			}
		}
	}
}

func truth(b bool) pep508.Truth {
	if b {
		return pep508.True
	}
	return pep508.False
}

var requirements = []struct{ text, want string }{
	{"requests", "requests"},
	{" \tA.B-C_d ", "A.B-C_d"},
	{"a_", "a_"},
	{"9", "9"},
	{"requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < '2.7'", `requests[security,tests]==2.8.*,>=2.8.1; python_version < "2.7"`},
	{"a[z, B.c ,z,A]", "a[A,B.c,z]"},
	{"a[]", "a"},
	{"a [ ] ( )", "a"},
	{"a(>=1,<2)", "a<2,>=1"},
	{"a ( >=1 , <2 , ) ;os_name=='x'", `a<2,>=1; os_name == "x"`},
	{"a>=1,", "a>=1"},
	{"a>=\n1", "a>=1"},
	{"a==1.*", "a==1.*"},
	{"a===any-thing", "a===any-thing"},
	{"a===1,>=0", "a===1,>=0"},
	{"a===1 , >=0", "a===1,>=0"},
	{"a===(;os_name=='x'", `a===(; os_name == "x"`},
	{"a(===)", "a==="},
	{"a ===== ,> 1", "a=====,>1"},
	{"a@b", "a @ b"},
	{"name@http://example.org/x", "name @ http://example.org/x"},
	{"name [b,a] @ http://example.org/x ; python_version=='2.7'", `name[a,b] @ http://example.org/x ; python_version == "2.7"`},
	{"a @ git+https://example.org/x.git@main#egg=a", "a @ git+https://example.org/x.git@main#egg=a"},
	{"a @ https://example.org/x;os_name=='x'", "a @ https://example.org/x;os_name=='x'"},
	{"a @ ./rel\t ", "a @ ./rel"},
	{"a;python_version>='3'and os_name=='posix'", `a; python_version >= "3" and os_name == "posix"`},
}

var notRequirements = []struct{ text, err string }{
	{"", `requirement "": column 1: expected a name`},
	{"-bad", "column 1: expected a name"},
	{"_bad", "column 1: expected a name"},
	{"bad-", "column 1: expected a name"},
	{"bad.>=1", "column 1: expected a name"},
	{"é", "column 1: expected a name"},
	{"a b", "column 3: expected ';' and a marker, or the end"},
	{"a\n", "column 2: expected ';' and a marker, or the end"},
	{"a[", "column 3: expected a name"},
	{"a[x", "column 4: expected ',' or ']' after an extra"},
	{"a[x,]", "column 5: expected a name"},
	{"a[x y]", "column 5: expected ',' or ']' after an extra"},
	{"a[-x]", "column 3: expected a name"},
	{"a(>=1", "column 6: expected ')' after the version specifiers"},
	{"a>=1)", "column 5: expected ';' and a marker, or the end"},
	{"a(===1)x", "column 8: expected ';' and a marker, or the end"},
	{"a>=1,,<2", "column 6: expected ';' and a marker, or the end"},
	{"a>=1 <2", "column 6: expected ';' and a marker, or the end"},
	{"a 1.0", "column 3: expected ';' and a marker, or the end"},
	{"a>=1.*", `version specifier ">=1.*": .* is for == and != only`},
	{"a~=1", `version specifier "~=1": ~= needs a release of two numbers`},
	{"a==1\u00a0", "column 5: expected ';' and a marker, or the end"},
	{"a==", `version specifier "==": no version after the operator`},
	{"a =1", `version specifier "=1": no operator`},
	{"a @", "column 4: expected a URL"},
	{"a @ file:///x y", "column 15: expected ';' and a marker, or the end"},
	{"a @ x ;", "column 8: expected a marker variable or a quoted string"},
	{"a;", "column 3: expected a marker variable or a quoted string"},
	{"a; foo == 'x'", "column 4: expected a marker variable or a quoted string"},
}

func TestParse(t *testing.T) {
	for _, test := range requirements {
		r, err := pep508.Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
		} else if got := r.String(); got != test.want {
			t.Errorf("Parse(%q) prints as %q, want %q", test.text, got, test.want)
		}
	}
	for _, test := range notRequirements {
		r, err := pep508.Parse(test.text)
		if err == nil {
			t.Errorf("Parse(%q) = %q, want an error", test.text, r)
			continue
		}
		if !strings.HasSuffix(err.Error(), test.err) || !strings.HasPrefix(err.Error(), "requirement ") {
			t.Errorf("Parse(%q): %v, want …%s", test.text, err, test.err)
		}
		if !reflect.ValueOf(r).IsZero() {
			t.Errorf("Parse(%q) = %+v beside an error", test.text, r)
		}
	}
}

func TestParseFields(t *testing.T) {
	r, err := pep508.Parse("Zope.Interface[Test,docs] >= 5 ; extra == 'All_Of.It'")
	if err != nil {
		t.Fatal(err)
	}
	if r.Name != "Zope.Interface" || !slices.Equal(r.Extras, []string{"Test", "docs"}) || r.Specifiers.String() != ">=5" ||
		r.URL != "" || r.Marker.String() != `extra == "all-of-it"` {
		t.Errorf("%+v", r)
	}
	r, err = pep508.Parse("a@https://example.org/a.whl")
	if err != nil || r.URL != "https://example.org/a.whl" || r.Specifiers != nil || r.Extras != nil || r.Marker != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func FuzzRequirement(f *testing.F) {
	for _, test := range requirements {
		f.Add(test.text)
	}
	for _, test := range notRequirements {
		f.Add(test.text)
	}
	for _, test := range markers {
		f.Add("a>=1;" + test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := pep508.Parse(text)
		if err != nil {
			return
		}
		again, err := pep508.Parse(r.String())
		if err != nil {
			t.Fatalf("%q prints as %q: %v", text, r, err)
		}
		if again.String() != r.String() || again.Name != r.Name || again.URL != r.URL || !slices.Equal(again.Extras, r.Extras) ||
			!reflect.DeepEqual(again.Marker, r.Marker) {
			t.Errorf("%q prints as %q, which is read as %+v", text, r, again)
		}
	})
}

var benchmarkLines = []string{
	"numpy>=1.21",
	"numpy>=1.23.2,<3; python_version >= '3.11'",
	`pytest-cov[toml] (>=2.10) ; python_version < "3.11" and extra == 'test'`,
}

func BenchmarkParse(b *testing.B) {
	for _, line := range benchmarkLines {
		b.Run(line, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pep508.Parse(line)
			}
		})
	}
}
