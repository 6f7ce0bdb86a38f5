package owner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	packageurl "github.com/package-url/packageurl-go"

	"github.com/pysbom/pysbom/provenance/installed"
)

// tree makes a file system of paths and contents. A content that begins with
// "-> " is a link.
func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		if to, ok := strings.CutPrefix(content, "-> "); ok {
			fsys[name] = &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink | 0o777}
		} else {
			fsys[name] = &fstest.MapFile{Data: []byte(content)}
		}
	}
	return fsys
}

// load fails the test on any problem.
func load(t testing.TB, fsys fs.FS, dir string, want func(string) bool) *Owners {
	t.Helper()
	o, problems := Load(fsys, dir, want)
	for _, p := range problems {
		t.Error(p)
	}
	return o
}

// owned prints what o knows, a line for each path: "PATH OWNER ALGORITHM:DIGEST".
func owned(o *Owners) []string {
	var lines []string
	for name := range o.files {
		p, _ := o.Of(name)
		algorithm, digest := o.Digest(name)
		lines = append(lines, fmt.Sprintf("%s %s %s:%s", name, p.Name, algorithm, digest))
	}
	slices.Sort(lines)
	return lines
}

func wantLines(t *testing.T, got []string, want string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(want), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	if !slices.Equal(got, lines) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// wantPackage compares the JSON of a package, which names every field once.
func wantPackage(t *testing.T, p *Package, want string) {
	t.Helper()
	if p == nil {
		t.Errorf("no package, want %s", want)
		return
	}
	var got, compact bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetEscapeHTML(false)
	if err := cmp.Or(e.Encode(p), json.Compact(&compact, []byte(want))); err != nil {
		t.Fatal(err)
	}
	if g := strings.TrimSpace(got.String()); g != compact.String() {
		t.Errorf("got\n%s\nwant\n%s", g, compact.String())
	}
	checkPURL(t, p)
}

// checkPURL compares with the purl library: it must read the purl, and write
// the same one from what it read.
func checkPURL(t testing.TB, p *Package) {
	t.Helper()
	if p.PURL == "" {
		return
	}
	parsed, err := packageurl.FromString(p.PURL)
	if err != nil {
		t.Errorf("%s: %v", p.PURL, err)
		return
	}
	if err := parsed.Normalize(); err != nil || parsed.ToString() != p.PURL {
		t.Errorf("%s: the library writes %s (%v)", p.PURL, parsed.ToString(), err)
	}
	if parsed.Type != p.Type || !strings.EqualFold(parsed.Name, p.Name) || parsed.Version != p.Version {
		t.Errorf("%s: the library reads %s %s %s", p.PURL, parsed.Type, parsed.Name, parsed.Version)
	}
}

func TestNothing(t *testing.T) {
	for _, fsys := range []fs.FS{fstest.MapFS{}, tree(map[string]string{"bin": "a file", "pyvenv.cfg": "home = /usr/bin"}), os.DirFS(t.TempDir())} {
		o := load(t, fsys, ".", nil)
		if _, ok := o.Of("lib/x"); ok || len(o.Packages()) > 0 {
			t.Error("owners where there are none")
		}
	}
	var none *Owners
	if _, ok := none.Of("x"); ok || none.Packages() != nil || none.Decide(Distribution{Dir: "x"}).Standing != Foreign {
		t.Error("the nil Owners knows something")
	}
	if a, d := none.Digest("x"); a != "" || d != "" {
		t.Error("the nil Owners knows a digest")
	}
}

// opens records what is opened.
type opens struct {
	fstest.MapFS
	names *[]string
}

func (o opens) Open(name string) (fs.File, error) {
	*o.names = append(*o.names, name)
	return o.MapFS.Open(name)
}

func TestOpensOnlyDatabases(t *testing.T) {
	var names []string
	fsys := opens{tree(map[string]string{
		"var/lib/dpkg/status":                          debStatus("a", "1", "all"),
		"var/lib/dpkg/info/a.list":                     "/.\n/usr\n/usr/share/doc/a\n",
		"var/lib/dpkg/info/a.md5sums":                  "",
		"usr/lib/python3/dist-packages/x.py":           "",
		"usr/lib/python3/dist-packages/x.egg-info":     "",
		"var/lib/dpkg/info/of-nothing-installed.list":  "/usr/lib/python3/dist-packages/x.py\n",
		"var/lib/dpkg/info/of-nothing-installed.prerm": "",
	}), &names}
	o := load(t, fsys, ".", python)
	if len(o.files) != 0 {
		t.Error(owned(o))
	}
	for _, name := range names {
		if strings.HasPrefix(name, "usr/lib/python3") || strings.HasSuffix(name, "md5sums") || strings.Contains(name, "nothing") {
			t.Errorf("%s: opened", name)
		}
	}
}

// oddFile is a regular file that says another size than it has.
type oddFile struct {
	fs.File
	size int64
}

type oddInfo struct {
	fs.FileInfo
	size int64
}

func (f oddFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return oddInfo{info, f.size}, err
}

func (i oddInfo) Size() int64        { return i.size }
func (i oddInfo) ModTime() time.Time { return time.Time{} }

// oddFS gives every file the size, hides ReaderAt and fs.StatFS.
type oddFS struct {
	fs.FS
	size int64
}

func (f oddFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if info, e := fs.Stat(f.FS, name); err != nil || e != nil || info.IsDir() {
		return file, err
	}
	return oddFile{file, f.size}, nil
}

func (f oddFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	slices.Reverse(entries)
	return entries, err
}

func TestHostileFiles(t *testing.T) {
	all := map[string]string{
		"conda-meta/a.json":             `{"name": "a", "files": ["a"]}`,
		"var/lib/dpkg/status":           debStatus("b", "1", "all"),
		"var/lib/dpkg/info/b.list":      "/b\n",
		"var/lib/dpkg/status.d/c":       "Package: c\nVersion: 1\n",
		"lib/apk/db/installed":          "P:d\nF:\nR:d\n\n",
		"usr/lib/sysimage/rpm/Packages": "not a database at all",
	}
	files := func(fsys fs.FS) (string, []*installed.Problem) {
		o, problems := Load(fsys, ".", nil)
		var names []string
		for name := range o.files {
			names = append(names, name)
		}
		slices.Sort(names)
		return strings.Join(names, " "), problems
	}
	if names, problems := files(tree(all)); names != "a b d" || len(problems) != 1 || problems[0].Code != CodeDatabase {
		t.Error(names, problems)
	}
	if names, problems := files(oddFS{tree(all), 2 << 30}); names != "" || len(problems) != 5 || problems[0].Code != installed.CodeTooLarge {
		t.Error(names, problems)
	}
	for _, size := range []int64{0, 1, 10000} { // files that grow and shrink while they are read
		if names, _ := files(oddFS{tree(all), size}); names != "a b d" {
			t.Error(size, names)
		}
	}
	pipes := tree(nil)
	for name := range all {
		pipes[name] = &fstest.MapFile{Mode: fs.ModeNamedPipe | 0o644}
	}
	if names, problems := files(pipes); names != "" || len(problems) != 5 || problems[0].Code != installed.CodeNotRegular {
		t.Error(names, problems)
	}
}

func TestBudget(t *testing.T) {
	l := &loader{fsys: tree(map[string]string{"a": "1234567890", "b": "1"}), dir: ".", budget: 10, owners: &Owners{}}
	if text, ok := l.text("a", maxSmall); !ok || text != "1234567890" {
		t.Error(text, l.problems)
	}
	if _, ok := l.text("b", maxSmall); ok || len(l.problems) != 1 || l.problems[0].Code != installed.CodeTooLarge {
		t.Error(l.problems)
	}
}

func TestTooManyProblems(t *testing.T) {
	files := map[string]string{}
	for i := range 200 {
		files[fmt.Sprintf("conda-meta/%d.json", i)] = "{"
	}
	if _, problems := Load(tree(files), ".", nil); len(problems) != maxProblems {
		t.Error(len(problems))
	}
}

// TestLinkOut reads through a root that no link leads out of.
func TestLinkOut(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"root/conda-meta", "outside"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "outside/a.json"), []byte(`{"name": "a", "files": ["x"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../outside/a.json", filepath.Join(dir, "root/conda-meta/a.json")); err != nil {
		t.Skip(err)
	}
	root, err := installed.OpenDir(filepath.Join(dir, "root"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	o, problems := Load(root, ".", nil)
	if len(o.Packages()) != 0 || len(problems) != 1 || problems[0].Code != installed.CodeLinkRefused {
		t.Error(o.Packages(), problems)
	}
}

// TestBelow loads what lies in a directory of a larger file system.
func TestBelow(t *testing.T) {
	fsys := tree(map[string]string{
		"opt/conda/conda-meta/a-1-0.json": `{"name": "a", "version": "1", "files": ["lib/python3.12/site-packages/a.py", "../escape", "/lib/abs.py"]}`,
		"opt/condax/a.py":                 "",
	})
	var asked []string
	o := load(t, fsys, "opt/conda", func(p string) bool { asked = append(asked, p); return strings.HasPrefix(p, "opt/conda/") })
	if p, ok := o.Of("opt/conda/lib/python3.12/site-packages/a.py"); !ok || p.Record != "opt/conda/conda-meta/a-1-0.json" {
		t.Error(p, ok)
	}
	for _, name := range []string{"lib/python3.12/site-packages/a.py", "opt/condax/a.py", "opt/conda", "opt/escape", "opt/conda/../escape"} {
		if p, ok := o.Of(name); ok {
			t.Errorf("%s: owned by %s", name, p.Name)
		}
	}
	if len(asked) != 3 {
		t.Error(asked)
	}
}

func TestOSRelease(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"ID=debian\nVERSION_ID=\"12\"\n", "debian-12"},
		{"PRETTY_NAME=\"x\"\nVERSION_ID='3.20.1'\nID=alpine", "alpine-3.20.1"},
		{"ID=debian\nVERSION_CODENAME=forky\n", "debian-forky"},
		{"ID=arch\nBUILD_ID=rolling\n", "arch"},
		{"VERSION_ID=1\n", ""},
		{"# ID=x\nID=\"a\\\"b\\\\\"\r\n", `a"b\`},
		{"ID=Fedora\nVERSION_ID=41\nID_LIKE=rhel", "fedora-41"},
		{"", ""},
	} {
		if got := parseOSRelease(test.text).distro(); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// TestSystem reads the databases of the machine that the test runs on,
// whatever that has.
func TestSystem(t *testing.T) {
	root, err := installed.OpenDir("/")
	if err != nil {
		t.Skip(err)
	}
	defer root.Close()
	o := load(t, root, ".", python)
	for _, p := range o.Packages() {
		checkPURL(t, p)
	}
	again := load(t, oddOrder{root}, ".", python)
	if !slices.Equal(owned(o), owned(again)) {
		t.Error("the order of directories counts")
	}
}

// oddOrder lists directories backwards.
type oddOrder struct{ *installed.Dir }

func (f oddOrder) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := f.Dir.ReadDir(name)
	slices.Reverse(entries)
	return entries, err
}
