package sbom_test

import (
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/sbom"
)

func TestURI(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.org/a":                   "https://example.org/a",
		"HTTPS://Example.org/a?b=c#d":             "https://Example.org/a?b=c#d",
		" https://example.org/ ":                  "https://example.org/",
		"https://example.org":                     "https://example.org",
		"https://example.org/a b":                 "https://example.org/a%20b",
		"https://example.org/é":                   "https://example.org/%C3%A9",
		"https://exämple.org/":                    "https://ex%C3%A4mple.org/",
		"https://example.org/100%":                "https://example.org/100%25",
		"https://example.org/%zz%41":              "https://example.org/%25zz%41",
		"https://example.org/a#b#c":               "https://example.org/a#b%23c",
		"https://example.org/[a]?x=[1]":           "https://example.org/%5Ba%5D?x=%5B1%5D",
		"https://example.org/a\nb":                "https://example.org/a%0Ab",
		`https://example.org/a\b"<>^{|}`:          "https://example.org/a%5Cb%22%3C%3E%5E%7B%7C%7D",
		"https://user:secret@example.org/":        "https://example.org/",
		"https://example.org:8080/":               "https://example.org:8080/",
		"https://[2001:db8::1]:80/":               "https://[2001:0db8:0000:0000:0000:0000:0000:0001]:80/",
		"http://exa mple.org/":                    "http://exa%20mple.org/",
		"file:///srv/wheels/a b.whl":              "file:///srv/wheels/a%20b.whl",
		"file:///C:/x":                            "file:///C:/x",
		"git@git.example.org:team/x.git":          "ssh://git@git.example.org/team/x.git",
		"git@git.example.org:/srv/x.git":          "ssh://git@git.example.org/srv/x.git",
		"git+git@git.example.org:team/x.git":      "ssh://git@git.example.org/team/x.git",
		"git+ssh://git@git.example.org:team/x":    "git+ssh://git@git.example.org/team/x",
		"git+ssh://git@git.example.org:22/team/x": "git+ssh://git@git.example.org:22/team/x",
		"git+file:///srv/x":                       "git+file:///srv/x",
		"mailto:list@example.org":                 "mailto:list@example.org",

		"":                             "",
		"UNKNOWN":                      "",
		"www.example.org":              "",
		"example.org:80/x":             "",
		"//example.org/x":              "",
		"javascript:alert(1)":          "",
		"JavaScript://example.org/%0a": "",
		"data:text/html,x":             "",
		"git+javascript:x":             "",
		"https:":                       "",
		"https:///path":                "",
		"https:example.org":            "",
		"https://":                     "",
		"https://example.org:port/":    "",
		"https://[::1/":                "",
		"https://[::1%25eth0]/":        "",
		"https://[1.2.3.4]/":           "",
		"file:":                        "",
		"mailto:":                      "",
	} {
		got, ok := sbom.URI(in)
		if got != want || ok != (want != "") {
			t.Errorf("URI(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
}

// randomURLs are made of the parts that URLs consist of, and of others.
func randomURLs(n int) []string {
	parts := []string{
		"https://", "http://", "git+ssh://", "file:///", "mailto:", "ssh:", "git@", "example.org", "localhost", "[::1]", "[", "]", ":", "/",
		"//", "?", "#", "%", "%4", "%41", "@", " ", "é", "\x00", "\xff", "\\", "..", "a", "B", "9", "&", "=", "+", "{", "|", "\u202e", ":80", "'", `"`, "<",
	}
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]string, n)
	for i := range list {
		var b strings.Builder
		b.WriteString(parts[r.IntN(7)])
		for range r.IntN(9) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		list[i] = b.String()
	}
	return list
}

// TestURIIsIdempotent: what comes out is a URI, and stays the same.
func TestURIIsIdempotent(t *testing.T) {
	made := 0
	for _, in := range randomURLs(20000) {
		out, ok := sbom.URI(in)
		if !ok {
			continue
		}
		made++
		if again, ok := sbom.URI(out); again != out || !ok {
			t.Errorf("URI(%q) = %q, of which URI makes %q", in, out, again)
		}
		if _, err := url.Parse(out); err != nil && !strings.Contains(err.Error(), "invalid URL escape") { // in hosts, which net/url has its own mind about
			t.Errorf("URI(%q) = %q: %v", in, out, err)
		}
	}
	if made < 2000 {
		t.Errorf("only %d of the random URLs could be made URIs", made)
	}
}

// TestURIValidator: the grammar that strict validators use takes all of them.
func TestURIValidator(t *testing.T) {
	python := validatorPython(t)
	var lines []string
	for _, in := range randomURLs(3000) {
		if out, ok := sbom.URI(in); ok && len(lines) < 400 {
			lines = append(lines, out)
		}
	}
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	for path, text := range map[string]string{good: strings.Join(lines, "\n"), bad: "https://example.org/a b"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	verdict := verdicts(t, python, [][3]string{{"uris", "iri_reference", good}, {"uris", "iri_reference", bad}})
	if !strings.HasPrefix(verdict[good], "ok ") {
		t.Error(verdict[good])
	}
	if !strings.HasPrefix(verdict[bad], "bad ") {
		t.Error("the validator takes what is no URI")
	}
}

// FuzzURI: what is made is a URI by its characters, and stays as it is.
func FuzzURI(f *testing.F) {
	for _, s := range randomURLs(200) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, ok := sbom.URI(in)
		if !ok {
			return
		}
		for i := 0; i < len(out); i++ {
			if c := out[i]; c <= ' ' || c > '~' || strings.IndexByte(`"<>\^`+"`{|}", c) >= 0 {
				t.Fatalf("URI(%q) = %q", in, out)
			}
		}
		if again, ok := sbom.URI(out); again != out || !ok {
			t.Errorf("URI(%q) = %q, of which URI makes %q", in, out, again)
		}
	})
}
