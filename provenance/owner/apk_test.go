package owner

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance/installed"
)

const apkDatabase = `C:Q1d4HQ/Gyfw7NRD1qRvOgS6IzT2sI=
P:py3-demo
V:1.2-r3
A:x86_64
S:621
I:53
T:demo
U:https://user:secret@example.org/demo
L:MIT AND Apache-2.0
o:demo
m:A Person <a@example.org>
t:1662926906
c:348653a9ba0701e8e968b3344e72313a9ef334e4
D:python3~3.12
F:
R:top
Z:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=
F:usr/bin
M:0:0:755
R:demo
a:0:0:755
Z:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=
R:demo3
a:0:0:777
Z:Q1KpdRbDVLaISM29j1SiJqClWyHtE=
F:usr/lib/python3.12/site-packages/demo-1.2.dist-info
R:METADATA
Z:Q1not base64
R:RECORD
Z:Q2hvfkN/qlp/zhXR3cuerq6jd2Z7g=
R:WHEEL

P:other
V:2
F:usr/bin
R:demo
R:other

F:usr/lib
R:nameless

`

func TestApk(t *testing.T) {
	o := load(t, tree(map[string]string{"etc/os-release": "ID=alpine\nVERSION_ID=3.20.1\n", "lib/apk/db/installed": apkDatabase,
		"usr/lib/apk/db/installed": "P:unread\nF:\nR:unread\n"}), ".", nil)
	wantLines(t, owned(o), `
		top py3-demo sha1:86f7e437faa5a7fce15d1ddcb9eaeaea377667b8
		usr/bin/demo py3-demo sha1:86f7e437faa5a7fce15d1ddcb9eaeaea377667b8
		usr/bin/demo3 py3-demo :
		usr/bin/other other :
		usr/lib/python3.12/site-packages/demo-1.2.dist-info/METADATA py3-demo :
		usr/lib/python3.12/site-packages/demo-1.2.dist-info/RECORD py3-demo :
		usr/lib/python3.12/site-packages/demo-1.2.dist-info/WHEEL py3-demo :`)
	wantPackage(t, o.Packages()[0], `{"type":"apk","name":"py3-demo","version":"1.2-r3","arch":"x86_64","distro":"alpine-3.20.1","source":"demo",
		"maintainer":"A Person <a@example.org>","homepage":"https://example.org/demo","licence":"MIT AND Apache-2.0","origin":{"kind":"os-package"},
		"purl":"pkg:apk/alpine/py3-demo@1.2-r3?arch=x86_64&distro=alpine-3.20.1","database":"apk","record":"lib/apk/db/installed"}`)

	three := load(t, tree(map[string]string{"lib/apk/db/installed": "P:a\nV:1\nf:S\nF:x\nR:y\na:0:0:755:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=\nZ:Q1mOpuTyFvL7S2n/+bOkSELDhobKY=\n"}), ".", nil)
	if algorithm, digest := three.Digest("x/y"); algorithm != "sha256-160" || digest != "98ea6e4f216f2fb4b69fff9b3a44842c38686ca6" {
		t.Error(algorithm, digest)
	}
	merged := load(t, tree(map[string]string{"lib": "-> usr/lib", "usr/lib/apk/db/installed": "P:a\nV:1\nF:usr/lib/x\nR:y\n"}), ".", nil)
	if p, ok := merged.Of("lib/x/y"); !ok || p.PURL != "" {
		t.Error(p)
	}
}

// TestApkAgrees has apk itself install a package that apk made, and compares
// what it recorded with the files and with what apk says of their owner.
func TestApkAgrees(t *testing.T) {
	apk, err := exec.LookPath("apk")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("no apk, or not root")
	}
	if version, _ := exec.Command(apk, "--version").Output(); !strings.HasPrefix(string(version), "apk-tools 3") {
		t.Skip("no apk that makes packages")
	}
	dir := t.TempDir()
	const site = "usr/lib/python3.12/site-packages/"
	for name, content := range map[string]string{
		site + "demo/__init__.py": "x = 1\n", site + "demo-1.2.dist-info/METADATA": "Name: demo\n", "usr/bin/demo": "hi\n",
	} {
		file := filepath.Join(dir, "src", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("demo", filepath.Join(dir, "src/usr/bin/demo3")); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		cmd := exec.Command(apk, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("apk %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run("mkpkg", "-F", "src", "-I", "name:py3-demo", "-I", "version:1.2-r3", "-I", "arch:noarch", "-I", "origin:demo", "-I", "license:MIT", "-o", "demo.apk")
	run("--root", filepath.Join(dir, "root"), "--initdb", "--allow-untrusted", "--arch", "x86_64", "add", "--no-scripts", "./demo.apk")
	fsys, err := installed.OpenDir(filepath.Join(dir, "root"))
	if err != nil {
		t.Fatal(err)
	}
	defer fsys.Close()
	o := load(t, fsys, ".", nil)
	if len(o.files) != 4 {
		t.Error(owned(o))
	}
	for name := range o.files {
		p, _ := o.Of(name)
		says := run("--root", filepath.Join(dir, "root"), "info", "--who-owns", "/"+name)
		if want := p.Name + "-" + p.Version; !strings.HasSuffix(strings.TrimSpace(says), want) {
			t.Errorf("%s: %s, apk says %s", name, want, says)
		}
		data, err := os.ReadFile(filepath.Join(dir, "root", name))
		if digest := o.files[name].digest; err != nil || (digest == "") != (name == "usr/bin/demo3") || digest != "" && !matches(digest, strings.TrimSuffix(string(data), "\n")) {
			t.Errorf("%s: %q (%v)", name, digest, err)
		}
	}
}
