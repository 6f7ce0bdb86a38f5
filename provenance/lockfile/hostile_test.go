package lockfile_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/lockfile"
)

// TestErrors has locks that cannot be read at all.
func TestErrors(t *testing.T) {
	const hash = `"sha256:0000000000000000000000000000000000000000000000000000000000000000"`
	for _, test := range []struct{ name, data, want string }{
		{"x.lock", "nothing known", "x.lock: not a lock of a known format"},
		{"dir/x.lock", "", "x.lock: not a lock of a known format"},
		{"uv.lock", "version = 1\nrevision = \n", "uv.lock:2:12: unexpected character U+000A at start of value"},
		{"uv.lock", "\ufeffversion = 1\n\n  x\n", "uv.lock:3:4: expected '=' after key"},
		{"uv.lock", "version = 2\n", "uv.lock: version: 2, and only 1 is read"},
		{"uv.lock", "", "uv.lock: version: 0, and only 1 is read"},
		{"uv.lock", "version = 1\n[[package]]\nname = 7\n", "uv.lock:3:8: package.name: must not be of type integer"},
		{"uv.lock", "version = 1\npackage = 'x'\n", "uv.lock:2:11: package: must not be of type string"},
		{"poetry.lock", "[metadata]\nlock-version = '3.0'\n", "poetry.lock: metadata.lock-version: 3.0, and only 1 and 2 are read"},
		{"poetry.lock", "[[package]]\nname = 'a'\nname = 'b'\n", "poetry.lock:3:1: key name is already defined"},
		{"pdm.lock", "[metadata]\nlock_version = '5.0'\n", "pdm.lock: metadata.lock_version: 5.0, and only 4 is read"},
		{"pylock.toml", "created-by = 'x'\n", "pylock.toml: lock-version: missing"},
		{"pylock.toml", "lock-version = '2.0'\n", "pylock.toml: lock-version: 2.0, and only 1.0 is read"},
		{"pylock.dev.toml", "lock-version = 'one'\n", "pylock.dev.toml: lock-version: one, and only 1.0 is read"},
		{"pylock.toml", "lock-version = 1.0\n", "pylock.toml:1:16: lock-version: must not be of type float"},
		{"Pipfile.lock", "{\n  \"_meta\": {,}\n}", "Pipfile.lock:2:13: invalid character ',' looking for beginning of object key string"},
		{"Pipfile.lock", "{\n", "Pipfile.lock:1:2: unexpected end of JSON input"},
		{"Pipfile.lock", `{"_meta": {"pipfile-spec": 7}}`, "Pipfile.lock: _meta.pipfile-spec: 7, and only 6 is read"},
		{"Pipfile.lock", strings.Repeat(`{"a":`, 20000), "Pipfile.lock:1:50001: invalid character '{' exceeded max depth"},
		{"uv.lock", "version = 1\nx = " + strings.Repeat("[", 1<<19+1), "uv.lock: more than 524288 tables and arrays"},
		{"uv.lock", strings.Repeat("#", lockfile.MaxSize+1), "uv.lock: more than 16777216 bytes"},
		{"requirements.txt", "x==1 --hash=" + hash, ""},
		{"requirements.txt", strings.Repeat("x==1\n", 200_001), "requirements.txt: more than 200000 packages"},
		{"requirements.txt", strings.Repeat("#\n", 1<<20+1), "requirements.txt: more than 1048576 lines"},
		{"Pipfile.lock", `{"_meta": {"pipfile-spec": 6}` + strings.Repeat(`,"a":{}`, 10001) + "}", "Pipfile.lock: more than 10000 categories"},
		{"uv.lock", "version = 1\n" + manyKeys("\n"), "uv.lock:1: too many keys in one table"},
		{"uv.lock", "version = 1\n\n[x]\ny = {" + manyKeys(",") + "z = 1}", "uv.lock:3: too many keys in one table"},
		{"uv.lock", "version = 1\n[" + strings.ReplaceAll(manyKeys("]\n["), "=0", "") + "z]", "uv.lock:65537: too many keys in one table"},
	} {
		_, err := lockfile.Parse(test.name, []byte(test.data), nil)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %.60q: %q, want %q", test.name, test.data, got, test.want)
		}
	}
}

// TestWarnings has locks of which something cannot be used, and what of them
// still can.
func TestWarnings(t *testing.T) {
	const (
		top  = "lock-version = '1.0'\ncreated-by = 'x'\n"
		good = "hashes = {sha256 = '0000000000000000000000000000000000000000000000000000000000000000'}"
	)
	for _, test := range []struct{ name, data, want string }{
		{"pylock.toml", "lock-version = '1.7'\ncreated-by = 'x'\npackages = []", "0 lock-format lock-version: 1.7, read as 1.0"},
		{"pylock.toml", "lock-version = '1'\npackages = []", "0 lock-invalid created-by: missing"},
		{"pylock.toml", top, "0 lock-invalid packages: missing"},
		{"pylock.toml", top + "requires-python = 'x'\npackages = []", "0 lock-invalid requires-python: not of PEP 440's form"},
		{"pylock.toml", top + "[[packages]]\nname = 'A.b'\ndirectory = {path = 'x'}", "3 lock-invalid a-b: the name is not normalised"},
		{"pylock.toml", top + "[[packages]]\nname = 'a b'\ndirectory = {path = 'x'}", "3 lock-invalid not the name of a distribution"},
		{"pylock.toml", top + "packages = [{name = 'a'}]", "0 lock-invalid a: 0 sources instead of one"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\ndirectory = {path = 'x'}\narchive = {path = 'x', " + good + "}", "3 lock-invalid a: 2 sources instead of one"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\narchive = {path = 'x'}", "3 lock-hash a: archive.hashes: missing"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\narchive = {" + good + "}", "3 lock-invalid a: archive.url: missing"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\narchive = {path = 'x', hashes = {sha256 = 'abc'}}", "3 lock-hash a: not a digest that Python's hashlib makes"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\nvcs = {type = 'git', url = 'x', commit-id = 'main'}", "3 lock-invalid a: not a commit of its system"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\nmarker = 'x'\ndirectory = {path = 'x'}", "3 lock-invalid a: marker: not of PEP 508's form"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\nversion = 'x y'\ndirectory = {path = 'x'}", "3 lock-invalid a: the version is not of PEP 440's form"},
		{"pylock.toml", top + "[[packages]]\nname = 'a'\nsdist = {path = 'a-1.tar.gz', upload-time = 'now', " + good + "}", "3 lock-invalid a: sdist.upload-time: not a time of TOML's"},
		{"requirements.txt", "-r other.txt", "1 lock-include an included file is not read: the lock's directory is not known"},
		{"Pipfile.lock", `{"_meta": {"sources": 1}}`, "0 lock-invalid _meta.sources: must not be of type number\n0 lock-invalid _meta.pipfile-spec: missing"},
		{"uv.lock", "version = 1\n# [[package]]\nx = '''\n[[package]]\n'''\n[[package]]\nname = '-'", "6 lock-invalid not the name of a distribution"},
	} {
		lock, err := lockfile.Parse(test.name, []byte(test.data), nil)
		if err != nil {
			t.Error(err)
			continue
		}
		var got []string
		for _, w := range lock.Warnings {
			got = append(got, fmt.Sprint(w.Line, " ", w.Code, " ", w.Msg))
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%s: %q, want %q", test.data, got, test.want)
		}
	}
	lock, err := lockfile.Parse("requirements.txt", []byte(strings.Repeat("no requirement\n", 1000)+"x==1"), nil)
	if err != nil || len(lock.Warnings) != 16 || len(lock.Packages) != 1 {
		t.Errorf("%d warnings, %v", len(lock.Warnings), err)
	}
}

// TestIncludes counts what is opened: nothing outside, nothing twice, nothing
// that is no regular file.
func TestIncludes(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "project")
	for name, text := range map[string]string{
		"project/a.txt":   "a==1\n-r b.txt\n-r loop.txt\n",
		"project/b.txt":   "b==1\n",
		"secret.txt":      "secret==1\n",
		"project/sub/x":   "x==1\n-r ../b.txt\n-r ../../secret.txt\n",
		"project/big.txt": strings.Repeat("#\n", 100),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("a.txt", filepath.Join(dir, "loop.txt")); err != nil {
		t.Skip(err)
	}
	inside, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer inside.Close()
	opens := &opened{FS: inside.FS()}
	data := "-r a.txt\n-r a.txt\n-c sub/x\n-r sub\n-r link.txt\n-r requirements.txt\n-r a.txt/../../secret.txt\n-r ''\n"
	lock, err := lockfile.Parse("requirements.txt", []byte(data), opens)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, pkg := range lock.Packages {
		names = append(names, pkg.Name+" "+pkg.File)
	}
	if got := strings.Join(names, ", "); got != "a a.txt, b b.txt, a loop.txt, x sub/x" {
		t.Errorf("packages %s", got)
	}
	if got := strings.Join(opens.names, " "); got != "a.txt b.txt loop.txt sub/x" {
		t.Errorf("opened %s", got)
	}
	for _, w := range lock.Warnings {
		if strings.Contains(w.Error(), root) {
			t.Error(w.Error())
		}
	}
	many := fstest.MapFS{}
	var all strings.Builder
	for i := range 1000 {
		many[fmt.Sprint(i)] = &fstest.MapFile{Data: []byte("x==1")}
		fmt.Fprintf(&all, "-r %d\n", i)
	}
	lock, err = lockfile.Parse("requirements.txt", []byte(all.String()), many)
	if err != nil || len(lock.Packages) != 255 {
		t.Errorf("%d packages of 1000 files, %v", len(lock.Packages), err)
	}
}

type opened struct {
	fs.FS
	names []string
}

func (o *opened) Open(name string) (fs.File, error) {
	o.names = append(o.names, name)
	return o.FS.Open(name)
}

func (o *opened) Stat(name string) (fs.FileInfo, error) { return fs.Stat(o.FS, name) }

const canary = "sw0rdf1sh"

// TestNoSecrets puts a password and a signature into every URL of every
// fixture.
func TestNoSecrets(t *testing.T) {
	for _, f := range fixtures(t) {
		archive, err := txtar.ParseFile(filepath.Join("testdata", f.name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range archive.Files {
			text := strings.ReplaceAll(string(archive.Files[i].Data), "://", "://user:"+canary+"@")
			archive.Files[i].Data = []byte(strings.ReplaceAll(text, ".example.org/", ".example.org/a?token="+canary+"&x=https://u:"+canary+"@h/"))
		}
		dir, err := txtar.FS(archive)
		if err != nil {
			t.Fatal(err)
		}
		for _, data := range [][]byte{archive.Files[0].Data, append(archive.Files[0].Data[:200:200], canary...)} {
			lock, err := lockfile.Parse(f.lock, data, dir)
			text := fmt.Sprint(err)
			if err == nil {
				text += everything(t, lock)
			}
			if strings.Contains(strings.ToLower(text), canary) {
				t.Errorf("%s: %s", f.name, text)
			}
		}
	}
}

// everything is all that a lock says, and all that it answers about what it
// lists.
func everything(t *testing.T, lock *lockfile.Lock) string {
	t.Helper()
	data, err := json.Marshal(lock)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.Write(data)
	for i := range lock.Warnings {
		b.WriteString(lock.Warnings[i].Error())
	}
	for i, pkg := range lock.Packages {
		d := lockfile.Dist{Name: pkg.Name, Version: pkg.Version, WheelTags: []string{"py3-none-any"}, BuiltLocally: i%2 == 1}
		ev, w := lock.Resolve(d, linux311)
		checkEvidence(t, d, ev, w)
		fmt.Fprintf(&b, "%+v %v\n", ev, w)
		if i == 100 {
			break
		}
	}
	fmt.Fprintf(&b, "%+v", lock.Check(linux311))
	return b.String()
}

// checkLock wants what holds for everything that is read.
func checkLock(t *testing.T, name string, data []byte, dir fs.FS) {
	t.Helper()
	lock, err := lockfile.Parse(name, data, dir)
	again, errAgain := lockfile.Parse(name, data, dir)
	if !reflect.DeepEqual(lock, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		t.Fatal("not twice the same")
	}
	if err != nil {
		if !cleanText(err.Error()) || !strings.HasPrefix(err.Error(), name+":") {
			t.Fatalf("error %+q", err)
		}
		return
	}
	if text := everything(t, lock); !utf8.ValidString(text) {
		t.Fatalf("%+q", text)
	}
	texts := append([]string{lock.Format, lock.File, lock.Version, lock.RequiresPython}, lock.Environments...)
	for i := range lock.Warnings {
		texts = append(texts, lock.Warnings[i].Error())
	}
	for i := range lock.Packages {
		pkg := &lock.Packages[i]
		if pkg.Name == "" || provenance.NormalizeName(pkg.Name) != pkg.Name || pkg.File == "" {
			t.Fatalf("%+v", pkg)
		}
		texts = append(append(texts, pkg.Dependencies...), pkg.Version, pkg.Marker, pkg.RequiresPython, pkg.Index)
		for j := range pkg.Artifacts {
			texts = append(texts, checkArtifact(t, &pkg.Artifacts[j].Artifact)...)
		}
		texts = append(texts, checkArtifact(t, &pkg.Direct.Artifact)...)
		texts = append(texts, pkg.Direct.Subdirectory, pkg.Direct.Commit.System, pkg.Direct.Commit.ID, pkg.Direct.Commit.Requested)
	}
	for _, text := range texts {
		if !cleanText(text) {
			t.Fatalf("%+q", text)
		}
	}
}

func checkArtifact(t *testing.T, a *provenance.Artifact) []string {
	t.Helper()
	for _, url := range []string{a.URL, a.Index} {
		_, removed := provenance.CleanURL(url)
		if _, both := provenance.CleanURL("git+" + url); removed && both { // the user "git" may stay
			t.Fatalf("%q is not clean", url)
		}
	}
	if strings.ContainsAny(a.Filename, `/\`) || a.Size < 0 {
		t.Fatalf("%+v", a)
	}
	for name, digest := range a.Hashes {
		if digest == "" || strings.Trim(digest, "0123456789abcdef") != "" || strings.ToLower(name) != name {
			t.Fatalf("hash %q %q", name, digest)
		}
	}
	return []string{a.URL, a.Filename, a.Index}
}

func cleanText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func FuzzPylock(f *testing.F) { fuzzFormat(f, "pylock.toml") }

func FuzzRequirements(f *testing.F) { fuzzFormat(f, "requirements.txt") }

func FuzzLocks(f *testing.F) {
	names := []string{"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "evidence"}
	for _, fixture := range fixtures(f) {
		for i := range names {
			f.Add(i, fixture.data)
		}
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		if i >= 0 && i < len(names) {
			checkLock(t, names[i], data, nil)
		}
	})
}

// fuzzFormat reads an archive: the first file is the lock, it may include the
// others.
func fuzzFormat(f *testing.F, name string) {
	for _, fixture := range fixtures(f) {
		archive, err := txtar.ParseFile(filepath.Join("testdata", fixture.name+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		if fixture.lock == name {
			f.Add(txtar.Format(archive))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkLock(t, name, data, nil)
		archive := txtar.Parse(data)
		dir, err := txtar.FS(archive)
		if err == nil && len(archive.Files) > 0 {
			checkLock(t, name, archive.Files[0].Data, dir)
		}
	})
}

func FuzzWheelName(f *testing.F) {
	for _, test := range wheelNames {
		f.Add(test.filename, test.tags)
	}
	for _, filename := range notWheelNames {
		f.Add(filename, "py3-none-any")
	}
	f.Fuzz(func(t *testing.T, filename, tags string) {
		w, ok := lockfile.ParseWheelName(filename)
		if ok && utf8.ValidString(filename) && !lockfile.NewTags(w.Tags()).Equal(w) && len(w.Tags()) < 1000 {
			t.Errorf("%q: not equal to its own tags %q", filename, w.Tags())
		}
		installed := lockfile.NewTags(strings.Fields(tags))
		if installed.Equal(w) && !installed.Overlap(w) {
			t.Errorf("%q and %q: equal without overlap", filename, tags)
		}
		lockfile.SdistVersion(filename, tags)
	})
}

// manyKeys are more keys than the decoder can compare in some seconds.
func manyKeys(separator string) string {
	var b strings.Builder
	for i := range 1 << 17 {
		fmt.Fprintf(&b, "k%d=0%s", i, separator)
	}
	return b.String()
}
