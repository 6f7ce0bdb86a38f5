package owner

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
)

const sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc"

// digit returns a SHA-256 that is easily told apart.
func digit(c string) string { return strings.Repeat(c, 64) }

func TestConda(t *testing.T) {
	fsys := tree(map[string]string{
		"conda-meta/history": "==> 2026-01-01 00:00:00 <==\n",
		"conda-meta/demo-1.2-pyhd8ed1ab_0.json": `{
  "build": "pyhd8ed1ab_0", "build_number": 0,
  "channel": "https://conda.example.org/conda-forge/noarch",
  "constrains": [], "depends": ["python >=3.8"],
  "files": ["lib/python3.12/site-packages/demo-1.2.dist-info/METADATA", "lib/python3.12/site-packages/demo.py",
    "lib/python3.12/site-packages/__pycache__/demo.cpython-312.pyc", "bin/demo", "etc/own"],
  "fn": "demo-1.2-pyhd8ed1ab_0.conda", "license": "MIT", "link": {"source": "C:\\Users\\x\\pkgs", "type": 1},
  "md5": "0cc175b9c0f1b6a831c399e269772661", "name": "demo", "noarch": "python",
  "paths_data": {"paths": [
    {"_path": "site-packages/demo-1.2.dist-info/METADATA", "path_type": "hardlink", "sha256": "` + digit("1") + `", "sha256_in_prefix": "` + digit("1") + `", "size_in_bytes": 5},
    {"_path": "site-packages/demo.py", "path_type": "hardlink", "sha256": "` + digit("2") + `"},
    {"_path": "lib/python3.12/site-packages/__pycache__/demo.cpython-312.pyc", "path_type": "pyc_file"},
    {"_path": "python-scripts/helper", "path_type": "hardlink", "sha256": "` + digit("3") + `"},
    {"_path": "etc/own", "file_mode": "text", "path_type": "hardlink", "prefix_placeholder": "/placeholder", "sha256": "` + digit("4") + `", "sha256_in_prefix": "` + digit("5") + `"}
  ], "paths_version": 1},
  "requested_spec": "None", "requested_specs": ["demo", "demo >=1"],
  "sha256": "` + sha + `", "size": 21521, "subdir": "noarch", "timestamp": 1732339198000,
  "url": "https://user:secret@conda.example.org/t/ab-1234-token/conda-forge/noarch/demo-1.2-pyhd8ed1ab_0.conda", "version": "1.2"}`,
		"conda-meta/python-3.12.7-h1_0_cpython.json": `{"name": "python", "version": "3.12.7", "build": "h1_0_cpython", "channel": "pkgs/main", "subdir": "linux-64",
  "fn": "python-3.12.7-h1_0_cpython.tar.bz2", "url": "", "md5": "not one", "license": "Python-2.0", "requested_spec": "python==3.12",
  "paths_data": {"paths": [{"_path": "bin/python3.12", "path_type": "hardlink", "sha256": "` + digit("6") + `"}, {"_path": "bin/python", "path_type": "softlink", "sha256": "` + digit("6") + `"},
    {"_path": "share", "path_type": "directory"}]}}`,
	})
	o := load(t, fsys, ".", nil)
	wantLines(t, owned(o), `
		bin/demo demo :
		bin/python python :
		bin/python3.12 python sha256:`+digit("6")+`
		etc/own demo sha256:`+digit("5")+`
		lib/python3.12/site-packages/__pycache__/demo.cpython-312.pyc demo :
		lib/python3.12/site-packages/demo-1.2.dist-info/METADATA demo sha256:`+digit("1")+`
		lib/python3.12/site-packages/demo.py demo sha256:`+digit("2"))
	wantPackage(t, o.Packages()[0], `{"type":"conda","name":"demo","version":"1.2","arch":"noarch","build":"pyhd8ed1ab_0","channel":"conda-forge","licence":"MIT",
		"requested":"demo, demo >=1","origin":{"kind":"conda","artifact":{"url":"https://conda.example.org/conda-forge/noarch/demo-1.2-pyhd8ed1ab_0.conda",
		"filename":"demo-1.2-pyhd8ed1ab_0.conda","index":"https://conda.example.org/conda-forge","hashes":{"md5":"0cc175b9c0f1b6a831c399e269772661","sha256":"`+sha+`"},"size":21521}},
		"credentialsRemoved":true,"purl":"pkg:conda/demo@1.2?build=pyhd8ed1ab_0&channel=conda-forge&subdir=noarch&type=conda",
		"database":"conda-meta","record":"conda-meta/demo-1.2-pyhd8ed1ab_0.json"}`)
	wantPackage(t, o.Packages()[1], `{"type":"conda","name":"python","version":"3.12.7","arch":"linux-64","build":"h1_0_cpython","channel":"main","licence":"Python-2.0",
		"requested":"python==3.12","origin":{"kind":"conda","artifact":{"filename":"python-3.12.7-h1_0_cpython.tar.bz2"}},
		"purl":"pkg:conda/python@3.12.7?build=h1_0_cpython&channel=main&subdir=linux-64&type=tar.bz2",
		"database":"conda-meta","record":"conda-meta/python-3.12.7-h1_0_cpython.json"}`)
}

func TestCondaChannel(t *testing.T) {
	for _, test := range []struct{ channel, url, subdir, index, name string }{
		{"", "https://h.example.org/conda-forge/linux-64/a-1-0.conda", "linux-64", "https://h.example.org/conda-forge", "conda-forge"},
		{"defaults", "https://h.example.org/pkgs/main/noarch/a-1-0.conda", "noarch", "https://h.example.org/pkgs/main", "main"},
		{"", "https://h.example.org/conda-forge/label/dev/noarch/a-1-0.conda", "noarch", "https://h.example.org/conda-forge/label/dev", "conda-forge/label/dev"},
		{"https://h.example.org/x/linux-64", "", "linux-64", "https://h.example.org/x", "x"},
		{"https://h.example.org/t/TOKEN/x", "", "linux-64", "https://h.example.org/x", "x"},
		{"https://u:p@h.example.org/x/", "", "", "https://h.example.org/x", "x"},
		{"conda-forge", "", "noarch", "", "conda-forge"},
		{"pkgs/main", "", "noarch", "", "main"},
		{"", "https://h.example.org/noarch/a-1-0.conda", "noarch", "https://h.example.org", ""},
		{"", "https://h.example.org/t/noarch/a-1-0.conda", "noarch", "https://h.example.org/t", "t"},
		{"", "https://h.example.org/p/t/TOKEN/c/noarch/a-1-0.conda", "noarch", "https://h.example.org/p/c", "c"},
		{"", "file:///srv/channel/noarch/a-1-0.conda", "noarch", "file:///srv/channel", "channel"},
		{"", "", "", "", ""},
	} {
		r := condaRecord{name: "a", version: "1", build: "0", channel: test.channel, url: test.url, subdir: test.subdir}
		p := r.pkg()
		if p.Origin.Artifact.Index != test.index || p.Channel != test.name {
			t.Errorf("%s %s: index %q, channel %q", test.channel, test.url, p.Origin.Artifact.Index, p.Channel)
		}
		if text, _ := json.Marshal(p); strings.Contains(string(text), "TOKEN") {
			t.Errorf("%s", text)
		}
		checkPURL(t, p)
	}
}

func TestCondaBroken(t *testing.T) {
	for _, text := range []string{
		"", "{", "[]", "null", `"x"`, "{}", `{"name": ""}`, `{"name": 1}`, `{"name": "a"`, `{"name": "a",}`, `{"name": "a"} x`, `{"name": "a", "files": [}`,
		`{"name" "a"}`, `{"name": "a\q"}`, `{"name": "a", "files": ["x"}`, `{"name": "a`, `{"name": "a", "x": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}",
		`{"name": "\u0000"}`,
	} {
		if r, ok := parseConda(text); ok {
			t.Errorf("%s: taken for the record of %q", text, r.name)
		}
		_, problems := Load(tree(map[string]string{"conda-meta/a.json": text}), ".", nil)
		if len(problems) != 1 || problems[0].Code != CodeDatabase || problems[0].Path != "conda-meta/a.json" {
			t.Errorf("%s: %v", text, problems)
		}
	}
	r, ok := parseConda("\ufeff" + ` { "files" : "x" , "paths_data" : [ { } ] , "size" : -1e999 , "version" : null , "name" : "\u0061\"\\" , "files": [1, {"a": [true]}, "y\\z", ""]} ` + "\n")
	if !ok || r.name != `a"\` || r.size != 0 || r.version != "" || strings.Join(r.files, "|") != `||y\z|` {
		t.Errorf("%v %+v", ok, r)
	}
}

// TestCondaScanner compares with encoding/json what the scanner steps over.
func TestCondaScanner(t *testing.T) {
	for _, text := range []string{
		`{"a": [1, -2.5e+3, "x\\", "\"", "\\\"", {"b": {}}, [], [[]], true, false, null], "name": "n", "z": ""}`,
		`{"":{"":{"":[{"":"]}\""}]}},"name":"n"}`,
	} {
		if !json.Valid([]byte(text)) {
			t.Fatal(text)
		}
		if r, ok := parseConda(text); !ok || r.name != "n" {
			t.Errorf("%s: %v %q", text, ok, r.name)
		}
	}
}

// TestRattler installs packages of conda's with py-rattler, the library of
// pixi, from a channel that it makes itself, and reads what that recorded.
func TestRattler(t *testing.T) {
	interpreter := ""
	for _, name := range []string{os.Getenv("PYSBOM_RATTLER"), "python3"} {
		if name != "" && exec.Command(name, "-c", "import rattler, rattler_build").Run() == nil {
			interpreter = name
			break
		}
	}
	if interpreter == "" {
		t.Skip("no python with py-rattler and py-rattler-build; PYSBOM_RATTLER names one")
	}
	dir := t.TempDir()
	cmd := exec.Command(interpreter, "-W", "ignore", "-c", rattlerScript)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "RATTLER_CACHE_DIR="+filepath.Join(dir, "cache"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := installed.OpenDir(filepath.Join(dir, "env"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	o := load(t, root, ".", nil)
	const info = "lib/python3.11/site-packages/demo-1.2.dist-info"
	p, ok := o.Of(info + "/METADATA")
	if !ok || p.Name != "demo" || p.Version != "1.2" || p.Channel != "channel" || p.Arch != "noarch" {
		t.Fatalf("%+v", p)
	}
	a := p.Origin.Artifact
	if p.Origin.Kind != provenance.KindConda || len(a.Hashes["sha256"]) != 64 || len(a.Hashes["md5"]) != 32 || a.Size == 0 || !strings.HasSuffix(a.URL, "/channel/noarch/"+a.Filename) {
		t.Errorf("%+v", a)
	}
	checkPURL(t, p)
	for _, name := range []string{"bin/python3.11", "bin/python3", "lib/python3.11/site-packages/demo.py"} {
		if _, ok := o.Of(name); !ok {
			t.Errorf("%s: no owner", name)
		}
	}
	for _, l := range owned(o) { // every digest is that of the file
		name, rest, _ := strings.Cut(l, " ")
		_, digest, _ := strings.Cut(rest, ":")
		data, err := os.ReadFile(filepath.Join(dir, "env", name))
		if err != nil || digest != "" && !matches(digest, strings.TrimSuffix(string(data), "\n")) {
			t.Errorf("%s: %v", l, err)
		}
	}
	if v := o.Decide(Distribution{Dir: info, Installer: "conda"}); v.Standing != Owned || v.Package != p {
		t.Errorf("%+v", v)
	}
	if v := o.Decide(Distribution{Dir: info, Installer: "pip"}); v.Standing != Overwritten || v.Package != p {
		t.Errorf("%+v", v)
	}
}

// rattlerScript makes a "python" of links and a noarch package for it, indexes
// them as a channel and installs both into env.
const rattlerScript = `
import asyncio, os, pathlib, rattler
from rattler import index
from rattler_build import assemble_package, ArchiveType
here = pathlib.Path.cwd()
py, demo, channel = here / "py", here / "demo", here / "channel"
for d in py / "bin", py / "lib/python3.11/site-packages", demo / "site-packages/demo-1.2.dist-info", channel / "linux-64", channel / "noarch":
    d.mkdir(parents=True)
(py / "bin/python3.11").write_text("#!/bin/sh\n")
os.symlink("python3.11", py / "bin/python3")
(py / "lib/python3.11/os.py").write_text("# os\n")
(demo / "site-packages/demo.py").write_text("x = 1\n")
(demo / "site-packages/demo-1.2.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n")
(demo / "site-packages/demo-1.2.dist-info/INSTALLER").write_text("conda\n")
assemble_package(name="python", version="3.11.9", target_platform="linux-64", build_string="h0_0_cpython", output_dir=channel / "linux-64",
    files_dir=py, archive_type=ArchiveType.TarBz2)
assemble_package(name="demo", version="1.2", target_platform="noarch", noarch="python", build_string="pyh0_0", output_dir=channel / "noarch",
    files_dir=demo, depends=["python"], archive_type=ArchiveType.Conda)
async def main():
    await index.index_fs(str(channel))
    records = await rattler.solve([rattler.Channel(channel.as_uri())], ["demo", "python"], platforms=["linux-64", "noarch"])
    await rattler.install(records, str(here / "env"), cache_dir=str(here / "cache"), show_progress=False)
asyncio.run(main())
`
