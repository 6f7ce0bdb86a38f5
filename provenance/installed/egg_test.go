package installed

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestRequiresOf(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a>=1\n\n# comment\nb\n", []string{"a>=1", "b"}},
		{"a\n[x]\nb\nc\n[y:sys_platform == 'win32']\nd\n[:python_version < '3']\ne\n",
			[]string{"a", `b; extra == "x"`, `c; extra == "x"`, `d; (sys_platform == 'win32') and extra == "y"`, `e; python_version < '3'`}},
		{"[x]\na @ https://example.org/a.whl\n", []string{`a @ https://example.org/a.whl ; extra == "x"`}},
	} {
		if got := requiresOf(tt.text); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// The four shapes that came before .dist-info, and what reaches them.
func TestEggs(t *testing.T) {
	const site = "lib/python3.11/site-packages/"
	pkg := func(name, version string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("Metadata-Version: 1.1\nName: " + name + "\nVersion: " + version + "\n")}
	}
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	w, err := z.Create("EGG-INFO/PKG-INFO")
	must(t, err)
	_, err = w.Write([]byte("Name: zipped\nVersion: 4\n"))
	must(t, err, z.Close())
	fsys := fstest.MapFS{
		"pyvenv.cfg":                          {Data: []byte("version = 3.11.7\n")},
		site + "file-1-py3.11.egg-info":       pkg("file", "1"),
		site + "dir.egg-info/PKG-INFO":        pkg("dir", "2"),
		site + "aws.egg-info/METADATA":        pkg("aws", "2.1"),
		site + "noversion.egg-info":           {Data: []byte("Name: noversion\nVersion: 9\n")},
		site + "fallback-7-py3.11.egg-info":   {Data: []byte("Summary: nothing else\n")},
		site + "un.egg/EGG-INFO/PKG-INFO":     pkg("unzipped", "3"),
		site + "un.egg/EGG-INFO/requires.txt": {Data: []byte("dir\n[x]\nfile\n")},
		site + "zi.egg":                       {Data: zipped.Bytes()},
		site + "lost.egg/EGG-INFO/PKG-INFO":   pkg("lost", "1"),
		site + "easy-install.pth":             {Data: []byte("./un.egg\n./zi.egg\n/src/dev\n/nowhere\n")},
		site + "dev.egg-link":                 {Data: []byte("/src/dev\n.\n")},
		site + "code.pth":                     {Data: []byte("# comment\nimport os; os.system('true')\n\nnot-there\n")},
		"src/dev/dev.egg-info/PKG-INFO":       pkg("dev", "5"),
		"src/other/other.egg-info/PKG-INFO":   pkg("other", "6"),
		site + "mod.py":                       {},
		site + "package/__init__.py":          {},
		site + "data.txt":                     {},
	}
	root := Root{FS: fsys}
	var got []string
	for e, err := range Find(t.Context(), root) {
		must(t, err)
		c := e.Read(nil)
		for _, d := range c.Distributions {
			got = append(got, strings.Join([]string{d.Path(), string(d.Format), d.Name, d.Version, strings.Join(d.Metadata.RequiresDist, "|")}, " "))
			if d.FromDir != (d.Name == "fallback") {
				t.Errorf("%s: FromDir %v", d.Name, d.FromDir)
			}
		}
		for _, p := range c.Problems {
			got = append(got, problemLine(t, p))
		}
		if len(c.Pth) != 2 || !reflect.DeepEqual(c.Pth[0].Code, []PthLine{{2, "import os; os.system('true')"}}) || c.Pth[1].Code != nil {
			t.Errorf("pth: %+v", c.Pth)
		}
		var modules []string
		for _, m := range c.Modules {
			modules = append(modules, m.Name)
		}
		if want := []string{"lost.egg", "mod.py", "package", "un.egg"}; !slices.Equal(modules, want) {
			t.Errorf("modules %q, want %q", modules, want)
		}
	}
	want := []string{
		site + "aws.egg-info egg-info aws 2.1 ",
		site + "dir.egg-info egg-info dir 2 ",
		site + "fallback-7-py3.11.egg-info egg-info-file fallback 7 ",
		site + "file-1-py3.11.egg-info egg-info-file file 1 ",
		site + "noversion.egg-info egg-info-file noversion 9 ",
		site + "un.egg/EGG-INFO egg unzipped 3 dir|file; extra == \"x\"",
		site + "zi.egg/EGG-INFO egg zipped 4 ",
		"src/dev/dev.egg-info egg-info dev 5 ",
	}
	got = slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, CodeNameMismatch) })
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A source tree outside of the root is opened only where Open allows it, and
// becomes a root of its own.
func TestAddedRoot(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "v", "lib", "python3.11", "site-packages")
	src := filepath.Join(dir, "src")
	must(t, os.MkdirAll(site, 0o755), os.MkdirAll(filepath.Join(src, "dev.egg-info"), 0o755),
		os.WriteFile(filepath.Join(dir, "v", "pyvenv.cfg"), nil, 0o644),
		os.WriteFile(filepath.Join(src, "dev.egg-info", "PKG-INFO"), []byte("Name: dev\nVersion: 1\n"), 0o644),
		os.WriteFile(filepath.Join(site, "easy-install.pth"), []byte(src+"\n"), 0o644))
	d, err := OpenDir(filepath.Join(dir, "v"))
	must(t, err)
	defer d.Close()
	open := func(path string) (fs.FS, error) { return OpenDir(path) }
	for _, tt := range []struct {
		open func(string) (fs.FS, error)
		want []string
	}{{nil, nil}, {open, []string{"added-1:dev.egg-info"}}} {
		var got []string
		for e, err := range Find(t.Context(), Root{FS: d, Path: filepath.ToSlash(filepath.Join(dir, "v")), Open: tt.open}) {
			must(t, err)
			c := e.Read(nil)
			for _, x := range c.Distributions {
				got = append(got, x.Path())
			}
			if len(c.Roots) != len(tt.want) {
				t.Errorf("%d roots", len(c.Roots))
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
