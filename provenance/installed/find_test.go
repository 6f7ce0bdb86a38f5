package installed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree makes a file system of paths. "a -> b" is a link, a path that ends in
// a slash a directory, one that ends in .dist-info a distribution.
func tree(paths ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, p := range paths {
		name, to, link := strings.Cut(p, " -> ")
		name, content, _ := strings.Cut(name, "=")
		switch {
		case link:
			fsys[name] = &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink | 0o777}
		case strings.HasSuffix(name, "/"):
			fsys[strings.TrimSuffix(name, "/")] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
		case strings.HasSuffix(name, ".dist-info"):
			dist, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".dist-info"), "-")
			fsys[name+"/METADATA"] = &fstest.MapFile{Data: fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", dist, version)}
		default:
			fsys[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(content, ";", "\n"))}
		}
	}
	return fsys
}

// describe prints what Find and Distributions say, one line each.
func describe(t *testing.T, root Root) []string {
	t.Helper()
	var lines []string
	for e, err := range Find(t.Context(), root) {
		if err != nil {
			lines = append(lines, problemLine(t, err))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", e.ID, e.Layout, e.Python.Implementation, e.Python.Version))
		for _, p := range e.Problems {
			lines = append(lines, problemLine(t, p))
		}
		for d, err := range e.Distributions() {
			if err != nil {
				lines = append(lines, problemLine(t, err))
				continue
			}
			inherited := ""
			if d.Site.Inherited {
				inherited = " inherited"
			}
			lines = append(lines, "  "+d.Path()+" "+d.Name+" "+d.Version+inherited)
			for _, p := range d.Problems {
				lines = append(lines, problemLine(t, p))
			}
		}
	}
	return lines
}

func problemLine(t *testing.T, err error) string {
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("not a *Problem: %v", err)
	}
	return "  ! " + p.Code + " " + p.Path
}

func TestFind(t *testing.T) {
	const lib = "lib/python3.11/site-packages/"
	const cfg = "pyvenv.cfg=home = /usr/bin;include-system-site-packages = false;version = 3.11.7"
	for _, tt := range []struct {
		name string
		fs   fstest.MapFS
		path string
		want []string
	}{
		{"venv", tree(cfg, lib+"a-1.dist-info"), "", []string{
			"env:. venv CPython 3.11.7", "  " + lib + "a-1.dist-info a 1"}},
		{"venv of virtualenv", tree("pyvenv.cfg=home = /usr/bin;implementation = CPython;version_info = 3.11.7.final.0", lib+"a-1.dist-info"), "", []string{
			"env:. venv CPython 3.11.7", "  " + lib + "a-1.dist-info a 1"}},
		{"venv of a release candidate", tree("pyvenv.cfg=VERSION_INFO=3.14.0.candidate.2", lib), "", []string{"env:. venv CPython 3.14.0rc2"}},
		{"venv without a version", tree("pyvenv.cfg", "lib/pypy3.10/site-packages/a-1.dist-info"), "", []string{
			"env:. venv PyPy 3.10", "  lib/pypy3.10/site-packages/a-1.dist-info a 1"}},
		{"venv in the Windows layout", tree("pyvenv.cfg=version = 3.12.1", "Lib/site-packages/a-1.dist-info", "Scripts/python.exe"), "", []string{
			"env:. venv  3.12.1", "  Lib/site-packages/a-1.dist-info a 1"}},
		{"lib64 is a link", tree(cfg, lib+"a-1.dist-info", "lib64 -> lib"), "", []string{
			"env:. venv CPython 3.11.7", "  " + lib + "a-1.dist-info a 1"}},
		{"lib64 of its own", tree(cfg, lib+"a-1.dist-info", "lib64/python3.11/site-packages/b-1.dist-info", "lib64/python3.11/site-packages/a-2.dist-info"), "", []string{
			"env:. venv CPython 3.11.7", "  " + lib + "a-1.dist-info a 1", "  lib64/python3.11/site-packages/b-1.dist-info b 1",
			"  ! dist-info-shadowed lib64/python3.11/site-packages/a-2.dist-info"}},
		{"what an upgrade left", tree(cfg, lib+"a-1.dist-info", "lib/python3.9/site-packages/b-1.dist-info"), "", []string{
			"env:. venv CPython 3.11.7", "  " + lib + "a-1.dist-info a 1"}},
		{"system packages, all in one root", tree("opt/v/pyvenv.cfg=home = /usr/bin;include-system-site-packages = true;version = 3.11.7", "opt/v/"+lib+"a-1.dist-info",
			"usr/"+lib+"a-2.dist-info", "usr/"+lib+"b-1.dist-info"), "", []string{
			"env:opt/v venv CPython 3.11.7", "  opt/v/" + lib + "a-1.dist-info a 1",
			"  usr/" + lib + "b-1.dist-info b 1 inherited", "  ! dist-info-shadowed usr/" + lib + "a-2.dist-info",
			"env:usr prefix CPython 3.11", "  usr/" + lib + "a-2.dist-info a 2", "  usr/" + lib + "b-1.dist-info b 1"}},
		{"system packages that may not be read", tree("pyvenv.cfg=home = /usr/bin;include-system-site-packages = true;version = 3.11.7", lib+"a-1.dist-info"), "/home/u/v", []string{
			"env:. venv CPython 3.11.7", "  ! base-not-read pyvenv.cfg", "  " + lib + "a-1.dist-info a 1"}},
		{"prefix", tree("bin/python3", lib+"a-1.dist-info", "include/python3.11/patchlevel.h=#define PY_VERSION              \"3.11.9+\""), "", []string{
			"env:. prefix CPython 3.11.9", "  " + lib + "a-1.dist-info a 1"}},
		{"prefix with two versions", tree(lib+"a-1.dist-info", "lib/python3.12/site-packages/a-2.dist-info"), "", []string{
			"env:.@3.11 prefix CPython 3.11", "  " + lib + "a-1.dist-info a 1",
			"env:.@3.12 prefix CPython 3.12", "  lib/python3.12/site-packages/a-2.dist-info a 2"}},
		{"bare site-packages", tree("a-1.dist-info"), "/x/lib/python3.9/site-packages", []string{
			"env:. site-packages CPython 3.9", "  a-1.dist-info a 1"}},
		{"empty site-packages", tree("README"), "/x/lib/python3.9/site-packages", []string{"env:. site-packages CPython 3.9"}},
		{"pip install --target", tree("a-1.dist-info", "a/__init__.py", "bin/a"), "/x/vendor", []string{
			"env:. site-packages  ", "  a-1.dist-info a 1"}},
		{"debian", tree("usr/bin/python3", "usr/lib/python3/dist-packages/a-1.dist-info", "usr/lib/python3.11/encodings/", "usr/local/lib/python3.11/dist-packages/a-2.dist-info", "lib -> usr/lib"), "", []string{
			"env:usr debian CPython 3.11", "  usr/local/lib/python3.11/dist-packages/a-2.dist-info a 2",
			"  ! dist-info-shadowed usr/lib/python3/dist-packages/a-1.dist-info"}},
		{"project", tree("pyproject.toml", ".venv/"+cfg, ".venv/"+lib+"a-1.dist-info", "other/"+cfg), "", []string{
			"env:.venv venv CPython 3.11.7", "  .venv/" + lib + "a-1.dist-info a 1"}},
		{"user site", tree("home/u/.local/" + lib + "a-1.dist-info"), "", []string{
			"env:home/u/.local prefix CPython 3.11", "  home/u/.local/" + lib + "a-1.dist-info a 1"}},
		{"several below one root", tree("a/"+cfg, "a/"+lib+"x-1.dist-info", "b/c/"+cfg, "b/c/"+lib+"x-2.dist-info", "d -> a"), "", []string{
			"env:a venv CPython 3.11.7", "  a/" + lib + "x-1.dist-info x 1",
			"env:b/c venv CPython 3.11.7", "  b/c/" + lib + "x-2.dist-info x 2"}},
		{"a cache is no environment", tree("c/CACHEDIR.TAG", "c/archive/x/a-1.dist-info", "v/CACHEDIR.TAG", "v/"+cfg, "v/"+lib+"a-1.dist-info"), "", []string{
			"env:v venv CPython 3.11.7", "  v/" + lib + "a-1.dist-info a 1"}},
		{"a site is not searched for more", tree(lib+"a-1.dist-info", lib+"a/_vendor/b-1.dist-info"), "", []string{
			"env:. prefix CPython 3.11", "  " + lib + "a-1.dist-info a 1"}},
		{"kernel file systems", tree("proc/1/root/"+cfg, "srv/"+cfg), "", []string{"env:srv venv  3.11.7"}},
		{"leftover and corrupt", tree(cfg, lib+"~ip-1.dist-info", lib+"b-1.dist-info/INSTALLER", lib+"c-1.dist-info/RECORD", lib+"d-2-1.dist-info/RECORD"), "", []string{
			"env:. venv CPython 3.11.7",
			"  " + lib + "c-1.dist-info c 1", "  ! metadata-missing " + lib + "c-1.dist-info",
			"  " + lib + "d-2-1.dist-info d-2 1", "  ! metadata-missing " + lib + "d-2-1.dist-info",
			"  ! dist-info-leftover " + lib + "~ip-1.dist-info", "  ! dist-info-corrupt " + lib + "b-1.dist-info"}},
		{"names that are one by PEP 503", tree(cfg, lib+"a.b-1.dist-info", "lib64/python3.11/site-packages/A_B-2.dist-info"), "", []string{
			"env:. venv CPython 3.11.7", "  " + lib + "a.b-1.dist-info a.b 1", "  ! dist-info-shadowed lib64/python3.11/site-packages/A_B-2.dist-info"}},
		{"pex", tree("PEX-INFO", ".deps/a-1-py3-none-any.whl/a-1.dist-info", ".deps/b-2-py3-none-any.whl/b-2.dist-info", ".bootstrap/pex/__init__.py"), "", []string{
			"env:. pex  ", "  .deps/a-1-py3-none-any.whl/a-1.dist-info a 1", "  .deps/b-2-py3-none-any.whl/b-2.dist-info b 2"}},
		{"shiv", tree("__main__.py", "_bootstrap/__init__.py", "site-packages/a-1.dist-info"), "", []string{
			"env:site-packages site-packages  ", "  site-packages/a-1.dist-info a 1"}},
		{"layer of a function", tree("python/a-1.dist-info", "opt/python/lib/python3.12/site-packages/b-1.dist-info"), "", []string{
			"env:opt/python prefix CPython 3.12", "  opt/python/lib/python3.12/site-packages/b-1.dist-info b 1",
			"env:python site-packages  ", "  python/a-1.dist-info a 1"}},
		{"nothing", tree("README"), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := describe(t, Root{FS: tt.fs, Path: tt.path})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// reversed is a file system whose directories come in the other order.
type reversed struct{ fstest.MapFS }

func (r reversed) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := r.MapFS.ReadDir(name)
	slices.Reverse(entries)
	return entries, err
}

func TestOrderOfDirectoriesDoesNotMatter(t *testing.T) {
	fsys := tree("a/pyvenv.cfg", "a/lib/python3.11/site-packages/x-1.dist-info", "a/lib/python3.11/site-packages/y-1.dist-info", "a/lib/python3.11/site-packages/X-2.dist-info", "b/pyvenv.cfg")
	got, want := describe(t, Root{FS: reversed{fsys}}), describe(t, Root{FS: fsys})
	if !slices.Equal(got, want) || len(want) < 4 {
		t.Errorf("reversed\n%s\nsorted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What a real directory holds that a map does not: links out of the root,
// loops, pipes, files without permission.
func TestHostileDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("named pipes and modes are POSIX")
	}
	dir := t.TempDir()
	site := filepath.Join(dir, "v", "lib", "python3.11", "site-packages")
	secret := filepath.Join(dir, "secret")
	must(t, os.MkdirAll(site, 0o755), os.WriteFile(secret, []byte("Name: secret\nVersion: 1\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "v", "pyvenv.cfg"), []byte("version = 3.11.7\n"), 0o644))
	for _, name := range []string{"fine-1", "pipe-1", "out-1", "loop-1", "dir-1", "inside-1", "dangling-1"} {
		must(t, os.Mkdir(filepath.Join(site, name+".dist-info"), 0o755))
	}
	at := func(name string) string { return filepath.Join(site, name+"-1.dist-info", "METADATA") }
	must(t, os.WriteFile(at("fine"), []byte("Name: fine\nVersion: 1\n"), 0o644), mkfifo(at("pipe")),
		os.Symlink(secret, at("out")), os.Symlink("METADATA", at("loop")), os.Mkdir(at("dir"), 0o755),
		os.Symlink("../fine-1.dist-info/METADATA", at("inside")), os.Symlink("nowhere", at("dangling")),
		os.Symlink("../../../../../secret", filepath.Join(site, "outdir-1.dist-info")))
	d, err := OpenDir(filepath.Join(dir, "v"))
	must(t, err)
	defer d.Close()
	const p = "lib/python3.11/site-packages/"
	want := []string{"env:. venv CPython 3.11.7",
		"  " + p + "dangling-1.dist-info dangling 1", "  ! link-refused " + p + "dangling-1.dist-info/METADATA",
		"  " + p + "dir-1.dist-info dir 1", "  ! file-not-regular " + p + "dir-1.dist-info/METADATA",
		"  " + p + "fine-1.dist-info fine 1",
		"  " + p + "loop-1.dist-info loop 1", "  ! link-refused " + p + "loop-1.dist-info/METADATA",
		"  " + p + "out-1.dist-info out 1", "  ! link-refused " + p + "out-1.dist-info/METADATA",
		"  " + p + "outdir-1.dist-info outdir 1", "  ! link-refused " + p + "outdir-1.dist-info",
		"  " + p + "pipe-1.dist-info pipe 1", "  ! file-not-regular " + p + "pipe-1.dist-info/METADATA"}
	// inside-1 is a rival of fine-1: both say the same name in the same directory
	if got := describe(t, Root{FS: d, Path: dir}); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestHugeMetadata(t *testing.T) {
	dir := t.TempDir()
	dist := filepath.Join(dir, "x-1.dist-info")
	must(t, os.Mkdir(dist, 0o755))
	f, err := os.Create(filepath.Join(dist, "METADATA"))
	must(t, err)
	_, err = f.WriteString("Name: x\nVersion: 1\nSummary: s\n\n")
	must(t, err, f.Truncate(200<<20), f.Close())
	d, err := OpenDir(dir)
	must(t, err)
	defer d.Close()
	for e, err := range Find(t.Context(), Root{FS: d, Path: dir}) {
		must(t, err)
		for x, err := range e.Distributions() {
			must(t, err)
			if x.Metadata.Summary != "s" || len(x.Problems) != 1 || x.Problems[0].Code != CodeTooLarge {
				t.Errorf("%+v %v", x.Metadata, x.Problems)
			}
		}
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
