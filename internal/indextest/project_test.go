package indextest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rich has all that a wheel can have and that makes an installer work.
var rich = Project{
	Name:    "Rich.Tool",
	Version: "1.0.post1",
	Headers: []string{"Metadata-Version: 2.4", "License-Expression: MIT"},
	Tag:     "py2.py3-none-any",
	Build:   "7",
	Files: map[string]string{
		"rich_tool-1.0.post1.dist-info/entry_points.txt": "[console_scripts]\nrich-tool = rich_tool:main\n",
		"rich_tool-1.0.post1.data/scripts/rich-script":   "#!python\nprint('hello')\n",
		"rich_pkg/__init__.py":                           "",
		"rich_pkg/a,b \"c\".txt":                         "",
	},
}

func TestMetadata(t *testing.T) {
	want := "Metadata-Version: 2.4\nName: Rich.Tool\nVersion: 1.0.post1\nLicense-Expression: MIT\n"
	if got := string(rich.Metadata()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWheelFile(t *testing.T) {
	want := "Wheel-Version: 1.0\nGenerator: indextest\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\nBuild: 7\n"
	if got := wheelFile("py2.py3-none-any", "7"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSameBytes(t *testing.T) {
	for range 10 { // maps are ordered anew each time
		if !bytes.Equal(rich.Wheel().Data, rich.Wheel().Data) {
			t.Fatal("wheels differ")
		}
		if !bytes.Equal(rich.Sdist().Data, rich.Sdist().Data) {
			t.Fatal("sdists differ")
		}
	}
}

// The reference implementation of wheel installation checks names, tags and
// every line of RECORD.
func TestWheelRecord(t *testing.T) {
	python := NeedTool(t, "validators")
	const check = `
import sys
from installer.sources import WheelFile
from packaging.utils import parse_wheel_filename
for path in sys.argv[1:]:
    with WheelFile.open(path) as wheel:
        wheel.validate_record(validate_contents=True)
    print(*map(str, parse_wheel_filename(path.rpartition("/")[2])[:3]))
`
	dir := t.TempDir()
	var paths []string
	for _, f := range []File{rich.Wheel(), lib.Wheel()} {
		paths = append(paths, filepath.Join(dir, f.Name))
		writeFile(t, paths[len(paths)-1], f.Data)
	}
	got := run(t, nil, python, append([]string{"-I", "-c", check}, paths...)...)
	if want := "rich-tool 1.0.post1 (7, '')\nlib-core 2.0 ()\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	flip := bytes.Replace(rich.Wheel().Data, []byte("rich_pkg/__init__.py"), []byte("rich_pkg/__XXXX__.py"), 1)
	writeFile(t, paths[0], flip)
	if out, err := exec.Command(python, "-I", "-c", check, paths[0]).CombinedOutput(); err == nil {
		t.Errorf("a broken wheel passed:\n%s", out)
	}
}

// Real installers take wheels and sdists from the index, by hash, and with
// credentials.
func TestInstall(t *testing.T) {
	dep := Project{Name: "six", Version: "9.9"}
	index := &Index{Username: "alice", Password: "secret"}
	index.Add(rich.Wheel(), lib.Sdist(), dep.Wheel())
	index.Start()
	defer index.Close()
	url := strings.Replace(index.URL(), "://", "://alice:secret@", 1)
	lock := "rich-tool==1.0.post1 --hash=sha256:" + hexDigest(rich.Wheel().Data) +
		"\nLib.Core==2.0 --hash=sha256:" + hexDigest(lib.Sdist().Data) +
		"\nsix==9.9 --hash=sha256:" + hexDigest(dep.Wheel().Data) + "\n"

	for tool, args := range map[string][]string{
		"pip": {"--isolated", "--python", "PREFIX/bin/python", "install", "--no-cache-dir", "--disable-pip-version-check"},
		"uv":  {"pip", "install", "--no-config", "--no-cache", "--python", "PREFIX/bin/python"},
	} {
		t.Run(tool, func(t *testing.T) {
			bin, python := NeedTool(t, tool), NeedTool(t, "python")
			dir := t.TempDir()
			run(t, nil, python, "-m", "venv", "--without-pip", dir)
			requirements := filepath.Join(dir, "requirements.txt")
			writeFile(t, requirements, []byte(lock))
			for i := range args {
				args[i] = strings.Replace(args[i], "PREFIX", dir, 1)
			}
			env := append(os.Environ(), "HOME="+dir, "PIP_CONFIG_FILE="+os.DevNull)
			run(t, env, bin, append(args, "--index-url", url, "--require-hashes", "-r", requirements)...)
			got := run(t, nil, dir+"/bin/python", "-I", "-c",
				"import rich_tool, lib_core; from importlib.metadata import version as v; print(v('rich.tool'), v('lib-core'), v('six'))")
			if want := "1.0.post1 2.0 9.9\n"; got != want {
				t.Errorf("installed %q, want %q", got, want)
			}
			if got := run(t, nil, dir+"/bin/rich-script"); got != "hello\n" {
				t.Errorf("script printed %q", got)
			}
		})
	}
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, &stderr)
	}
	return string(out)
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
