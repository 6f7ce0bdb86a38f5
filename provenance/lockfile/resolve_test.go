package lockfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/lockfile"
)

// poetryLock is a lock of package x 1.0 with these files.
func poetryLock(files ...string) []byte {
	var b strings.Builder
	b.WriteString("[[package]]\nname = 'x'\nversion = '1.0'\npython-versions = '*'\nfiles = [\n")
	for i, f := range files {
		fmt.Fprintf(&b, "{file = %q, hash = 'sha256:%064x'},\n", f, i)
	}
	b.WriteString("]\n[metadata]\nlock-version = '2.1'\n")
	return []byte(b.String())
}

func TestResolve(t *testing.T) {
	const (
		any       = "x-1.0-py3-none-any.whl"
		sdist     = "x-1.0.tar.gz"
		manylinux = "x-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
		musllinux = "x-1.0-cp311-cp311-musllinux_1_2_x86_64.whl"
		aarch64   = "x-1.0-cp311-cp311-manylinux_2_17_aarch64.whl"
		macos     = "x-1.0-py3-none-macosx_11_0_arm64.whl"
		platform  = "x-1.0-py3-none-manylinux1_x86_64.whl"
	)
	for _, test := range []struct{ files, dist, want string }{
		{any + " " + sdist, "py3-none-any", "locked " + any},
		{any + " " + sdist, "py2-none-any py3-none-any", "locked " + any}, // overlap
		{any + " " + sdist, "local py3-none-any", "locked " + sdist + " built"},
		{any, "local py3-none-any", "lock-no-file"},
		{any + " " + manylinux, "cp311-cp311-manylinux2014_x86_64 cp311-cp311-manylinux_2_17_x86_64", "locked " + manylinux},
		// Built here: the platform is linux, or none of the lock's.
		{manylinux + " " + sdist, "cp311-cp311-linux_x86_64", "locked " + sdist + " built"},
		{manylinux + " " + sdist, "cp311-cp311-freebsd_14_amd64", "locked " + sdist + " built"},
		{macos + " " + sdist, "cp312-cp312-win_amd64", "locked " + sdist + " built"},
		{sdist, "py2-none-any py3-none-any", "locked " + sdist + " built"},
		{sdist + " x-1.0.zip", "py3-none-any", "candidate 2"},
		// A repaired wheel is never built from an sdist by an installer.
		{macos + " " + sdist, "cp311-cp311-manylinux_2_17_x86_64", "lock-no-file"},
		{sdist, "py3-none-musllinux_1_2_x86_64", "lock-no-file"},
		{sdist, "local py3-none-musllinux_1_2_x86_64", "locked " + sdist + " built"},
		// Published under another platform than WHEEL says.
		{platform + " " + macos, "py3-none-any", "candidate 2"},
		{platform, "py3-none-any", "candidate 1"},
		{platform + " " + sdist, "py3-none-any", "candidate 2"},
		{platform + " " + any, "py3-none-any", "locked " + any},
		{manylinux + " " + musllinux + " " + aarch64, "cp311-cp311-linux_x86_64", "candidate 2"},
		{aarch64, "cp311-cp311-linux_x86_64", "lock-no-file"},
		{macos, "py3-none-win32", "lock-no-file"},
		// Without tags all that is left counts.
		{any, "", "locked " + any},
		{any + " " + sdist, "", "candidate 2"},
		{any + " " + sdist, "local", "locked " + sdist + " built"},
		// Build numbers.
		{"x-1.0-1-py3-none-any.whl x-1.0-2-py3-none-any.whl", "build 2 py3-none-any", "locked x-1.0-2-py3-none-any.whl"},
		{"x-1.0-1-py3-none-any.whl " + any, "py3-none-any", "locked " + any},
		{"x-1.0-1-py3-none-any.whl", "py3-none-any", "locked x-1.0-1-py3-none-any.whl"},
		{"x-1.0-1-py3-none-any.whl", "build 2 py3-none-any", "lock-no-file"},
		{any, "build 2 py3-none-any", "locked " + any},
		// What is listed but is neither.
		{"x-1.0-py2.7.egg " + any, "py3-none-any", "locked " + any},
		{"x-1.0-py2.7.egg x-1.0.win32.exe", "py3-none-any", "lock-no-file"},
		{"y-1.0-py3-none-any.whl", "py3-none-any", "lock-no-file"},
		{"x-1.1-py3-none-any.whl " + sdist, "py3-none-any", "locked " + sdist + " built"},
		{"x-1.0.0-py3-none-any.whl", "py3-none-any", "locked x-1.0.0-py3-none-any.whl"},
		{"", "py3-none-any", "nothing"},
	} {
		lock, err := lockfile.Parse("poetry.lock", poetryLock(strings.Fields(test.files)...), nil)
		if err != nil {
			t.Fatal(err)
		}
		d := parseDist("X 1 " + test.dist)
		ev, w := lock.Resolve(d, nil)
		if got := answer(ev, w); got != test.want {
			t.Errorf("%s of %s: %s, want %s", test.dist, test.files, got, test.want)
		}
		checkEvidence(t, d, ev, w)
	}
}

// TestResolveVersions compares what is installed with what is locked.
func TestResolveVersions(t *testing.T) {
	lock, err := lockfile.Parse("requirements.txt", []byte("x==1.0\nx==2.0\ny===odd\nz==1+cu.1\nw>1\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for dist, want := range map[string]string{
		"x 1":        "",
		"x v2.0.0":   "",
		"x 3":        "requirements.txt:1: x: 3 is installed, the lock has 1.0, 2.0",
		"y odd":      "",
		"y other":    "requirements.txt:3: y: other is installed, the lock has odd",
		"z 1.0+CU-1": "",
		"z 1":        "requirements.txt:4: z: 1 is installed, the lock has 1+cu.1",
		"w 2":        "",
		"v 1":        "",
	} {
		_, w := lock.Resolve(parseDist(dist), nil)
		got := ""
		if w != nil {
			got = w.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", dist, got, want)
		}
	}
	if _, w := lock.Resolve(lockfile.Dist{Name: "x"}, nil); w != nil {
		t.Errorf("no version: %v", w)
	}
}

// TestVariables wants what pip takes from its environment to stay as it is.
func TestVariables(t *testing.T) {
	for _, test := range []struct{ data, index, url string }{
		{"-i ${INDEX}\nx==1 --hash=sha256:" + strings.Repeat("0", 64), "${INDEX}", ""},
		{"-i https://${USER}:${PASSWORD}@${HOST}/simple\nx==1", "https://${USER}:${PASSWORD}@${HOST}/simple", ""},
		{"-i https://${USER}:secret@h.example.org/\nx==1", "https://h.example.org/", ""},
		{"x @ ${ROOT}/x-1.zip", "", "${ROOT}/x-1.zip"},
		{"x @ file:///${PROJECT_ROOT}/x", "", "file:///${PROJECT_ROOT}/x"},
	} {
		lock, err := lockfile.Parse("requirements.txt", []byte(test.data), nil)
		if err != nil || len(lock.Packages) != 1 {
			t.Fatal(err, lock)
		}
		pkg := lock.Packages[0]
		if pkg.Index != test.index || pkg.Direct.Artifact.URL != test.url || pkg.CredentialsRemoved != strings.Contains(test.data, "secret") {
			t.Errorf("%s: %+v", test.data, pkg)
		}
	}
}

// TestResolveMarkers has the same release from two indexes.
func TestResolveMarkers(t *testing.T) {
	var lock *lockfile.Lock
	for _, f := range fixtures(t) {
		if f.name == "uv" {
			lock, _ = lockfile.Parse(f.lock, f.data, nil)
		}
	}
	d := parseDist("twice 1.0 py3-none-any")
	for _, test := range []struct {
		env  *pep508.Environment
		want string
	}{
		{linux311, "https://index.example.org/cpu"},
		{&pep508.Environment{SysPlatform: "darwin"}, "https://index.example.org/gpu"},
		{&pep508.Environment{}, ""},
		{nil, ""},
	} {
		ev, w := lock.Resolve(d, test.env)
		if got := ev.Origin.Artifact.Index; w != nil || got != test.want {
			t.Errorf("%+v: %q, %v", test.env, got, w)
		}
		if test.want == "" && (ev.Class != provenance.Candidate || len(ev.Candidates) != 2) {
			t.Errorf("%+v: %s", test.env, brief(ev))
		}
	}
}

func TestCheck(t *testing.T) {
	const head = "lock-version = '1.0'\ncreated-by = 'x'\npackages = []\n"
	linux := *linux311
	for _, test := range []struct{ lock, want string }{
		{"", ""},
		{"requires-python = '>=3.11'", ""},
		{"requires-python = '==3.11.7'", ""},
		{"requires-python = '>=3.12'", "lock-python"},
		{"environments = []", ""},
		{"environments = ['sys_platform == \"linux\"', 'sys_platform == \"win32\"']", ""},
		{"environments = ['sys_platform == \"win32\"']", "lock-environments"},
		{"environments = ['platform_release == \"1\"']", ""}, // not known
		{"environments = ['sys_platform == \"win32\"', '???']", ""},
		{"requires-python = '<3'\nenvironments = ['os_name == \"nt\"']", "lock-python lock-environments"},
	} {
		lock, err := lockfile.Parse("pylock.toml", []byte(head+test.lock), nil)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, w := range lock.Check(&linux) {
			codes = append(codes, w.Code)
		}
		if got := strings.Join(codes, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.lock, got, test.want)
		}
		if w := append(lock.Check(nil), lock.Check(&pep508.Environment{})...); len(w) > 0 {
			t.Errorf("%s: %v of an unknown environment", test.lock, w)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	lock := parseExample(b, "poetry/poetry.lock")
	d := lockfile.Dist{Name: "markupsafe", Version: "3.0.4", WheelTags: []string{
		"cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64", "cp311-cp311-manylinux_2_28_x86_64"}}
	b.ReportAllocs()
	for b.Loop() {
		if ev, _ := lock.Resolve(d, linux311); ev.Class != provenance.Locked {
			b.Fatal(ev)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"uv/uv.lock", "poetry/poetry.lock", "pipenv/Pipfile.lock", "piptools/requirements.txt"} {
		data := readExample(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := lockfile.Parse(name, data, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
