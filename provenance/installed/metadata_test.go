package installed

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseMetadata(t *testing.T) {
	const name = "Metadata-Version: 2.1\nName: x\nVersion: 1\n"
	base := Metadata{Version: "2.1", Name: "x", DistVersion: "1"}
	with := func(f func(*Metadata)) Metadata { m := base; f(&m); return m }
	for _, tt := range []struct {
		name, text string
		want       Metadata
		kinder     int
	}{
		{"plain", name, base, 0},
		{"body is not read", name + "\nSummary: of the body\n", base, 0},
		{"first value counts", name + "Name: y\nVersion: 2\n", base, 0},
		{"keys in any case", strings.ToUpper(name[:strings.Index(name, "x")]) + "x\nversion: 1\n", base, 0},
		{"crlf", strings.ReplaceAll(name, "\n", "\r\n") + "\r\nSummary: no\r\n", base, 0},
		{"lone cr", strings.ReplaceAll(name, "\n", "\r"), base, 0},
		{"no line break at the end", strings.TrimSuffix(name, "\n"), base, 0},
		{"folded with spaces and tabs", name + "License: one\n  two\n\tthree\n", with(func(m *Metadata) { m.License = "one\n  two\n\tthree" }), 0},
		{"a name inside a folded licence", name + "License: one\n  Name: evil\n", with(func(m *Metadata) { m.License = "one\n  Name: evil" }), 0},
		{"lists", name + "Classifier: a\nClassifier: b\nRequires-Dist: c\nProject-URL: d, e\nProvides-Extra: f\n", with(func(m *Metadata) {
			m.Classifiers, m.RequiresDist, m.ProjectURLs, m.ProvidesExtra = []string{"a", "b"}, []string{"c"}, []string{"d, e"}, []string{"f"}
		}), 0},
		{"value with colons", name + "Home-page: https://a.example.org:80/\n", with(func(m *Metadata) { m.HomePage = "https://a.example.org:80/" }), 0},
		{"byte order mark", "\ufeff" + name, base, 1},
		{"space before the colon", strings.Replace(name, "Name:", "Name :", 1), base, 1},
		{"stray line", "Metadata-Version: 2.1\nstray\nName: x\nVersion: 1\n", base, 1},
		{"key with a space", "Metadata-Version: 2.1\nFoo Bar: 1\nName: x\nVersion: 1\n", base, 1},
		{"key that is not ASCII", "Metadata-Version: 2.1\nNäme: 1\nName: x\nVersion: 1\n", base, 1},
		{"many stray lines are told in few words", name + strings.Repeat("stray\n", 100), base, 4},
		{"continuation of nothing", "  lost\n" + name, base, 1},
		{"empty", "", Metadata{}, 0},
	} {
		got, kinder := parseMetadata(tt.text)
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
		if len(kinder) != tt.kinder {
			t.Errorf("%s: kinder %q, want %d", tt.name, kinder, tt.kinder)
		}
	}
}

func TestStrayLineIsNotQuoted(t *testing.T) {
	_, kinder := parseMetadata("Name: x\nhttps //user:hunter2@example.org\n")
	if len(kinder) != 1 || strings.Contains(kinder[0], "hunter2") || !strings.Contains(kinder[0], "line 2") {
		t.Errorf("kinder %q: wants the number of the line and nothing of its text", kinder)
	}
}

// The end must be found wherever the reads fall.
func TestHeaderEndAcrossReads(t *testing.T) {
	for _, sep := range []string{"\n\n", "\r\n\r\n", "\r\r", "\n\r\n"} {
		data := []byte("Name: x\nVersion: 1" + sep + "body\n\nmore")
		want := len("Name: x\nVersion: 1") + len(sep)/2
		if sep == "\n\r\n" {
			want = len("Name: x\nVersion: 1") + 1
		}
		for from := 0; from <= want; from++ {
			got, found := headerEnd(data, from)
			if !found || got != want {
				t.Errorf("%q from %d: %d %v, want %d", sep, from, got, found, want)
			}
		}
	}
}

// Time is linear in the size, whatever ends the lines.
func TestManyLines(t *testing.T) {
	for _, line := range []string{"a\r", "a: b\n", "a:\n b\n", "a\r\n"} {
		parseMetadata(strings.Repeat(line, maxMetadata/len(line)))
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ data, text, coding string }{
		{"plain ü", "plain ü", ""},
		{"\xfc", "ü", "latin-1"},
		{"\xff\xfeN\x00a\x00", "Na", "utf-16"},
		{"\xfe\xff\x00N\x00a", "Na", "utf-16"},
		{"\xef\xbb\xbfx", "\ufeffx", ""},
	} {
		if text, coding := decode([]byte(tt.data)); text != tt.text || coding != tt.coding {
			t.Errorf("%q: %q %q, want %q %q", tt.data, text, coding, tt.text, tt.coding)
		}
	}
}

func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{"Name: x\nVersion: 1\n\nbody", "\ufeffName: x\r\n y\r\n\r\n", "a\rb\r\rc", "Name : x\n:\n: y\n", "\xff\xfeN\x00", "Name: \xfc\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		end, _ := headerEnd(data, 0)
		if end < 0 || end > len(data) {
			t.Fatalf("headerEnd: %d of %d", end, len(data))
		}
		text, _ := decode(data)
		if !utf8.ValidString(text) {
			t.Fatalf("decode: %q", text)
		}
		whole, _ := parseMetadata(text)
		if utf8.Valid(data) { // the headers alone say the same
			if head, _ := parseMetadata(string(data[:end])); !reflect.DeepEqual(head, whole) {
				t.Fatalf("headers alone: %+v\nwith the body: %+v", head, whole)
			}
		}
	})
}
