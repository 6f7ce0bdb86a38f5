package owner

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance/installed"
)

func debStatus(name, version, arch string) string {
	return fmt.Sprintf("Package: %s\nStatus: install ok installed\nArchitecture: %s\nVersion: %s\n\n", name, arch, version)
}

const debianRelease = "ID=debian\nVERSION_ID=\"12\"\n"

func TestDpkg(t *testing.T) {
	fsys := tree(map[string]string{
		"etc/os-release": "-> ../usr/lib/os-release", "usr/lib/os-release": debianRelease,
		"lib": "-> usr/lib",
		"var/lib/dpkg/status": `Package: python3-demo
Status: install ok installed
Priority: optional
Section: python
Maintainer: A Person <a@example.org>
Architecture: all
Source: demo (2:1.2-2)
Version: 2:1.2-3+b1
Homepage: https://user:secret@example.org/demo
Description: something
 Version: 9
 .
 Package: not-this

Package: libdemo
Status: hold ok half-configured
Multi-Arch: same
Architecture: amd64
Version: 1

Package: libdemo
Status: install ok installed
Multi-Arch: same
Architecture: i386
Version: 1

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: half
Status: install reinstreq half-installed
Version: 1
`,
		"var/lib/dpkg/info/python3-demo.list": `/.
/usr
/usr/lib
/usr/lib/python3
/usr/lib/python3/dist-packages
/usr/lib/python3/dist-packages/demo-1.2.egg-info
/usr/lib/python3/dist-packages/demo-1.2.egg-info/PKG-INFO
/usr/lib/python3/dist-packages/demo
/usr/lib/python3/dist-packages/demo/__init__.py
/usr/lib/python3/dist-packages/demo_extra.py
/lib/python3/dist-packages/early.py
/usr/bin/demo
`,
		"var/lib/dpkg/info/python3-demo.md5sums": `0cc175b9c0f1b6a831c399e269772661  usr/lib/python3/dist-packages/demo/__init__.py
92eb5ffee6ae2fec3ad71c777531578f  lib/python3/dist-packages/early.py
not a digest  usr/lib/python3/dist-packages/demo_extra.py
`,
		"var/lib/dpkg/info/libdemo:amd64.list": "/usr/lib/x86_64-linux-gnu/libdemo.so.1\n",
		"var/lib/dpkg/info/libdemo:i386.list":  "/usr/lib/i386-linux-gnu/libdemo.so.1\n",
		"var/lib/dpkg/info/gone.list":          "/etc/gone\n",
		"var/lib/dpkg/info/half.list":          "/etc/half\n",
		"var/lib/dpkg/diversions":              "/usr/bin/demo\n/usr/bin/demo.real\nother\n/usr/lib/x86_64-linux-gnu/libdemo.so.1\n/moved\nlibdemo\n",
	})
	o := load(t, fsys, ".", nil)
	wantLines(t, owned(o), `
		usr/bin/demo.real python3-demo :
		usr/lib/i386-linux-gnu/libdemo.so.1 libdemo :
		usr/lib/python3/dist-packages/demo-1.2.egg-info/PKG-INFO python3-demo :
		usr/lib/python3/dist-packages/demo/__init__.py python3-demo md5:0cc175b9c0f1b6a831c399e269772661
		usr/lib/python3/dist-packages/demo_extra.py python3-demo :
		usr/lib/python3/dist-packages/early.py python3-demo md5:92eb5ffee6ae2fec3ad71c777531578f
		usr/lib/x86_64-linux-gnu/libdemo.so.1 libdemo :`)
	for _, name := range []string{"lib/python3/dist-packages/demo/__init__.py", "lib/python3/dist-packages/early.py"} {
		if _, ok := o.Of(name); !ok {
			t.Errorf("%s: no owner by way of the link", name)
		}
	}
	p, _ := o.Of("usr/lib/python3/dist-packages/demo_extra.py")
	wantPackage(t, p, `{"type":"deb","name":"python3-demo","version":"2:1.2-3+b1","arch":"all","distro":"debian-12","source":"demo","sourceVersion":"2:1.2-2",
		"maintainer":"A Person <a@example.org>","homepage":"https://example.org/demo","origin":{"kind":"os-package"},
		"purl":"pkg:deb/debian/python3-demo@2:1.2-3%2Bb1?arch=all&distro=debian-12","database":"dpkg","record":"var/lib/dpkg/status"}`)
	if e := p.Evidence(); e.Class.String() != "recorded" || e.Source != "dpkg" || e.File != "var/lib/dpkg/status" || e.Origin.IsZero() {
		t.Errorf("%+v", e)
	}
	if i386, _ := o.Of("usr/lib/i386-linux-gnu/libdemo.so.1"); i386 == nil || i386.Arch != "i386" {
		t.Error(i386)
	}
}

// TestStatusD has the form of images without dpkg.
func TestStatusD(t *testing.T) {
	o := load(t, tree(map[string]string{
		"usr/lib/os-release":                       debianRelease,
		"var/lib/dpkg/status.d/python3.11":         "Package: python3.11-minimal\nArchitecture: arm64\nVersion: 3.11.2-6\nSource: python3.11\n",
		"var/lib/dpkg/status.d/python3.11.md5sums": "0cc175b9c0f1b6a831c399e269772661  usr/bin/python3.11\n",
		"var/lib/dpkg/status.d/tzdata":             "Package: tzdata\nVersion: 1\n",
	}), ".", nil)
	wantLines(t, owned(o), "usr/bin/python3.11 python3.11-minimal md5:0cc175b9c0f1b6a831c399e269772661")
	wantPackage(t, o.Packages()[0], `{"type":"deb","name":"python3.11-minimal","version":"3.11.2-6","arch":"arm64","distro":"debian-12","source":"python3.11",
		"origin":{"kind":"os-package"},"purl":"pkg:deb/debian/python3.11-minimal@3.11.2-6?arch=arm64&distro=debian-12",
		"database":"dpkg","record":"var/lib/dpkg/status.d/python3.11"}`)
}

// TestDpkgAgrees asks dpkg for the owner of every file of the machine's own
// Python, and for the packages' versions; the digests are compared with the
// files.
func TestDpkgAgrees(t *testing.T) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("no dpkg-query")
	}
	var files []string
	for _, pattern := range []string{"/usr/lib/python3*", "/usr/bin/py*", "/usr/share/python3"} {
		tops, _ := filepath.Glob(pattern)
		for _, top := range tops {
			filepath.WalkDir(top, func(name string, e fs.DirEntry, err error) error {
				if err == nil && !e.IsDir() {
					files = append(files, name)
				}
				return nil
			})
		}
	}
	if len(files) == 0 {
		t.Skip("no Python of Debian's")
	}
	root, err := installed.OpenDir("/")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	o := load(t, root, ".", func(p string) bool {
		return strings.HasPrefix(p, "usr/lib/python3") || strings.HasPrefix(p, "usr/bin/py") || strings.HasPrefix(p, "usr/share/python3/")
	})
	owners := dpkgSearch(t, files)
	versions := dpkgVersions(t)
	compared, hashed := 0, 0
	for _, name := range files {
		p, ok := o.Of(strings.TrimPrefix(name, "/"))
		if want := owners[name]; !ok && len(want) > 0 || ok && !slices.Contains(want, p.Name) {
			t.Errorf("%s: owner %v, dpkg says %v", name, p, want)
		}
		if !ok {
			continue
		}
		compared++
		if key := p.Name + " " + p.Arch; versions[key] != p.Version+" "+p.Source {
			t.Errorf("%s: %s from %s, dpkg-query says %s", key, p.Version, p.Source, versions[key])
		}
		checkPURL(t, p)
		if algorithm, digest := o.Digest(name[1:]); algorithm != "" {
			hashed++
			data, err := os.ReadFile(name)
			if sum := md5.Sum(data); err != nil || hex.EncodeToString(sum[:]) != digest {
				t.Logf("%s: changed since it was installed: %s, not %x (%v)", name, digest, sum, err)
				hashed--
			}
		}
	}
	t.Logf("%d files, %d owned, %d of these with the content that their package says", len(files), compared, hashed)
	if compared < len(files)/10 || hashed < compared*9/10 {
		t.Error("too few to mean anything")
	}
	for name := range o.files { // what is listed, and in no other place
		if _, err := os.Lstat("/" + name); err != nil {
			t.Logf("/%s: listed, not there", name)
		}
	}
}

// dpkgSearch returns what dpkg-query --search says of each file.
func dpkgSearch(t *testing.T, files []string) map[string][]string {
	t.Helper()
	owners := map[string][]string{}
	for chunk := range slices.Chunk(files, 2000) {
		cmd := exec.Command("dpkg-query", append([]string{"--search", "--"}, chunk...)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		out, _ := cmd.Output() // it fails when one of the files has no owner
		for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
			names, file, ok := strings.Cut(s.Text(), ": ")
			if !ok || strings.HasPrefix(names, "diversion ") {
				continue
			}
			for name := range strings.SplitSeq(names, ", ") {
				name, _, _ = strings.Cut(name, ":")
				owners[file] = append(owners[file], name)
			}
		}
	}
	return owners
}

// dpkgVersions returns "VERSION SOURCE" by "NAME ARCH", the source package
// only where the record names one.
func dpkgVersions(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.Command("dpkg-query", "-W", "-f", "${Package} ${Architecture}\t${Version}\t${Source}\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		source, _, _ := strings.Cut(fields[2], " ")
		versions[fields[0]] = fields[1] + " " + source
	}
	return versions
}
