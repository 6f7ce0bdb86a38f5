package owner

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pysbom/pysbom/provenance/installed"
)

// rpmTag is one tag for rpmHeaderOf: a string, a []string, []uint32 or
// []uint16.
type rpmTag struct {
	tag   uint32
	value any
}

func rpmHeaderOf(tags ...rpmTag) []byte {
	var index, data []byte
	for _, t := range tags {
		typ, count := rpmString, 1
		offset := len(data)
		switch v := t.value.(type) {
		case string:
			data = append(data, v+"\x00"...)
		case []string:
			typ, count = rpmStrings, len(v)
			data = append(data, strings.Join(v, "\x00")+"\x00"...)
		case []uint16:
			typ, count = rpmInt16, len(v)
			data, _ = binary.Append(data, binary.BigEndian, v)
		case []uint32:
			typ, count = rpmInt32, len(v)
			data, _ = binary.Append(data, binary.BigEndian, v)
		}
		for _, n := range []int{int(t.tag), typ, offset, count} {
			index = binary.BigEndian.AppendUint32(index, uint32(n))
		}
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	head = binary.BigEndian.AppendUint32(head, uint32(len(data)))
	return slices.Concat(head, index, data)
}

const rpmSite = "/usr/lib/python3.12/site-packages/"

var rpmDemo = []rpmTag{
	{rpmName, "python3-demo"}, {rpmVersion, "1.2"}, {rpmRelease, "3.fc39"}, {rpmEpoch, []uint32{2}},
	{rpmVendor, "Example Project"}, {rpmLicence, "MIT AND Apache-2.0"}, {rpmPackager, "A Person <a@example.org>"},
	{rpmURL, "https://user:secret@example.org/demo"}, {rpmArch, "noarch"}, {rpmSource, "python-demo-1.2-3.fc39.src.rpm"},
	{rpmFileStates, []uint16{0, 0, 0, 1, 2, 4, 0}},
	{rpmFileModes, []uint16{0o100644, 0o100644, 0o040755, 0o100644, 0o100644, 0o100644, 0o120777}},
	{rpmDigests, []string{digit("1"), digit("2"), "", digit("3"), digit("4"), digit("5"), ""}},
	{rpmDirIndexes, []uint32{0, 1, 0, 0, 0, 0, 2}},
	{rpmBaseNames, []string{"demo.py", "METADATA", "demo", "replaced", "doc", "i686.so", "demo"}},
	{rpmDirNames, []string{rpmSite, rpmSite + "demo-1.2.dist-info/", "/usr/bin/"}},
	{rpmDigestAlgo, []uint32{8}},
}

const (
	rpmDemoOwned = `
		usr/bin/demo python3-demo :
		usr/lib/python3.12/site-packages/demo-1.2.dist-info/METADATA python3-demo sha256:2222222222222222222222222222222222222222222222222222222222222222
		usr/lib/python3.12/site-packages/demo.py python3-demo sha256:1111111111111111111111111111111111111111111111111111111111111111`
	rpmDemoJSON = `{"type":"rpm","name":"python3-demo","version":"1.2-3.fc39","epoch":"2","arch":"noarch","distro":"fedora-39","source":"python-demo",
		"sourceVersion":"1.2-3.fc39","maintainer":"A Person <a@example.org>","vendor":"Example Project","homepage":"https://example.org/demo",
		"licence":"MIT AND Apache-2.0","origin":{"kind":"os-package"},"purl":"pkg:rpm/fedora/python3-demo@1.2-3.fc39?arch=noarch&distro=fedora-39&epoch=2",
		"database":"rpm","record":"var/lib/rpm/%s"}`
)

// ndbOf makes a database of rpm's own format.
func ndbOf(headers ...[]byte) []byte {
	le := binary.LittleEndian
	table := make([]byte, 4096)
	copy(table, "RpmP")
	le.PutUint32(table[12:], 1)
	var records []byte
	for i := range (len(table) - 32) / 16 {
		slot := table[32+16*i:]
		copy(slot, "Slot")
		if i == 0 || i > len(headers) { // the first is free, as after a removal
			continue
		}
		h := headers[i-1]
		le.PutUint32(slot[4:], uint32(i))
		le.PutUint32(slot[8:], uint32((len(table)+len(records))/16))
		records = append(records, "BlbS"...)
		records = le.AppendUint32(records, uint32(i))
		records = le.AppendUint32(records, 1)
		records = le.AppendUint32(records, uint32(len(h)))
		records = append(records, h...)
		records = append(records, make([]byte, (16-(len(h)+12)%16)%16)...)
		records = append(records, "sum.len.BlbE"...)
	}
	return append(table, records...)
}

// packed is a file that is kept in the source.
func packed(t testing.TB, text string) []byte {
	t.Helper()
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func rpmTree(name string, data []byte) fstest.MapFS {
	fsys := tree(map[string]string{"etc/os-release": "ID=fedora\nVERSION_ID=39\n"})
	fsys["var/lib/rpm/"+name] = &fstest.MapFile{Data: data}
	return fsys
}

// onlyReads hides of a file all but what fs.File has.
type onlyReads struct{ fs.FS }

func (f onlyReads) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if info, e := fs.Stat(f.FS, name); err != nil || e != nil || info.IsDir() {
		return file, err
	}
	return struct{ fs.File }{file}, nil
}

// The two forms that only other programs write, each with the one header
// rpmDemo, in pages of 512 bytes: by Python's sqlite3, and by db5.3_load.
const (
	sqliteDemo = "" +
		"H4sIAAAAAAACA+2VTYvTQBjHn0lrd2XpYVFYDxYGL7vLNolt3UVX0U3dIMU2rTUFC76QptNtNU3SJAX34KEgeBIPfgKxX8CDB09+HV/wVNCLqJPkKdVlWYXe1D9MZn7z+kyeeWZu3ij3" +
		"AkY7jtc3AloAAQiBHUoBeBEgCTORQ/h3EkAySToskItAnvLP36OakFrZ2CDNwGhZzB9Y/D/e89lgyGzzICau1lVFV6muFMsqPdC4Zht9luW0PiALK5kMGW1GU9YM84Gxx/xpLvwyyeq0" +
		"epWude1hn5Y0Xb2m1mmtXqoo9Sa9rjap0tCrJY2Pq6ianqUty2nRYrlapFpVp1qjXF5PR47k7qaHb/JJgyThmcRLy9yJbwAS73g5NTsCiffIaeQPyMvIH/HYnEKeYPtp5M/IWeQvyFeQ" +
		"vyLfQv6G/Cjm5Enkx8jHeJ7g6SVPC5xTyK+Ql3i+yNNb5NuxfUIK+U7cLpxBvotcj+c58Rz7vw7Xc/eDrmMXxDbrO5CT8lCQOmbhQnT01YdG37UYrXnOfWYGUCnpVNF2qeIaZpeJeeks" +
		"KLTGPN+x6SVjh8XdJcfbuwzdIHD9bVke+szb9pnpseDnDnK0nu0YntmF2IbIBJGbIMYmSL5nSp7bn0WrEJo9Go/GyqfwOxqHG4m8RiZAJvBf/4aWSCJzfHp7hBUvvufmFOTnFEBhTsG5" +
		"OQWbc+rIh1EIw1Ny96Gi6squoisQhbDHXMswWRvajgm9rfNbku/ELTz0PdnqtWS8YqRcXvb5syG66Dn5D7pM7wSp3fMDsWd3HBzV6tlyaNbiD/WBD9IACAAA"
	bdbDemo = "" +
		"H4sIAAAAAAACA+2Wv0/bQBTHn+04FFUMqFRiYLA61+cmKaiFCmoJhg5UqEqlDoBknAObJj7rzkjNwBCpHTv1L6iaf6ADAxN/AzNjpao/VBgqpQMV9Ox7JgSWoiwI5SvZus/d8/nZ3/dk" +
		"AwBooOTdLcJwOtDlcUvNmXBZL61PACcA7740tzdn1Jx2bp98i/33werF+YGuny5719Fg5FjrDIy7qY73WK5hv3b9P8r8l+ee+av0Pwz6/zrKODyYNVJrDCyC3DsDx4WMv2owJAej0v9d" +
		"ufZNjovdYOM78gjyD+RR5J+40Tjyb1yfQO4g30f+gzyH/Bf5FfIJ8rbiwhjyW2QTH0CWZZp3oYj8Gfk2fs/2kJdVfnoReUWt6/eQV5FfqH3ufMD4nfR+cTMJWFSxa7TBoETKUCHrfuVx" +
		"1jgLb7xGXKfWEmeb1E9g8VnVcp/PW27s+QG1y+QBuNYS5YJF1hPvKVXhhPGNWQiSJBbTjrMlKJ8W1Oc0OR/gZPeLmMf9AFQOWQq2TMFWKRDBfcLjRrev9TTtVrvVdn+l51b742mpV7n/" +
		"BXxl5pn/pasKyn0KoNKn4GGfgsk+1fNRvSg9NYzETVhcqLrzbtWFzFRO47rn0xrUmA/h1KMpIphakcXAnXq45mDRkVLZEWFCbVlPr70NKpz/CMmrhNRCkdhhtM7wqrUwcvJUTawBxWbW" +
		"B2c/gQPdWP0D0IthhQAMAAA="
)

func TestRPM(t *testing.T) {
	for _, test := range []struct {
		file string
		data []byte
	}{
		{"rpmdb.sqlite", packed(t, sqliteDemo)},
		{"Packages.db", ndbOf(rpmHeaderOf(rpmDemo...))},
		{"Packages", packed(t, bdbDemo)},
	} {
		fsys := rpmTree(test.file, test.data)
		for _, f := range []fs.FS{fsys, onlyReads{fsys}} {
			o := load(t, f, ".", nil)
			wantLines(t, owned(o), rpmDemoOwned)
			wantPackage(t, o.Packages()[0], fmt.Sprintf(rpmDemoJSON, test.file))
		}
		for n := range len(test.data) { // cut short anywhere
			if o, problems := Load(rpmTree(test.file, test.data[:n]), ".", nil); n > 0 && len(o.Packages()) == 0 && len(problems) == 0 {
				t.Errorf("%s: the first %d bytes hold no package, and nothing is wrong with that", test.file, n)
			}
		}
	}
	if o := load(t, rpmTree("Packages.db", ndbOf(rpmHeaderOf(rpmDemo...))), ".", python); len(o.files) != 2 {
		t.Error(owned(o))
	}
}

func TestRPMHeader(t *testing.T) {
	without := func(tags ...uint32) []byte {
		return rpmHeaderOf(slices.DeleteFunc(slices.Clone(rpmDemo), func(t rpmTag) bool { return slices.Contains(tags, t.tag) })...)
	}
	files := func(h []byte) string {
		parsed, err := parseRPMHeader(h)
		if err != nil {
			return err.Error()
		}
		var lines []string
		for name, digest := range parsed.files() {
			lines = append(lines, strings.TrimPrefix(name, rpmSite)+"="+digest[:min(1, len(digest))])
		}
		return strings.Join(lines, " ")
	}
	old := rpmHeaderOf(rpmTag{rpmName, "old"}, rpmTag{rpmOldNames, []string{rpmSite + "a", rpmSite + "b"}})
	ripemd := rpmHeaderOf(rpmTag{rpmDirNames, []string{rpmSite}}, rpmTag{rpmBaseNames, []string{"a"}}, rpmTag{rpmDirIndexes, []uint32{0}},
		rpmTag{rpmDigests, []string{"1234567890123456789012345678901234567890"}}, rpmTag{rpmDigestAlgo, []uint32{3}})
	for _, test := range []struct {
		what   string
		header []byte
		want   string
	}{
		{"whole", rpmHeaderOf(rpmDemo...), "demo.py=1 demo-1.2.dist-info/METADATA=2 /usr/bin/demo="},
		{"without states", without(rpmFileStates), "demo.py=1 demo-1.2.dist-info/METADATA=2 replaced=3 doc=4 i686.so=5 /usr/bin/demo="},
		{"without modes", without(rpmFileModes), "demo.py=1 demo-1.2.dist-info/METADATA=2 demo= /usr/bin/demo="},
		{"without digests", without(rpmDigests), "demo.py= demo-1.2.dist-info/METADATA= /usr/bin/demo="},
		{"without indexes", without(rpmDirIndexes), ""},
		{"without directories", without(rpmDirNames), ""},
		{"of rpm 3", old, "a= b="},
		{"of an algorithm like another", ripemd, "a="},
		{"empty", nil, "a header that is cut short"},
		{"cut short", rpmHeaderOf(rpmDemo...)[:100], "a header that is longer than its record"},
		{"too many", []byte{255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0}, "a header that is longer than its record"},
	} {
		if got := files(test.header); got != test.want {
			t.Errorf("%s: %s, want %s", test.what, got, test.want)
		}
	}
	for file, want := range map[string]string{
		"python-demo-1.2-3.fc39.src.rpm": "python-demo|1.2-3.fc39", "a-1-2.nosrc.rpm": "a|1-2", "odd.src.rpm": "odd|", "": "|", "-": "-|", "a-b": "a-b|", "--": "--|",
	} {
		if name, version := sourceRPM(file); name+"|"+version != want {
			t.Errorf("%s: %s|%s, want %s", file, name, version, want)
		}
	}
}

// TestRPMAgrees makes packages with rpmbuild, installs them into databases
// with rpm, and compares with what rpm says of these. The headers are then put
// into the other forms.
func TestRPMAgrees(t *testing.T) {
	for _, tool := range []string{"rpm", "rpmbuild", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no " + tool)
		}
	}
	dir := t.TempDir()
	var packages []string
	for i, files := range []int{1, 40, 1500} {
		packages = append(packages, rpmBuild(t, dir, fmt.Sprintf("python3-demo%d", i), files))
	}
	db := filepath.Join(dir, "root/usr/lib/sysimage/rpm")
	rpm := func(args ...string) string {
		cmd := exec.Command("rpm", append([]string{"--define", "_db_backend sqlite", "--dbpath", db}, args...)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("rpm %v: %v", args, err)
		}
		return string(out)
	}
	if err := os.MkdirAll(db, 0o755); err != nil {
		t.Fatal(err)
	}
	rpm("--initdb")
	rpm(append([]string{"-i", "--justdb", "--nodeps", "--noscripts"}, packages...)...)
	rpm("-e", "--justdb", "--nodeps", "python3-demo1")
	says := rpm("-qa", "--qf", "[%{FILENAMES} %{=NAME} %{=EPOCH}:%{=VERSION}-%{=RELEASE} %{=ARCH} %{FILEDIGESTS} %{FILEMODES:perms}\n]")

	root, err := installed.OpenDir(filepath.Join(dir, "root"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	wantRPM(t, load(t, root, ".", nil), says)

	headers := rpmHeaders(t, filepath.Join(db, "rpmdb.sqlite"))
	wantRPM(t, load(t, rpmTree("Packages.db", ndbOf(headers...)), ".", nil), says)
	tool, _ := exec.LookPath("db5.3_load")
	if tool == "" {
		if tool, _ = exec.LookPath("db_load"); tool == "" {
			return
		}
	}
	for _, page := range []int{512, 4096, 32768} {
		wantRPM(t, load(t, rpmTree("Packages", bdbOf(t, tool, page, headers)), ".", nil), says)
	}
}

// rpmBuild makes a package with so many files and returns where it is.
func rpmBuild(t *testing.T, dir, name string, files int) string {
	t.Helper()
	spec := fmt.Sprintf(`%%global __os_install_post %%{nil}
%%define _binary_payload w0.gzdio
Name: %s
Version: 1.2
Release: 3
Epoch: 2
Summary: a test
License: MIT
BuildArch: noarch
%%description
%%install
d=%%{buildroot}%[2]s%[1]s
mkdir -p $d $d-1.2.dist-info
for i in $(seq %[3]d); do echo $i > $d/module_with_a_rather_long_name_$i.py; done
echo rpm > $d-1.2.dist-info/INSTALLER
ln -s INSTALLER $d-1.2.dist-info/link
%%files
%[2]s%[1]s
%[2]s%[1]s-1.2.dist-info
`, name, rpmSite, files)
	file := filepath.Join(dir, name+".spec")
	if err := os.WriteFile(file, []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("rpmbuild", "-bb", "--define", "_topdir "+dir, "--define", "_rpmdir "+dir, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "noarch", name+"-1.2-3.noarch.rpm")
}

// wantRPM compares with rpm's listing: path, package, version, architecture,
// digest (empty for links) and mode.
func wantRPM(t *testing.T, o *Owners, says string) {
	t.Helper()
	files := 0
	for line := range strings.Lines(says) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if strings.HasPrefix(f[5], "d") {
			continue
		}
		files++
		p, ok := o.Of(strings.TrimPrefix(f[0], "/"))
		_, digest := o.Digest(strings.TrimPrefix(f[0], "/"))
		if !ok || p.Name != f[1] || p.Epoch+":"+p.Version != f[2] || p.Arch != f[3] || digest != f[4] {
			t.Fatalf("%s: %+v %s", line, p, digest)
		}
	}
	if files != len(o.files) || files < 1500 {
		t.Errorf("%d files, rpm says %d", len(o.files), files)
	}
}

// rpmHeaders has Python read the headers in a database.
func rpmHeaders(t *testing.T, db string) [][]byte {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1]).execute('select blob from Packages'): print(row[0].hex())", db).Output()
	if err != nil {
		t.Skip(err)
	}
	var headers [][]byte
	for line := range strings.Lines(string(out)) {
		h, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		headers = append(headers, h)
	}
	return headers
}

// bdbOf has a tool of Berkeley DB make a hash of headers, as rpm does it.
func bdbOf(t *testing.T, tool string, page int, headers [][]byte) []byte {
	t.Helper()
	var dump strings.Builder
	fmt.Fprintf(&dump, "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=%d\nHEADER=END\n 00000000\n %08x\n", page, len(headers))
	for i, h := range headers {
		fmt.Fprintf(&dump, " %x\n %x\n", binary.LittleEndian.AppendUint32(nil, uint32(i+1)), h)
	}
	dump.WriteString("DATA=END\n")
	file := filepath.Join(t.TempDir(), "Packages")
	cmd := exec.Command(tool, file)
	cmd.Stdin = strings.NewReader(dump.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestSQLite compares with what Python's sqlite3 reads: rows of all lengths
// around the places where they overflow, deep trees, removed rows, and changes
// that stand in the write-ahead log only.
func TestSQLite(t *testing.T) {
	if exec.Command("python3", "-c", "import sqlite3").Run() != nil {
		t.Skip("no python3 with sqlite3")
	}
	dir := t.TempDir()
	out, err := exec.Command("python3", "-c", sqliteScript, dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{} // digests by database
	for line := range strings.Lines(string(out)) {
		db, digest, _ := strings.Cut(strings.TrimSpace(line), " ")
		want[db] = append(want[db], digest)
	}
	if len(want) < 6 {
		t.Fatal(len(want))
	}
	for db, digests := range want {
		root, err := installed.OpenDir(filepath.Join(dir, db))
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		l := &loader{fsys: root, dir: ".", budget: maxTotal, owners: &Owners{}}
		b, _ := l.blocks("db")
		wal, ok := l.blocks("db-wal")
		if ok != strings.HasSuffix(db, "wal") {
			t.Errorf("%s: log %v", db, ok)
		}
		var got []string
		for blob, err := range sqliteHeaders(b, wal) {
			if err != nil {
				t.Errorf("%s: %v", db, err)
			}
			s := sha256.Sum256(blob)
			got = append(got, hex.EncodeToString(s[:]))
		}
		if !slices.Equal(got, digests) {
			t.Errorf("%s: %d rows, sqlite3 has %d, or others", db, len(got), len(digests))
		}
	}
}

const sqliteScript = `
import hashlib, os, random, shutil, sqlite3, sys
random.seed(1)
for page in 512, 1024, 4096, 65536:
    for wal in False, True:
        name = "%d%s" % (page, "-wal" if wal else "")
        d = os.path.join(sys.argv[1], name)
        os.makedirs(d + "-open")
        c = sqlite3.connect(d + "-open/db", isolation_level=None)
        c.execute("PRAGMA page_size=%d" % page)
        c.execute("PRAGMA synchronous=OFF")
        c.execute("CREATE TABLE first(a, b)")
        c.execute("CREATE INDEX i ON first(a)")
        c.execute("CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        c.execute("BEGIN")
        lengths = [0, 1] + list(range(page - 60, page + 20)) + list(range(2 * page - 20, 2 * page + 20)) + [random.randrange(5 * page) for _ in range(300)]
        for n in lengths:
            c.execute("INSERT INTO first VALUES (?, ?)", (n, os.urandom(20)))
            c.execute("INSERT INTO Packages VALUES (NULL, ?)", (os.urandom(n),))
        c.execute("COMMIT")
        if wal:
            c.execute("PRAGMA journal_mode=WAL")
            c.execute("PRAGMA wal_autocheckpoint=0")
            for n in range(60):
                c.execute("INSERT INTO Packages VALUES (NULL, ?)", (os.urandom(page),))
            c.execute("PRAGMA wal_checkpoint")  # what follows writes over the log from its start
        c.execute("DELETE FROM Packages WHERE hnum % 7 = 3")
        c.execute("UPDATE Packages SET blob = ? WHERE hnum = 5", (os.urandom(3 * page),))
        c.execute("INSERT INTO Packages VALUES (NULL, ?)", (os.urandom(10),))
        if wal:
            c.execute("PRAGMA cache_size=2")
            c.execute("BEGIN")  # spilled into the log, never committed
            for n in range(50):
                c.execute("INSERT INTO Packages VALUES (NULL, ?)", (os.urandom(page),))
        other = sqlite3.connect("file:" + d + "-open/db?mode=ro", uri=True)
        for (blob,) in other.execute("SELECT blob FROM Packages ORDER BY hnum"):
            print(name, hashlib.sha256(blob).hexdigest())
        shutil.copytree(d + "-open", d)
        if wal:  # torn in the middle: what the log has before that counts
            for torn in "mended", "torn":
                os.makedirs(d.replace("-wal", "-%s-wal" % torn))
            name = name.replace("-wal", "-torn-wal")
            for torn in "mended", "torn":
                to = d.replace("-wal", "-%s-wal" % torn)
                shutil.copy(d + "/db", to)
                log = bytearray(open(d + "/db-wal", "rb").read())
                log[32 + (24 + page) * 2 + 24 + page // 2] ^= 1
                open(to + "/db-wal", "wb").write(log)
            mended = sqlite3.connect(d.replace("-wal", "-mended-wal") + "/db")
            for (blob,) in mended.execute("SELECT blob FROM Packages ORDER BY hnum"):
                print(name, hashlib.sha256(blob).hexdigest())
`

func TestVarint(t *testing.T) {
	for _, test := range []struct {
		bytes string
		value uint64
		n     int
	}{
		{"\x00", 0, 1}, {"\x7f\xff", 127, 1}, {"\x81\x00", 128, 2}, {"\xff\xff\x7f", 1<<21 - 1, 3},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1<<64 - 1, 9}, {"\x80\x80\x80\x80\x80\x80\x80\x80\x81", 0x81, 9},
		{"", 0, 0}, {"\x80", 0, 0}, {"\xff\xff\xff\xff\xff\xff\xff\xff", 0, 0},
	} {
		if value, n := varint([]byte(test.bytes)); value != test.value || n != test.n {
			t.Errorf("%x: %d in %d bytes", test.bytes, value, n)
		}
	}
}

// TestHostileRPM damages a database in many ways: it must come to an end, and
// not with more than there is.
func TestHostileRPM(t *testing.T) {
	for name, data := range map[string][]byte{
		"rpmdb.sqlite": packed(t, sqliteDemo), "Packages": packed(t, bdbDemo), "Packages.db": ndbOf(rpmHeaderOf(rpmDemo...), rpmHeaderOf(rpmDemo...)),
	} {
		r := rand.New(rand.NewPCG(1, 2))
		for range 3000 {
			bad := slices.Clone(data)
			for range 1 + r.IntN(4) {
				bad[r.IntN(len(bad))] = byte(r.Uint32())
			}
			if o, _ := Load(rpmTree(name, bad), ".", nil); len(o.Packages()) > 2 {
				t.Fatalf("%s: %d packages", name, len(o.Packages()))
			}
		}
	}
}
