package record

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// FuzzRecord: whatever RECORD holds, paths stay inside the root, what was read
// survives being written, and each line comes out of Verify once.
func FuzzRecord(f *testing.F) {
	for _, test := range parseTests {
		f.Add([]byte(test.in), false)
		f.Add([]byte(test.in), true)
	}
	f.Add([]byte(line("pkg/a.py", "a")+line(`..\..\Scripts\x.exe`, "x")+line("PKG/A.py", "a")+"x-1.dist-info\\RECORD,,\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, windows bool) {
		entries, problems := Parse("R", data)
		var written []byte
		for i, e := range entries {
			if e.Path == "" || !utf8.ValidString(e.Path) || e.Size < -1 || e.Line < 1 || i > 0 && e.Line < entries[i-1].Line {
				t.Fatalf("%+v", e)
			}
			if e.Digest != "" && (e.Algorithm == "" || strings.Trim(e.Digest, "0123456789abcdef") != "") {
				t.Fatalf("%+v", e)
			}
			written = e.AppendTo(written)
		}
		for _, p := range problems {
			if !utf8.ValidString(p.Msg) || strings.ContainsAny(p.Msg, "\n\r\x1b") {
				t.Fatalf("%q", p.Msg)
			}
		}
		again, _ := Parse("R", written)
		same := func(a, b Entry) bool {
			if a.Digest == "" {
				a.Algorithm = "" // not written
			}
			return a.Path == b.Path && a.Algorithm == b.Algorithm && a.Digest == b.Digest && a.Size == b.Size
		}
		bom := len(entries) > 0 && strings.HasPrefix(entries[0].Path, "\ufeff") // a second one is part of the path
		if !bom && !slices.EqualFunc(entries, again, same) {
			t.Fatalf("%+v\nwritten %q\nread %+v", entries, written, again)
		}
		fuzzVerify(t, data, windows, len(entries))
	})
}

func fuzzVerify(t *testing.T, data []byte, windows bool, lines int) {
	dir := posixDir
	if windows {
		dir = "Lib/site-packages"
	}
	tree := &opens{MapFS: fstest.MapFS{
		path.Join(dir, "x-1.dist-info/RECORD"): {Data: data}, path.Join(dir, "pkg/a.py"): {Data: []byte("a")},
		path.Join(dir, "a.py"): {}, path.Join(dir, "a"): {Data: []byte("abc")}, "bin/x": {}, "Scripts/x.exe": {Data: []byte("x")},
		path.Join(dir, "b"): {Mode: fs.ModeNamedPipe},
	}}
	site := siteOf(tree.MapFS, "/venv", dir)
	site.FS = tree
	files, _ := Files(site, "x-1.dist-info")
	if len(files) != lines {
		t.Fatalf("%d files of %d lines", len(files), lines)
	}
	for _, f := range files {
		if f.Name != "" && !fs.ValidPath(f.Name) {
			t.Fatalf("%q leads to %q", f.Path, f.Name)
		}
	}
	v := Verifier{Parallel: 1}
	r, err := v.Verify(context.Background(), site, "x-1.dist-info")
	if err != nil || len(r.Files) > lines {
		t.Fatalf("%d files of %d lines, %v", len(r.Files), lines, err)
	}
	for _, name := range tree.names {
		if !fs.ValidPath(name) || tree.MapFS[name] == nil || tree.MapFS[name].Mode != 0 {
			t.Fatalf("opened %q", name)
		}
	}
	m, _ := v.NewMatcher(site, "x-1.dist-info")
	entries, _ := Parse("R", data)
	c, err := m.Compare(context.Background(), Wheel{Record: entries})
	if err != nil || c.Compared > lines {
		t.Fatalf("%+v %v", c, err)
	}
	if _, err := v.Choose(context.Background(), site, []string{"x-1.dist-info", "y-1.dist-info"}); err != nil {
		t.Fatal(err)
	}
}
