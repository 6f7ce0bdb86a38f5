package record

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pysbom/pysbom/provenance/installed"
)

// line is a RECORD's line for content at path.
func line(path, content string) string {
	sum := sha256.Sum256([]byte(content))
	return fmt.Sprintf("%s,sha256=%s,%d\n", path, base64.RawURLEncoding.EncodeToString(sum[:]), len(content))
}

func encode(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum) }

// install returns the tree of an environment with one distribution, x 1,
// whose RECORD has lines for all files and these lines.
func install(dir string, files map[string]string, lines ...string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, content := range files {
		tree[path.Join(dir, name)] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
		lines = append(lines, line(name, content))
	}
	slices.Sort(lines)
	record := strings.Join(lines, "") + "x-1.dist-info/RECORD,,\n"
	tree[path.Join(dir, "x-1.dist-info/RECORD")] = &fstest.MapFile{Data: []byte(record), Mode: 0o644}
	return tree
}

const posixDir = "lib/python3.11/site-packages"

func verify(t *testing.T, site *installed.Site) *Report {
	t.Helper()
	var v Verifier
	r, err := v.Verify(t.Context(), site, "x-1.dist-info")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// changed lists what is not unchanged, as "STATUS PATH".
func changed(r *Report) []string {
	var list []string
	for _, f := range r.Files {
		if f.Status != Unchanged {
			list = append(list, f.Status.String()+" "+f.Path)
		}
	}
	return list
}

func TestVerify(t *testing.T) {
	files := map[string]string{
		"pkg/__init__.py": "", "pkg/a.py": "a = 1\n", "pkg/sub/b.py": "b = 2\n", "../../../bin/x": "#!/usr/bin/python3\n", "mod.py": "m",
		"x-1.dist-info/METADATA": "Name: x\n", "x-1.dist-info/INSTALLER": "pip\n", "x-1.dist-info/REQUESTED": "", "x-1.dist-info/direct_url.json": "{}",
	}
	pyc := "pkg/__pycache__/a.cpython-311.pyc,,\n"
	md5sum, sha3sum := md5.Sum([]byte("old")), sha3.Sum256([]byte("new"))
	for _, test := range []struct {
		name   string
		change func(tree fstest.MapFS)
		lines  string
		want   []string
		intact bool
		codes  []string
	}{
		{"nothing", func(fstest.MapFS) {}, "", nil, true, nil},
		{"one byte", func(tree fstest.MapFS) { tree[posixDir+"/pkg/a.py"].Data[0] = 'b' }, "", []string{"modified pkg/a.py"}, false, nil},
		{"one byte more", func(tree fstest.MapFS) { tree["bin/x"].Data = append(tree["bin/x"].Data, '\n') }, "", []string{"modified ../../../bin/x"}, false, nil},
		{"removed", func(tree fstest.MapFS) { delete(tree, posixDir+"/pkg/sub/b.py") }, "", []string{"missing pkg/sub/b.py"}, false, nil},
		{"a file where a directory was", func(tree fstest.MapFS) {
			delete(tree, posixDir+"/pkg/sub/b.py")
			tree[posixDir+"/pkg/sub"] = &fstest.MapFile{Data: []byte("x")}
		}, "", []string{"missing pkg/sub/b.py"}, false, nil},
		{"a directory where a file was", func(tree fstest.MapFS) {
			delete(tree, posixDir+"/mod.py")
			tree[posixDir+"/mod.py/x"] = &fstest.MapFile{}
		}, "", []string{"unreadable mod.py"}, false, nil},
		{"byte code there and gone", func(tree fstest.MapFS) {
			tree[posixDir+"/pkg/__pycache__/a.cpython-311.pyc"] = &fstest.MapFile{Data: []byte("x")}
		}, pyc + "pkg/__pycache__/b.cpython-311.pyc,,\nold.pyc,,\n", []string{"absent old.pyc", "unhashed pkg/__pycache__/a.cpython-311.pyc", "absent pkg/__pycache__/b.cpython-311.pyc"}, true, nil},
		{"byte code with a hash", func(fstest.MapFS) {}, line("pkg/c.pyc", "x"), []string{"missing pkg/c.pyc"}, false, nil},
		{"no hash, there and gone", func(tree fstest.MapFS) {
			tree[posixDir+"/data.txt"] = &fstest.MapFile{Data: []byte("x")}
		}, "data.txt,,\ngone.txt,,\n", []string{"unhashed data.txt", "missing gone.txt"}, false, nil},
		{"only a size", func(tree fstest.MapFS) {
			tree[posixDir+"/data.txt"] = &fstest.MapFile{Data: []byte("x")}
			tree[posixDir+"/more.txt"] = &fstest.MapFile{Data: []byte("xy")}
		}, "data.txt,,1\nmore.txt,,1\n", []string{"unhashed data.txt", "modified more.txt"}, false, nil},
		{"what installers write is gone", func(tree fstest.MapFS) {
			delete(tree, posixDir+"/x-1.dist-info/INSTALLER")
			delete(tree, posixDir+"/x-1.dist-info/REQUESTED")
			delete(tree, posixDir+"/x-1.dist-info/direct_url.json")
		}, "x-1.dist-info/uv_cache.json," + emptySHA256 + ",0\n", []string{"absent x-1.dist-info/INSTALLER", "absent x-1.dist-info/REQUESTED", "absent x-1.dist-info/direct_url.json", "absent x-1.dist-info/uv_cache.json"}, true, nil},
		{"such a name elsewhere is gone", func(tree fstest.MapFS) {}, line("pkg/INSTALLER", "pip"), []string{"missing pkg/INSTALLER"}, false, nil},
		{"INSTALLER was written over", func(tree fstest.MapFS) {
			tree[posixDir+"/x-1.dist-info/INSTALLER"].Data = []byte("conda")
		}, "", []string{"modified x-1.dist-info/INSTALLER"}, false, nil},
		{"directories", func(tree fstest.MapFS) {}, "pkg,,\npkg/__pycache__,,\npkg/sub/,,\n", []string{"unhashed pkg", "absent pkg/__pycache__", "unhashed pkg/sub/"}, true, nil},
		{"a directory with a hash", func(tree fstest.MapFS) {}, line("pkg", ""), []string{"unreadable pkg"}, false, nil},
		{"out of the root", func(tree fstest.MapFS) {}, "../../../../etc/passwd,,\n/etc/passwd," + emptySHA256 + ",0\n", []string{"escaping ../../../../etc/passwd", "escaping /etc/passwd"}, true, nil},
		{"other algorithms", func(tree fstest.MapFS) {
			for _, name := range []string{"md5", "sha3", "blake", "other"} {
				tree[posixDir+"/"+name] = &fstest.MapFile{Data: []byte("new")}
			}
		}, "md5,md5=" + encode(md5sum[:]) + ",3\nsha3,sha3_256=" + encode(sha3sum[:]) + ",3\nblake,blake2s=" + encode(sha3sum[:]) + ",3\nother,xxh64=AAAA,4\n",
			[]string{"unhashed blake", "modified md5", "modified other"}, false, []string{CodeWeakHash}},
		{"a hash that cannot be used", func(tree fstest.MapFS) {
			tree[posixDir+"/data"] = &fstest.MapFile{Data: []byte("x")}
		}, "data,sha256=AAAA,1\n", []string{"unhashed data"}, true, []string{CodeHash}},
		{"the wrong size with the right hash", func(tree fstest.MapFS) {
			tree[posixDir+"/data"] = &fstest.MapFile{Data: []byte("x")}
		}, strings.Replace(line("data", "x"), ",1\n", ",7\n", 1), nil, true, []string{CodeSize}},
		{"twice, the same and another", func(tree fstest.MapFS) {}, line("mod.py", "m") + line("mod.py", "n"), []string{"modified mod.py"}, false, []string{CodeDuplicate, CodeDuplicate}},
		{"a comma", func(tree fstest.MapFS) {
			tree[posixDir+"/a,b.py"] = &fstest.MapFile{Data: []byte("x")}
		}, line(`"a,b.py"`, "y"), []string{"modified a,b.py"}, false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := install(posixDir, files, test.lines)
			test.change(tree)
			r := verify(t, siteOf(tree, "/venv", posixDir))
			got := slices.DeleteFunc(changed(r), func(s string) bool { return s == "unhashed x-1.dist-info/RECORD" })
			if !slices.Equal(got, test.want) || r.Intact() != test.intact {
				t.Errorf("got %q intact %v\nwant %q %v", got, r.Intact(), test.want, test.intact)
			}
			var codes []string
			for _, p := range r.Problems {
				codes = append(codes, p.Code)
			}
			if !slices.Equal(codes, test.codes) {
				t.Errorf("codes %q, want %q", codes, test.codes)
			}
			if !slices.IsSortedFunc(r.Files, func(a, b Result) int { return strings.Compare(a.Path, b.Path) }) {
				t.Error("not sorted")
			}
			for _, f := range r.Files {
				if (f.Code != "") != (f.Status >= Modified) || (f.Reason == "") != (f.Status == Unchanged) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

func TestVerifyNoRecord(t *testing.T) {
	tree := fstest.MapFS{posixDir + "/x-1.dist-info/METADATA": {}}
	r := verify(t, siteOf(tree, "/venv", posixDir))
	if r.Intact() || len(r.Files) != 0 || len(r.Problems) != 1 || r.Problems[0].Code != CodeMissing || r.Problems[0].Path != posixDir+"/x-1.dist-info/RECORD" {
		t.Errorf("%+v %v", r, r.Problems)
	}
	tree[posixDir+"/x-1.dist-info/RECORD"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	if r := verify(t, siteOf(tree, "/venv", posixDir)); len(r.Problems) != 1 || r.Problems[0].Code != installed.CodeNotRegular {
		t.Errorf("a pipe: %v", r.Problems)
	}
}

// The Windows layout, read where case and separators matter: a RECORD of its
// own spelling.
func TestVerifyWindows(t *testing.T) {
	tree := install("Lib/site-packages", map[string]string{"Pkg/Mod.py": "m\r\n", "../../Scripts/x.exe": "MZ", "pkg/gone.py": ""})
	delete(tree, "Lib/site-packages/pkg/gone.py")
	record := tree["Lib/site-packages/x-1.dist-info/RECORD"]
	record.Data = []byte(strings.NewReplacer("/", `\`, "Pkg", "pkg", "Scripts", "scripts", "x.exe", "X.exe", "\n", "\r\n").Replace(string(record.Data)))
	r := verify(t, siteOf(tree, "/mnt/copy", "Lib/site-packages"))
	want := []string{`missing pkg\gone.py`, `unhashed x-1.dist-info\RECORD`}
	if got := changed(r); !slices.Equal(got, want) || len(r.Files) != 4 {
		t.Errorf("got %q of %d, want %q", got, len(r.Files), want)
	}
	if i := slices.IndexFunc(r.Files, func(f Result) bool { return f.Path == `..\..\scripts\X.exe` }); i < 0 || r.Files[i].Name != "scripts/X.exe" {
		t.Errorf("%+v", r.Files)
	}

	// Nothing but RECORD says that this one was written on Windows.
	tree = install("layer", map[string]string{"pkg/mod.py": "m"})
	record = tree["layer/x-1.dist-info/RECORD"]
	record.Data = []byte(strings.ReplaceAll(string(record.Data), "/", `\`))
	if r := verify(t, siteOf(tree, "/mnt/copy", "layer")); r.Count(Unchanged) != 1 || !r.Intact() {
		t.Errorf("%+v", r.Files)
	}
}

// Links, pipes and permissions of a real directory.
func TestVerifyHostile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links want a privilege there")
	}
	dir := t.TempDir()
	site := filepath.Join(dir, "venv", filepath.FromSlash(posixDir))
	must(t, os.MkdirAll(filepath.Join(site, "x-1.dist-info"), 0o755), os.MkdirAll(filepath.Join(site, "pkg"), 0o755),
		os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o644),
		os.WriteFile(filepath.Join(site, "real.py"), []byte("real"), 0o644),
		os.Symlink("real.py", filepath.Join(site, "link.py")),
		os.Symlink("../real.py", filepath.Join(site, "pkg", "up.py")),
		os.Symlink("../../../../secret", filepath.Join(site, "out.py")),
		os.Symlink(filepath.Join(dir, "secret"), filepath.Join(site, "absolute.py")),
		os.Symlink("loop.py", filepath.Join(site, "loop.py")),
		os.Symlink("nowhere", filepath.Join(site, "dangling.py")),
		os.Symlink("pkg", filepath.Join(site, "alias")),
		os.Symlink("../../../..", filepath.Join(site, "outdir")),
		mkfifo(filepath.Join(site, "pipe.py")), mkfifo(filepath.Join(site, "pkg", "pipe.py")))
	var record string
	for _, name := range []string{"real.py", "link.py", "pkg/up.py", "alias/up.py"} {
		record += line(name, "real")
	}
	for _, name := range []string{"out.py", "absolute.py", "loop.py", "dangling.py", "outdir/secret", "pipe.py", "pkg/pipe.py", "nul\x00.py", strings.Repeat("n", 300)} {
		record += line(name, "secret")
	}
	record += "pkg/pipe2.py,,\n"
	must(t, mkfifo(filepath.Join(site, "pkg", "pipe2.py")), os.WriteFile(filepath.Join(site, "x-1.dist-info", "RECORD"), []byte(record), 0o644))

	d, err := installed.OpenDir(filepath.Join(dir, "venv"))
	must(t, err)
	defer d.Close()
	before := openFiles()
	done := make(chan *Report)
	go func() {
		done <- verify(t, &installed.Site{FS: d, Root: &installed.Root{FS: d, Path: filepath.Join(dir, "venv")}, Dir: posixDir})
	}()
	var r *Report
	select {
	case r = <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("waits for a pipe")
	}
	want := []string{
		"escaping absolute.py", "missing dangling.py", "unreadable loop.py", "unreadable " + strings.Repeat("n", 300), "unreadable nul\x00.py", "escaping out.py",
		"escaping outdir/secret", "unreadable pipe.py", "unreadable pkg/pipe.py", "unreadable pkg/pipe2.py",
	}
	if got := changed(r); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
		for _, f := range r.Files {
			t.Logf("%+v", f)
		}
	}
	if after := openFiles(); after > before {
		t.Errorf("%d files open, %d before", after, before)
	}
}

func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// opens is a file system that notes what is opened.
type opens struct {
	fstest.MapFS
	mu    sync.Mutex
	names []string
}

func (o *opens) Open(name string) (fs.File, error) {
	o.mu.Lock()
	o.names = append(o.names, name)
	o.mu.Unlock()
	return o.MapFS.Open(name)
}

func (o *opens) Sub(dir string) (fs.FS, error) { return nil, fs.ErrInvalid }

// Nothing is opened but RECORD and what it has a hash of.
func TestVerifyOpens(t *testing.T) {
	tree := &opens{MapFS: install(posixDir, map[string]string{"pkg/a.py": "a", "pkg/b.py": "b"}, "pkg/c.py,,\n", "../../../../x,,\n")}
	tree.MapFS[posixDir+"/pkg/c.py"], tree.MapFS[posixDir+"/pkg/unowned.py"] = &fstest.MapFile{}, &fstest.MapFile{}
	verify(t, &installed.Site{FS: tree, Root: &installed.Root{FS: tree}, Dir: posixDir})
	slices.Sort(tree.names)
	want := []string{posixDir + "/pkg/a.py", posixDir + "/pkg/b.py", posixDir + "/x-1.dist-info/RECORD"}
	if !slices.Equal(tree.names, want) {
		t.Errorf("opened %q, want %q", tree.names, want)
	}
}

func TestVerifyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var v Verifier
	tree := install(posixDir, map[string]string{"pkg/a.py": "a"})
	if _, err := v.Verify(ctx, siteOf(tree, "", posixDir), "x-1.dist-info"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// One Verifier serves several goroutines, and how many workers it has does
// not show.
func TestVerifyParallel(t *testing.T) {
	files := map[string]string{}
	for i := range 500 {
		files[fmt.Sprintf("pkg%d/mod%d.py", i%7, i)] = strings.Repeat("x", i*100)
	}
	tree := install(posixDir, files)
	tree[posixDir+"/pkg3/mod3.py"].Data = []byte("other")
	site := siteOf(tree, "", posixDir)
	want, err := (&Verifier{Parallel: 1}).Verify(t.Context(), site, "x-1.dist-info")
	must(t, err)
	var v Verifier
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := v.Verify(context.Background(), site, "x-1.dist-info")
			if err != nil || !slices.Equal(got.Files, want.Files) {
				t.Errorf("differs: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestReportJSON(t *testing.T) {
	tree := install(posixDir, map[string]string{"a.py": "a"}, line("b.py", ""))
	got, err := json.Marshal(verify(t, siteOf(tree, "", posixDir)))
	want := `{"path":"lib/python3.11/site-packages/x-1.dist-info","files":[{"path":"a.py","name":"lib/python3.11/site-packages/a.py","status":"unchanged"},` +
		`{"path":"b.py","name":"lib/python3.11/site-packages/b.py","status":"missing","code":"file-missing","reason":"not there"},` +
		`{"path":"x-1.dist-info/RECORD","name":"lib/python3.11/site-packages/x-1.dist-info/RECORD","status":"unhashed","installer":true,"reason":"RECORD itself"}]}`
	if err != nil || string(got) != want {
		t.Errorf("got %s %v\nwant %s", got, err, want)
	}
}
