package inventory

import (
	"reflect"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/pysbom/pysbom/provenance/installed"
)

func TestLineAndText(t *testing.T) {
	for _, tt := range []struct{ in, line, text string }{
		{"plain", "plain", "plain"},
		{"  ends  ", "ends", "ends"},
		{"a\nb", "a b", "a\nb"},
		{"a\r\nb\rc", "a b c", "a\nb\nc"},
		{"a\x00b\x1b[31m", "a b [31m", "a b [31m"},
		{"a\tb", "a b", "a\tb"},
		{"bad\xff", "bad\ufffd", "bad\ufffd"},
		{"\u202eabc\ufffe\ufeff", "abc", "abc"},
		{"next\u0085line\u2028here", "next line here", "next\nline\nhere"},
		{"ünï", "ünï", "ünï"},
	} {
		if got := Line(tt.in); got != tt.line {
			t.Errorf("line(%q) = %q, want %q", tt.in, got, tt.line)
		}
		if got := Text(tt.in); got != tt.text {
			t.Errorf("text(%q) = %q, want %q", tt.in, got, tt.text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\r\nb\x00\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) string{"line": Line, "text": Text} {
			got := clean(s)
			if !utf8.ValidString(got) || clean(got) != got {
				t.Errorf("%s(%q) = %q: not valid, or not the same again: %q", name, s, got, clean(got))
			}
			for _, r := range got {
				if unicode.IsControl(r) && (name == "line" || r != '\n' && r != '\t') {
					t.Errorf("%s(%q) = %q: control character", name, s, got)
				}
			}
		}
	})
}

func TestProducers(t *testing.T) {
	type in struct{ author, authorEmail, maintainer, maintainerEmail string }
	for _, tt := range []struct {
		in   in
		want []Party
	}{
		{in{}, nil},
		{in{author: "UNKNOWN", authorEmail: "UNKNOWN"}, nil},
		{in{author: "A, B"}, []Party{{"A, B", "", "Author"}}},
		{in{author: "A", authorEmail: "a@example.org"}, []Party{{"A", "a@example.org", "Author-email"}}},
		{in{author: "A", authorEmail: "A <a@example.org>"}, []Party{{"A", "a@example.org", "Author-email"}}},
		{in{authorEmail: `A <a@example.org>, "B, Jr." <b@example.org>`}, []Party{{"A", "a@example.org", "Author-email"}, {"B, Jr.", "b@example.org", "Author-email"}}},
		{in{authorEmail: "=?utf-8?q?J=C3=BCrgen?= <j@example.org>"}, []Party{{"Jürgen", "j@example.org", "Author-email"}}},
		{in{authorEmail: "Team Name"}, []Party{{"Team Name", "", "Author-email"}}},
		{in{author: "A", maintainer: "M", maintainerEmail: "m@example.org, n@example.org"}, []Party{{"A", "", "Author"}, {"M", "", "Maintainer"}, {"", "m@example.org", "Maintainer-email"}, {"", "n@example.org", "Maintainer-email"}}},
		{in{author: "A\nName: evil"}, []Party{{"A Name: evil", "", "Author"}}},
	} {
		if got := producers(tt.in.author, tt.in.authorEmail, tt.in.maintainer, tt.in.maintainerEmail); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v: %+v, want %+v", tt.in, got, tt.want)
		}
	}
}

func TestDedent(t *testing.T) {
	for in, want := range map[string]string{
		"one":                               "one",
		"one\n        two\n        three":   "one\ntwo\nthree",
		"one\n        two\n          three": "one\ntwo\n  three",
		"one\n       |two\n       |":        "one\ntwo\n",
	} {
		if got := dedent(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParsePlatform(t *testing.T) {
	for in, want := range map[string]Platform{
		"linux": {"linux", ""}, "macos": {"macos", ""}, "windows": {"windows", ""},
		"x86_64-unknown-linux-gnu": {"linux", "x86_64"}, "aarch64-unknown-linux-musl": {"linux", "aarch64"},
		"x86_64-manylinux_2_28": {"linux", "x86_64"}, "aarch64-apple-darwin": {"macos", "arm64"},
		"x86_64-pc-windows-msvc": {"windows", "AMD64"}, "i686-pc-windows-msvc": {"windows", "x86"},
	} {
		if got, err := ParsePlatform(in); err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "amiga", "x86_64", "x86_64-unknown-amiga"} {
		if got, err := ParsePlatform(in); err == nil {
			t.Errorf("%q: %+v, want an error", in, got)
		}
	}
}

func TestPlatformOf(t *testing.T) {
	linux := Platform{"linux", "x86_64"}
	for _, tt := range []struct {
		name string
		env  installed.Environment
		tags []string
		host Platform
		want Platform
	}{
		{"tags", installed.Environment{Posix: true}, []string{"py3-none-any", "cp311-cp311-manylinux_2_17_aarch64"}, linux, Platform{"linux", "aarch64"}},
		{"tags of a Mac", installed.Environment{Posix: true}, []string{"cp311-cp311-macosx_11_0_arm64"}, linux, Platform{"macos", "arm64"}},
		{"universal says no machine", installed.Environment{Posix: true}, []string{"cp311-cp311-macosx_10_9_universal2"}, Platform{}, Platform{"macos", ""}},
		{"tags that differ", installed.Environment{Posix: true}, []string{"cp311-cp311-macosx_11_0_arm64", "cp311-cp311-win_amd64"}, linux, Platform{}},
		{"windows layout", installed.Environment{Layout: "venv"}, nil, linux, Platform{"windows", ""}},
		{"windows layout on Windows", installed.Environment{Layout: "venv"}, nil, Platform{"windows", "AMD64"}, Platform{"windows", "AMD64"}},
		{"the host's", installed.Environment{Posix: true, Layout: "venv"}, []string{"py3-none-any"}, linux, linux},
		{"not on the host", installed.Environment{Posix: true, Layout: "venv"}, nil, Platform{}, Platform{}},
	} {
		dists := []*installed.Distribution{{Wheel: installed.Wheel{Tags: tt.tags}}}
		if got := platformOf(&tt.env, dists, tt.host); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
