package pep440_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep440"
)

// vectors are what packaging 26.3 says, made outside the repository.
type vectors struct {
	Versions, Cmp, Specs, Contains [][]any
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "vectors", "pep440.json"))
	if err != nil {
		t.Skip("no vectors beside the checkout")
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// version is the Version of any text, a version or not.
func version(s string) pep440.Version {
	v, _ := pep440.Parse(s)
	return v
}

func TestVersionVectors(t *testing.T) {
	v := readVectors(t)
	for _, row := range v.Versions {
		text, valid, want := row[0].(string), row[1].(bool), row[2].(string)
		got, err := pep440.Parse(text)
		if (err == nil) != valid || valid && got.String() != want {
			t.Errorf("Parse(%q) = %q, %v; want %q, valid %v", text, got, err, want, valid)
		}
	}
	for _, row := range v.Cmp {
		a, b, want := row[0].(string), row[1].(string), int(row[2].(float64))
		if got := version(a).Compare(version(b)); got != want {
			t.Errorf("%q.Compare(%q) = %d, want %d", a, b, got, want)
		}
	}
}

var normalForms = []struct{ text, want string }{
	{"1.0", "1.0"},
	{"1", "1"},
	{"01.002.0", "1.2.0"},
	{"0", "0"},
	{"000", "0"},
	{"v1.0", "1.0"},
	{"V1.0", "1.0"},
	{" \t1.0\n", "1.0"},
	{"\x1c1.0\u00a0", "1.0"},
	{"1!2.0", "1!2.0"},
	{"0!2.0", "2.0"},
	{"007!2", "7!2"},
	{"1.0alpha1", "1.0a1"},
	{"1.0-ALPHA.01", "1.0a1"},
	{"1.0_beta", "1.0b0"},
	{"1.0b", "1.0b0"},
	{"1.0c2", "1.0rc2"},
	{"1.0pre2", "1.0rc2"},
	{"1.0.preview-2", "1.0rc2"},
	{"1.0a-", "1.0a0"},
	{"1.0a-1", "1.0a1"},
	{"1.0a1-1", "1.0a1.post1"},
	{"1.0a--1", "1.0a0.post1"},
	{"1.0-1", "1.0.post1"},
	{"1.0-0", "1.0.post0"},
	{"1.0r4", "1.0.post4"},
	{"1.0-rev-4", "1.0.post4"},
	{"1.0post", "1.0.post0"},
	{"1.0dev", "1.0.dev0"},
	{"1.0.DEV_3", "1.0.dev3"},
	{"1.0rc1.post2.dev3", "1.0rc1.post2.dev3"},
	{"1!1.2.3.4a5.post6.dev7+l.8", "1!1.2.3.4a5.post6.dev7+l.8"},
	{"1.0+Ubuntu_1-007", "1.0+ubuntu.1.7"},
	{"1.0+0", "1.0+0"},
	{"1.0+00a", "1.0+00a"},
	{"100000000000000000000000000000.099999999999999999999", "100000000000000000000000000000.99999999999999999999"},
}

var notVersions = []string{
	"", " ", "v", "abc", "1.", ".1", "1..0", "1.0.x", "1.0--1", "1.0-", "1.0+", "1.0+a+b", "1.0+a.", "1.0+.a",
	"1_0_0", "1.0_1", "1!", "!1", "1!a", "1.0al1", "1.0devpost1", "1.0.dev1.post1", "1.0.post1a1", "1.*",
	"1.٠", "1.0ａ1", "1.0poſt1", "1 .0", "-1", "1.0\x00", "2013b-extra", "1.0\xff",
}

func TestParse(t *testing.T) {
	for _, test := range normalForms {
		v, err := pep440.Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.text, err)
		} else if got := v.String(); got != test.want {
			t.Errorf("Parse(%q) = %q, want %q", test.text, got, test.want)
		}
	}
	for _, text := range notVersions {
		v, err := pep440.Parse(text)
		if err == nil {
			t.Errorf("Parse(%q) = %q, want an error", text, v)
		}
		if v.String() != text || v.Release() != nil || v.IsPrerelease() {
			t.Errorf("Parse(%q) does not keep the text: %q", text, v)
		}
	}
	if (pep440.Version{}) != version("") {
		t.Error("the zero Version is not that of the empty text")
	}
}

// ordered is sorted; what stands in one row is equal.
var ordered = [][]string{
	{""},
	{"2013b-extra"},
	{"unknown"},
	{"0.dev0"},
	{"0", "0.0", "v0.0.0"},
	{"1.dev0", "1.0.dev"},
	{"1.0.dev1+x"},
	{"1.0.dev456"},
	{"1.0a1.dev1"},
	{"1.0a1", "1.0.0-alpha.1"},
	{"1.0a1.post1.dev2"},
	{"1.0a1.post1"},
	{"1.0a2.dev456"},
	{"1.0a12"},
	{"1.0b1.dev456"},
	{"1.0b2"},
	{"1.0b2.post345.dev456"},
	{"1.0b2.post345"},
	{"1.0rc1.dev456"},
	{"1.0rc1", "1c1", "1.0pre1", "1.0preview1"},
	{"1.0", "1", "1.0.0"},
	{"1.0+abc.5"},
	{"1.0+abc.7", "1.0+ABC-7"},
	{"1.0+b"},
	{"1.0+5", "1.0+005"},
	{"1.0+5.a"},
	{"1.0+5.0"},
	{"1.0+99999999999999999999"},
	{"1.0.post0.dev1"},
	{"1.0.post0", "1.0post"},
	{"1.0.post456.dev34"},
	{"1.0.post456", "1.0-456"},
	{"1.0.post99999999999999999999"},
	{"1.0.0.1"},
	{"1.0.15"},
	{"1.1.dev1"},
	{"1.2"},
	{"1.10"},
	{"2"},
	{"18446744073709551616"},
	{"99999999999999999999999", "0099999999999999999999999.0"},
	{"1!0.dev0"},
	{"1!1"},
	{"99999999999999999999!0"},
}

func TestCompare(t *testing.T) {
	for i, as := range ordered {
		for j, bs := range ordered {
			for _, a := range as {
				for _, b := range bs {
					want := 0
					if i < j {
						want = -1
					} else if i > j {
						want = 1
					}
					if got := version(a).Compare(version(b)); got != want {
						t.Errorf("%q.Compare(%q) = %d, want %d", a, b, got, want)
					}
				}
			}
		}
	}
}

func TestIsPrerelease(t *testing.T) {
	for text, want := range map[string]bool{
		"1.0": false, "1.0a1": true, "1.0b1": true, "1.0rc1": true, "1.0.dev0": true, "1.0.post1": false,
		"1.0.post1.dev0": true, "1.0rc1.post1": true, "1.0+dev": false, "dev": false,
	} {
		if got := version(text).IsPrerelease(); got != want {
			t.Errorf("%q.IsPrerelease() = %v, want %v", text, got, want)
		}
	}
}

func TestRelease(t *testing.T) {
	for text, want := range map[string][]string{
		"3.12.0rc1":               {"3", "12", "0"},
		"1!007":                   {"7"},
		"00.01.post1":             {"0", "1"},
		"99999999999999999999.00": {"99999999999999999999", "0"},
	} {
		if got := version(text).Release(); !slices.Equal(got, want) {
			t.Errorf("%q.Release() = %q, want %q", text, got, want)
		}
	}
}

// Sorting a copy of what a release index may list is the common use.
func TestSort(t *testing.T) {
	got := []string{"1.10", "1.9", "1.10rc1", "1.9.post1", "junk"}
	slices.SortFunc(got, func(a, b string) int { return version(a).Compare(version(b)) })
	if want := "junk 1.9 1.9.post1 1.10rc1 1.10"; strings.Join(got, " ") != want {
		t.Errorf("sorted: %q, want %q", got, want)
	}
}

func FuzzVersion(f *testing.F) {
	for _, test := range normalForms {
		f.Add(test.text, test.want)
	}
	for _, text := range notVersions {
		f.Add(text, "1.0+a.1")
	}
	for i := 1; i < len(ordered); i++ {
		f.Add(ordered[i-1][0], ordered[i][0])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		v, err := pep440.Parse(a)
		w := version(b)
		if v.Compare(v) != 0 || v.Compare(w) != -w.Compare(v) {
			t.Errorf("%q and %q have no order", a, b)
		}
		if err != nil {
			return
		}
		again, err := pep440.Parse(v.String())
		if err != nil || again.String() != v.String() || again.Compare(v) != 0 || again.Compare(w) != v.Compare(w) {
			t.Errorf("%q prints as %q, which is read as %q: %v", a, v, again, err)
		}
		if again.IsPrerelease() != v.IsPrerelease() || !slices.Equal(again.Release(), v.Release()) {
			t.Errorf("%q and its normal form %q differ", a, v)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"1.26.4", "2.0.0rc1.post2.dev3+ubuntu.1"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pep440.Parse(text)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	v, w := version("1.26.4"), version("1.26.10")
	b.ReportAllocs()
	for b.Loop() {
		v.Compare(w)
	}
}
