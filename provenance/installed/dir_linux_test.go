package installed

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The fast way must say what the general way says of the same directory, and
// do nothing that leads out of it.
func TestFastDir(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "in", "sub"), 0o755), os.WriteFile(filepath.Join(dir, "in", "file"), []byte("content"), 0o644),
		os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o644), mkfifo(filepath.Join(dir, "in", "pipe")),
		os.Symlink("file", filepath.Join(dir, "in", "link")), os.Symlink("../secret", filepath.Join(dir, "in", "out")), os.Symlink("in", filepath.Join(dir, "alias")))
	top, err := os.Open(dir)
	must(t, err)
	defer top.Close()
	d, err := fastSub(int(top.Fd()), "in")
	must(t, err)
	defer d.Close()

	got, err := fs.ReadDir(d, ".")
	must(t, err)
	want, err := os.ReadDir(filepath.Join(dir, "in"))
	must(t, err)
	list := func(entries []fs.DirEntry, ask bool) (lines []string) {
		for _, e := range entries {
			mode := e.Type()
			if ask {
				mode = d.typeOf(e.Name())
			}
			lines = append(lines, e.Name()+" "+mode.String())
		}
		slices.Sort(lines)
		return lines
	}
	if g, w := list(got, false), list(want, false); !slices.Equal(g, w) {
		t.Errorf("types listed: %q, want %q", g, w)
	}
	if g, w := list(got, true), list(want, false); !slices.Equal(g, w) {
		t.Errorf("types asked for: %q, want %q", g, w)
	}
	if data, err := fs.ReadFile(d, "file"); err != nil || string(data) != "content" {
		t.Errorf("file: %q %v", data, err)
	}
	for _, name := range []string{"link", "out", "nothing", "../secret", "sub/../file", ".", ".."} {
		if f, err := d.Open(name); err == nil {
			f.Close()
			t.Errorf("%s: opened", name)
		}
	}
	if f, err := d.Open("pipe"); err == nil { // must not block; it is refused by its type
		info, err := f.Stat()
		must(t, err, f.Close())
		if info.Mode().IsRegular() {
			t.Error("a pipe is no regular file")
		}
	}
	for _, name := range []string{"alias", "..", "in/..", "in/link", "in/file", ""} {
		if sub, err := fastSub(int(top.Fd()), name); err == nil {
			sub.Close()
			t.Errorf("%q: opened as a directory", name)
		}
	}
}

// No descriptor may stay open, however often and badly it goes.
func TestFastDirCloses(t *testing.T) {
	before := openFiles(t)
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a", "x-1.dist-info"), 0o755), os.WriteFile(filepath.Join(dir, "a", "x-1.dist-info", "METADATA"), []byte("Name: x\n"), 0o644),
		os.Symlink("a", filepath.Join(dir, "b")))
	for range 100 {
		d, err := OpenDir(dir)
		must(t, err)
		for e := range Find(t.Context(), Root{FS: d}) {
			for range e.Distributions() {
			}
		}
		for _, name := range []string{"b", "none", "a/none"} {
			if sub, err := d.Sub(name); err == nil {
				closeFS(sub)
			}
		}
		must(t, d.Close())
	}
	if after := openFiles(t); after > before+2 {
		t.Errorf("%d files open, %d before", after, before)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(strings.ToLower(err.Error()))
	}
	return len(entries)
}
