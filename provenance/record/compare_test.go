package record

import (
	"archive/zip"
	"context"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pysbom/pysbom/internal/indextest"
	"github.com/pysbom/pysbom/provenance/installed"
)

// wheelFiles is a wheel with something of everything.
var wheelFiles = map[string]string{
	"pkg/__init__.py":                        "",
	"pkg/a.py":                               "a = 1\n",
	"x-1.data/purelib/pure.py":               "pure = 1\n",
	"x-1.data/platlib/pkg/plat.so":           "\x7fELF",
	"x-1.data/scripts/tool":                  "#!python\nimport pkg\n",
	"x-1.data/scripts/gui.py":                "#!pythonw\nimport pkg\n",
	"x-1.data/scripts/tool.sh":               "#!/bin/sh\necho\n",
	"x-1.data/data/share/x/data.txt":         "data\n",
	"x-1.data/headers/x.h":                   "#define X\n",
	"x-1.dist-info/METADATA":                 "Metadata-Version: 2.1\nName: x\nVersion: 1\n",
	"x-1.dist-info/WHEEL":                    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
	"x-1.dist-info/entry_points.txt":         "[console_scripts]\nxcmd = pkg.a:main\npip=pkg.a:main\n\n[gui_scripts]\nxgui = pkg.a:main [extra]\n[other]\nno = pkg:a\n",
	"x-1.dist-info/licenses/pkg/LICENSE.txt": "licence\n",
}

// wheelOf describes the wheel that has these files.
func wheelOf(files map[string]string) Wheel {
	var record strings.Builder
	w := Wheel{Members: map[string]Member{"x-1.dist-info/RECORD": {}, "pkg/": {}}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		record.WriteString(line(name, files[name]))
		w.Members[name] = Member{crc32.ChecksumIEEE([]byte(files[name])), int64(len(files[name]))}
	}
	record.WriteString("x-1.dist-info/RECORD,,\n")
	w.Record, _ = Parse("RECORD", []byte(record.String()))
	return w
}

// unpacked is what an installer makes of wheelFiles in the POSIX layout.
func unpacked() map[string]string {
	return map[string]string{
		"pkg/__init__.py":                        "",
		"pkg/a.py":                               "a = 1\n",
		"pure.py":                                "pure = 1\n",
		"pkg/plat.so":                            "\x7fELF",
		"../../../bin/tool":                      "#!/venv/bin/python3.11\nimport pkg\n",
		"../../../bin/gui.py":                    "#!/bin/sh\n'''exec' \"/my venv/bin/pythonw\" \"$0\" \"$@\"\n' '''\nimport pkg\n",
		"../../../bin/tool.sh":                   "#!/bin/sh\necho\n",
		"../../../share/x/data.txt":              "data\n",
		"../../../include/site/python3.11/x/x.h": "#define X\n",
		"x-1.dist-info/METADATA":                 wheelFiles["x-1.dist-info/METADATA"],
		"x-1.dist-info/WHEEL":                    wheelFiles["x-1.dist-info/WHEEL"],
		"x-1.dist-info/entry_points.txt":         wheelFiles["x-1.dist-info/entry_points.txt"],
		"x-1.dist-info/licenses/pkg/LICENSE.txt": "licence\n",
		"x-1.dist-info/INSTALLER":                "pip\n",
		"x-1.dist-info/REQUESTED":                "",
		"x-1.dist-info/provenance_url.json":      "{}",
		"x-1.dist-info/uv_build.json":            "{}",
		"../../../bin/xcmd":                      "#!/venv/bin/python3.11\n",
		"../../../bin/xgui":                      "#!/venv/bin/python3.11\n",
		"../../../bin/pip3.11":                   "#!/venv/bin/python3.11\n",
		"../../../bin/pip-3.11":                  "#!/venv/bin/python3.11\n",
	}
}

func compare(t *testing.T, site *installed.Site, w Wheel) *Comparison {
	t.Helper()
	var v Verifier
	m, problems := v.NewMatcher(site, "x-1.dist-info")
	if len(problems) > 0 {
		t.Error(problems[0])
	}
	c, err := m.Compare(t.Context(), w)
	must(t, err)
	again, err := m.Compare(t.Context(), w) // from what it remembers
	must(t, err)
	if !slices.Equal(c.Different, again.Different) || !slices.Equal(c.Leftover, again.Leftover) || !slices.Equal(c.Rewritten, again.Rewritten) || c.Compared != again.Compared {
		t.Errorf("the second time:\n%+v\n%+v", again, c)
	}
	return c
}

func differences(c *Comparison) []string {
	var list []string
	for _, d := range c.Different {
		list = append(list, d.Code+" "+d.Path)
	}
	return list
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name      string
		change    func(files map[string]string, w *Wheel)
		lines     string
		different []string
		leftover  []string
		onlyWHEEL bool
	}{
		{"equal", func(map[string]string, *Wheel) {}, "", nil, nil, false},
		{"byte code and directories", func(map[string]string, *Wheel) {}, "pkg/__pycache__/a.cpython-311.pyc,,\n../../../bin/__pycache__/gui.cpython-311.pyc,,\npkg/__pycache__,,\nx-1.virtualenv,,\n", nil, nil, false},
		{"without the central directory", func(_ map[string]string, w *Wheel) { w.Members = nil }, "", nil, nil, false},
		{"without RECORD", func(_ map[string]string, w *Wheel) { w.Record = nil }, "", nil, nil, false},
		{"signatures in the archive", func(_ map[string]string, w *Wheel) {
			w.Members["x-1.dist-info/RECORD.jws"], w.Members["x-1.dist-info/RECORD.p7s"] = Member{}, Member{}
		}, "x-1.dist-info/RECORD.jws,,\n", nil, nil, false},
		{"one byte", func(files map[string]string, _ *Wheel) { files["pkg/a.py"] = "a = 2\n" }, "", []string{"file-modified pkg/a.py"}, nil, false},
		{"one byte, by its crc", func(files map[string]string, w *Wheel) { files["pkg/a.py"], w.Record = "a = 2\n", nil }, "", []string{"file-modified pkg/a.py"}, nil, false},
		{"crc only", func(_ map[string]string, w *Wheel) { w.Members["pkg/a.py"] = Member{1, 6} }, "", []string{"file-modified pkg/a.py"}, nil, false},
		{"another size", func(files map[string]string, _ *Wheel) { files["pkg/a.py"] = "a = 12\n" }, "", []string{"file-modified pkg/a.py"}, nil, false},
		{"a wrong size in both RECORDs", func(_ map[string]string, w *Wheel) {
			w.Members = nil
			for i := range w.Record {
				w.Record[i].Size += 7
			}
		}, "", nil, nil, false},
		{"missing", func(files map[string]string, _ *Wheel) { delete(files, "pkg/plat.so") }, "", []string{"file-missing x-1.data/platlib/pkg/plat.so"}, nil, false},
		{"data missing", func(files map[string]string, _ *Wheel) { delete(files, "../../../share/x/data.txt") }, "", []string{"file-missing x-1.data/data/share/x/data.txt"}, nil, false},
		{"header missing", func(files map[string]string, _ *Wheel) { delete(files, "../../../include/site/python3.11/x/x.h") }, "", []string{"file-missing x-1.data/headers/x.h"}, nil, false},
		{"script changed behind its first line", func(files map[string]string, _ *Wheel) {
			files["../../../bin/tool"] = "#!/venv/bin/python3.11\nimport pkh\n"
		}, "", []string{"file-modified x-1.data/scripts/tool"}, nil, false},
		{"script that was not to be rewritten", func(files map[string]string, _ *Wheel) {
			files["../../../bin/tool.sh"] = "#!/bin/bash\necho\n"
		}, "", []string{"file-modified x-1.data/scripts/tool.sh"}, nil, false},
		{"script in the package", func(files map[string]string, w *Wheel) {
			files["pkg/a.py"] = "#!/venv/bin/python\n"
			*w = wheelOf(with(wheelFiles, "pkg/a.py", "#!python\n"))
		}, "", []string{"file-modified pkg/a.py"}, nil, false},
		{"only WHEEL, same size", func(files map[string]string, _ *Wheel) {
			files["x-1.dist-info/WHEEL"] = strings.Replace(files["x-1.dist-info/WHEEL"], "test", "tset", 1)
		}, "", []string{"file-modified x-1.dist-info/WHEEL"}, nil, true},
		{"only WHEEL, another size", func(files map[string]string, _ *Wheel) { files["x-1.dist-info/WHEEL"] += "\n" }, "", []string{"file-modified x-1.dist-info/WHEEL"}, nil, true},
		{"WHEEL and more", func(files map[string]string, _ *Wheel) {
			files["x-1.dist-info/WHEEL"] += "\n"
			files["pkg/a.py"] = "a = 2\n"
		}, "", []string{"file-modified pkg/a.py", "file-modified x-1.dist-info/WHEEL"}, nil, false},
		{"more than the wheel has", func(files map[string]string, _ *Wheel) {
			files["pkg/evil.py"], files["../../../bin/evil"], files["evil.pth"], files["pkg/xcmd"] = "", "", "", ""
		}, "pkg/sourceless.pyc," + emptySHA256 + ",0\n../../../../../evil,,\n", nil,
			[]string{"../../../../../evil", "../../../bin/evil", "evil.pth", "pkg/evil.py", "pkg/sourceless.pyc", "pkg/xcmd"}, false},
		{"only some entry points have versions", func(files map[string]string, _ *Wheel) { files["../../../bin/xcmd3"] = "" }, "", nil, []string{"../../../bin/xcmd3"}, false},
		{"a section that makes no scripts", func(files map[string]string, _ *Wheel) { files["../../../bin/no"] = "" }, "", nil, []string{"../../../bin/no"}, false},
		{"not in the archive", func(_ map[string]string, w *Wheel) { delete(w.Members, "pkg/a.py") }, "", []string{"wheel-record pkg/a.py"}, []string{"pkg/a.py"}, false},
		{"not in the wheel's RECORD", func(_ map[string]string, w *Wheel) { w.Members["pkg/b.py"] = Member{} }, "", []string{"wheel-record pkg/b.py"}, nil, false},
		{"no hash", func(_ map[string]string, w *Wheel) { w.Record[0].Digest = "" }, "", []string{"wheel-record pkg/__init__.py"}, []string{"pkg/__init__.py"}, false},
		{"a weak hash", func(_ map[string]string, w *Wheel) {
			w.Record[0].Algorithm, w.Record[0].Digest = "md5", "d41d8cd98f00b204e9800998ecf8427e"
		}, "", []string{"wheel-record pkg/__init__.py"}, []string{"pkg/__init__.py"}, false},
		{"hostile paths", func(_ map[string]string, w *Wheel) {
			w.Members = nil
			w.Record = append(w.Record, Entry{Path: "../../../bin/tool"}, Entry{Path: "/etc/passwd"}, Entry{Path: `a\b`}, Entry{Path: "x-1.data/evil/x"}, Entry{Path: "x-1.data/scripts"})
		}, "", []string{"record-escape ../../../bin/tool", "record-escape /etc/passwd", `record-escape a\b`, "wheel-record x-1.data/evil/x", "wheel-record x-1.data/scripts"}, nil, false},
		{"two dist-infos", func(_ map[string]string, w *Wheel) {
			w.Record = append(w.Record, Entry{Path: "y-1.dist-info/METADATA"})
		}, "", []string{"wheel-record "}, all(), false},
		{"nothing", func(_ map[string]string, w *Wheel) { *w = Wheel{} }, "", []string{"wheel-record "}, all(), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			files, w := unpacked(), wheelOf(wheelFiles)
			test.change(files, &w)
			c := compare(t, siteOf(install(posixDir, files, test.lines), "/venv", posixDir), w)
			if got := differences(c); !slices.Equal(got, test.different) {
				t.Errorf("different: %q, want %q\n%+v", got, test.different, c.Different)
			}
			if !slices.Equal(c.Leftover, test.leftover) {
				t.Errorf("left over: %q, want %q", c.Leftover, test.leftover)
			}
			if match := test.different == nil && test.leftover == nil; c.Match() != match || c.OnlyWHEEL() != test.onlyWHEEL {
				t.Errorf("match %v, want %v; only WHEEL %v, want %v", c.Match(), match, c.OnlyWHEEL(), test.onlyWHEEL)
			}
			if want := []string{"x-1.data/scripts/gui.py", "x-1.data/scripts/tool"}; c.Match() && (!slices.Equal(c.Rewritten, want) || c.Compared != len(wheelFiles)) {
				t.Errorf("%d compared, rewritten %q", c.Compared, c.Rewritten)
			}
		})
	}
}

// all are the lines that no installer makes by itself.
func all() []string {
	files := unpacked()
	for name := range files {
		base := name[strings.LastIndexByte(name, '/')+1:]
		if isInstallers(base) || slices.Contains([]string{"xcmd", "xgui", "pip3.11", "pip-3.11"}, base) {
			delete(files, name)
		}
	}
	return slices.Sorted(maps.Keys(files))
}

func with(files map[string]string, name, content string) map[string]string {
	files = maps.Clone(files)
	files[name] = content
	return files
}

// A .dist-info directory that the installer gave another spelling.
func TestCompareRenamed(t *testing.T) {
	files := map[string]string{}
	for name, content := range wheelFiles {
		if !strings.HasPrefix(name, "x-1.data") {
			files[strings.Replace(name, "x-1.", "X-1.0.", 1)] = content
		}
	}
	c := compare(t, siteOf(install(posixDir, map[string]string{"pkg/__init__.py": "", "pkg/a.py": "a = 1\n", "x-1.dist-info/METADATA": wheelFiles["x-1.dist-info/METADATA"],
		"x-1.dist-info/WHEEL": wheelFiles["x-1.dist-info/WHEEL"], "x-1.dist-info/entry_points.txt": wheelFiles["x-1.dist-info/entry_points.txt"],
		"x-1.dist-info/licenses/pkg/LICENSE.txt": "licence\n"}), "", posixDir), Wheel{Record: renamed(files)})
	if !c.Match() {
		t.Errorf("%+v", c)
	}
}

func renamed(files map[string]string) []Entry {
	var record string
	for name, content := range files {
		record += line(name, content)
	}
	entries, _ := Parse("", []byte(record))
	return entries
}

func TestCompareWindows(t *testing.T) {
	const dir = "Lib/site-packages"
	files := map[string]string{}
	for name, content := range unpacked() {
		name = strings.Replace(name, "../../../bin/", "../../Scripts/", 1)
		name = strings.Replace(name, "../../../include/site/python3.11/", "../../Include/", 1)
		if base, ok := strings.CutPrefix(name, "../../Scripts/"); ok && !strings.Contains(base, "tool") && base != "gui.py" {
			name += ".exe"
		}
		files[strings.Replace(name, "../../../", "../../", 1)] = content
	}
	files["../../Scripts/tool"] = "#!C:\\venv\\Scripts\\python.exe\r\nimport pkg\n"
	files["../../Scripts/xgui-script.pyw"], files["../../Scripts/XCMD.EXE.manifest"] = "", ""
	tree := install(dir, files)
	record := tree[dir+"/x-1.dist-info/RECORD"]
	record.Data = []byte(strings.ReplaceAll(strings.ReplaceAll(string(record.Data), "/", `\`), "XCMD", "xcmd"))
	tree["Scripts/xcmd.exe.manifest"] = tree["Scripts/XCMD.EXE.manifest"]
	c := compare(t, siteOf(tree, `C:\venv`, dir), wheelOf(wheelFiles))
	if !c.Match() {
		t.Errorf("different %+v left over %q", c.Different, c.Leftover)
	}
	w := wheelOf(with(wheelFiles, "x-1.data/scripts/tool", "#!python -u\nimport pkg\n"))
	if c := compare(t, siteOf(tree, `C:\venv`, dir), w); c.Match() {
		t.Error("another first line")
	}
}

// Only the site directory is inside the root: what lies in bin cannot be
// compared, and that is said.
func TestCompareBareSite(t *testing.T) {
	tree := fstest.MapFS{}
	for name, f := range install(posixDir, unpacked()) {
		if inner, ok := strings.CutPrefix(name, posixDir+"/"); ok {
			tree[inner] = f
		}
	}
	c := compare(t, siteOf(tree, "/venv/"+posixDir, "."), wheelOf(wheelFiles))
	want := []string{"record-escape x-1.data/data/share/x/data.txt", "record-escape x-1.data/headers/x.h", "record-escape x-1.data/scripts/gui.py",
		"record-escape x-1.data/scripts/tool", "record-escape x-1.data/scripts/tool.sh"}
	if got := differences(c); !slices.Equal(got, want) || c.Match() {
		t.Errorf("%q, want %q", got, want)
	}
}

// Where sizes rule a wheel out no content is read.
func TestCompareCheap(t *testing.T) {
	files := unpacked()
	files["pkg/a.py"] = "longer than it was\n"
	tree := &opens{MapFS: install(posixDir, files)}
	var v Verifier
	m, _ := v.NewMatcher(&installed.Site{FS: tree, Root: &installed.Root{FS: tree}, Dir: posixDir}, "x-1.dist-info")
	tree.names = nil
	c, err := m.Compare(t.Context(), wheelOf(wheelFiles))
	if err != nil || c.Match() || len(tree.names) > 0 {
		t.Errorf("opened %q, %+v, %v", tree.names, c, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	delete(m.contents, posixDir+"/pkg/a.py")
	if _, err := m.Compare(ctx, wheelOf(wheelFiles)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	tree.MapFS[posixDir+"/pkg/a.py"].Data = []byte(wheelFiles["pkg/a.py"])
	if c, err := m.Compare(t.Context(), wheelOf(wheelFiles)); err != nil || !c.Match() {
		t.Errorf("after it was cancelled: %+v, %v", c, err)
	}
}

func TestEntryScripts(t *testing.T) {
	got := entryScripts("before = a:b\n# [console_scripts]\n[console_scripts]\r\n b=c:d\r\na = c:d [x]\n; c = d\nnot a pair\n[gui_scripts]\na = e:f\n[x]\nz = y:z\n")
	if want := []string{"a", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// writeWheel writes the wheel of files to dir.
func writeWheel(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	name := filepath.Join(dir, "x-1-py3-none-any.whl")
	f, err := os.Create(name)
	must(t, err)
	z := zip.NewWriter(f)
	record := "x-1.dist-info/RECORD,,\n"
	add := func(name, content string) {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, content)
		must(t, err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		add(name, files[name])
		record += line(name, files[name])
	}
	add("x-1.dist-info/RECORD", record)
	must(t, z.Close(), f.Close())
	return name
}

// readWheel describes a wheel as its archive does.
func readWheel(t *testing.T, name string) Wheel {
	t.Helper()
	z, err := zip.OpenReader(name)
	must(t, err)
	defer z.Close()
	w := Wheel{Members: map[string]Member{}}
	for _, f := range z.File {
		w.Members[f.Name] = Member{f.CRC32, int64(f.UncompressedSize64)}
		if strings.HasSuffix(f.Name, ".dist-info/RECORD") && strings.Count(f.Name, "/") == 1 {
			data, err := fs.ReadFile(z, f.Name)
			must(t, err)
			var problems []*installed.Problem
			if w.Record, problems = Parse(name, data); len(problems) > 0 {
				t.Error(problems[0])
			}
		}
	}
	return w
}

// findSite returns where below dir the .dist-info directory of x 1 lies.
func findSite(t *testing.T, dir string) *installed.Site {
	t.Helper()
	d, err := installed.OpenDir(dir)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	site := &installed.Site{FS: d, Root: &installed.Root{FS: d, Path: dir}}
	err = fs.WalkDir(d, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "x-1.dist-info" {
			site.Dir = dirOf(name)
		}
		return err
	})
	must(t, err)
	if site.Dir == "" {
		t.Fatal("not installed")
	}
	return site
}

// What real installers make of a wheel is unchanged by their own RECORD, and
// has the content of the wheel.
func TestInstallers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("what installers make of scripts there was never looked at")
	}
	for _, test := range []struct {
		name string
		args []string // %T, %W: the directory to install into, the wheel
	}{
		{"pip --prefix", []string{"install", "-q", "--no-index", "--no-deps", "--disable-pip-version-check", "--prefix", "%T", "%W"}},
		{"pip --target", []string{"install", "-q", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", "%T", "%W"}},
		{"uv --prefix", []string{"pip", "install", "-q", "--no-index", "--no-deps", "--offline", "--no-cache", "--system", "--break-system-packages", "--prefix", "%T", "%W"}},
		{"uv --target", []string{"pip", "install", "-q", "--no-index", "--no-deps", "--offline", "--no-cache", "--target", "%T", "%W"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tool, _, _ := strings.Cut(test.name, " ")
			tool = indextest.NeedTool(t, tool)
			dir := filepath.Join(t.TempDir(), "some where")
			must(t, os.Mkdir(dir, 0o755))
			wheel := writeWheel(t, t.TempDir(), wheelFiles)
			args := slices.Clone(test.args)
			for i := range args {
				args[i] = strings.NewReplacer("%T", dir, "%W", wheel).Replace(args[i])
			}
			cmd := exec.Command(tool, args...)
			cmd.Env = append(os.Environ(), "PIP_ROOT_USER_ACTION=ignore")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			site := findSite(t, dir)
			if r := verify(t, site); !r.Intact() || r.Count(Unchanged) < len(wheelFiles) || r.Count(Escaping)+r.Count(Absent) > 0 || len(r.Problems) > 0 {
				t.Errorf("%+v %v", r.Files, r.Problems)
			}
			c := compare(t, site, readWheel(t, wheel))
			if !c.Match() || c.Compared != len(wheelFiles) {
				t.Errorf("different %+v, left over %q", c.Different, c.Leftover)
			}
			t.Log(site.Dir, c.Rewritten)
			name := filepath.Join(dir, filepath.FromSlash(site.Dir), "pkg", "a.py")
			must(t, os.WriteFile(name, []byte("a = 2\n"), 0o644))
			if got, want := slices.DeleteFunc(changed(verify(t, site)), func(s string) bool { return strings.HasPrefix(s, "unhashed") }), []string{"modified pkg/a.py"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := differences(compare(t, site, readWheel(t, wheel))), []string{"file-modified pkg/a.py"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
