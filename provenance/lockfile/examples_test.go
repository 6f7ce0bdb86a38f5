package lockfile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/lockfile"
)

var examples = filepath.Join("..", "..", "..", "shared", "data", "examples")

func readExample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examples, filepath.FromSlash(name)))
	if err != nil {
		t.Skip("no examples beside the checkout")
	}
	return data
}

func parseExample(t testing.TB, name string) *lockfile.Lock {
	t.Helper()
	lock, err := lockfile.Parse(name, readExample(t, name), nil)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

// linux311 is the environment that the examples were made in.
var linux311 = &pep508.Environment{
	OSName: "posix", SysPlatform: "linux", PlatformMachine: "x86_64", PlatformSystem: "Linux",
	PlatformPythonImplementation: "CPython", ImplementationName: "cpython",
	PythonVersion: "3.11", PythonFullVersion: "3.11.7", ImplementationVersion: "3.11.7",
}

// installed returns the distributions that pip says it installed, with the URL
// and the hash of each: another program's answer to what the locks must say.
func installed(t *testing.T) map[string]provenance.Artifact {
	var report struct {
		Install []struct {
			Download struct {
				URL     string
				Archive struct{ Hashes provenance.Hashes } `json:"archive_info"`
			} `json:"download_info"`
			Metadata struct{ Name, Version string }
		}
	}
	if err := json.Unmarshal(readExample(t, "pip/report-install.json"), &report); err != nil {
		t.Fatal(err)
	}
	list := make(map[string]provenance.Artifact)
	for _, in := range report.Install {
		key := strings.ToLower(strings.ReplaceAll(in.Metadata.Name, "_", "-")) + " " + in.Metadata.Version
		list[key] = provenance.Artifact{
			URL:      in.Download.URL,
			Filename: in.Download.URL[strings.LastIndexByte(in.Download.URL, '/')+1:],
			Hashes:   in.Download.Archive.Hashes,
		}
	}
	return list
}

// wheelFile returns the tags of a WHEEL file of the examples.
func wheelFile(t *testing.T, dir string) (tags []string) {
	for line := range strings.Lines(string(readExample(t, "dist-info/"+dir+"/WHEEL"))) {
		if tag, ok := strings.CutPrefix(strings.TrimSpace(line), "Tag: "); ok {
			tags = append(tags, tag)
		}
	}
	return tags
}

// tagsOf returns the tags that a wheel of that name has inside.
func tagsOf(filename string) (tags []string) {
	parts := strings.Split(strings.TrimSuffix(filename, ".whl"), "-")
	n := len(parts)
	for _, python := range strings.Split(parts[n-3], ".") {
		for _, abi := range strings.Split(parts[n-2], ".") {
			for _, platform := range strings.Split(parts[n-1], ".") {
				tags = append(tags, python+"-"+abi+"-"+platform)
			}
		}
	}
	return tags
}

var exampleLocks = []struct {
	name, format string
	url, index   bool // the lock has them
	bare         bool // it only has lists of hashes
	markupsafe   int  // files that it lists of markupsafe 3.0.4
}{
	{"piplock/pylock.toml", "pylock", true, false, false, 1},
	{"piplock/pylock.env.toml", "pylock", true, true, false, 1},
	{"uv/uv.lock", "uv", true, true, false, 31},
	{"uv/pylock.toml", "pylock", true, true, false, 31},
	{"uv/pylock.compiled.toml", "pylock", true, false, false, 2},
	{"pdm/pdm.lock", "pdm", false, false, false, 31},
	{"pdm/pdm.static.lock", "pdm", true, false, false, 31},
	{"pdm/pylock.toml", "pylock", true, false, false, 31},
	{"pdm/pylock.static.toml", "pylock", true, false, false, 31},
	{"poetry/poetry.lock", "poetry", false, true, false, 151},
	{"pipenv/Pipfile.lock", "pipenv", false, true, true, 151},
	{"piptools/requirements.txt", "requirements", false, false, true, 151},
	{"uv/compiled-requirements.txt", "requirements", false, false, true, 151},
	{"uv/compiled-annotated-requirements.txt", "requirements", false, true, true, 151},
	{"uv/requirements.txt", "requirements", false, false, true, 31},
	{"pdm/requirements.txt", "requirements", false, false, true, 31},
}

// brief is evidence in one line.
func brief(ev provenance.Evidence) string {
	return fmt.Sprintf("%s %s %s %+v, %d candidates, %s:%d", ev.Name, ev.Version, ev.Class, ev.Origin, len(ev.Candidates), ev.File, ev.Line)
}

func TestExampleLocks(t *testing.T) {
	want := installed(t)
	for _, test := range exampleLocks {
		t.Run(test.name, func(t *testing.T) {
			lock := parseExample(t, test.name)
			if lock.Format != test.format || len(lock.Warnings) > 0 {
				t.Fatalf("format %s, warnings %v", lock.Format, lock.Warnings)
			}
			if w := lock.Check(linux311); len(w) > 0 {
				t.Error(w)
			}
			for key, artifact := range want {
				name, version, _ := strings.Cut(key, " ")
				d := lockfile.Dist{Name: name, Version: version}
				switch name {
				case "markupsafe":
					d.WheelTags = wheelFile(t, "pip/markupsafe-3.0.4.dist-info")
				case "idna":
					d.WheelTags = wheelFile(t, "poetry/idna-3.20.dist-info")
				case "docopt":
					d.WheelTags = wheelFile(t, "uv/docopt-0.6.2.dist-info")
				default:
					d.WheelTags = tagsOf(artifact.Filename)
				}
				ev, w := lock.Resolve(d, linux311)
				if w != nil || ev.Name != name || ev.Version != version || ev.File != lock.File || ev.Line == 0 || ev.CredentialsRemoved {
					t.Errorf("%s: %s, %v", key, brief(ev), w)
					continue
				}
				if test.bare && name != "docopt" {
					checkCandidates(t, ev, artifact)
				} else {
					checkLocked(t, ev, artifact, test.url, test.index, test.bare)
				}
			}
			n := 0
			for _, pkg := range lock.Packages {
				if pkg.Name == "markupsafe" {
					n += len(pkg.Artifacts)
				}
			}
			if n != test.markupsafe {
				t.Errorf("%d files of markupsafe, want %d", n, test.markupsafe)
			}
		})
	}
}

// checkLocked wants the one file that pip installed.
func checkLocked(t *testing.T, ev provenance.Evidence, want provenance.Artifact, url, index, bare bool) {
	t.Helper()
	got := ev.Origin.Artifact
	if ev.Class != provenance.Locked || ev.Origin.Kind != provenance.KindIndex || got.Hashes["sha256"] != want.Hashes["sha256"] || len(ev.Candidates) > 0 {
		t.Error(brief(ev))
		return
	}
	if !bare && (got.Filename != want.Filename || ev.Origin.BuiltLocally != strings.HasSuffix(want.Filename, ".tar.gz")) {
		t.Errorf("%s: %q, built locally %v", ev.Name, got.Filename, ev.Origin.BuiltLocally)
	}
	if url && got.URL != want.URL || !url && got.URL != "" {
		t.Errorf("%s: URL %q", ev.Name, got.URL)
	}
	if index != (got.Index != "") || index && !strings.HasPrefix(got.Index, "https://index.example.org/simple") {
		t.Errorf("%s: index %q", ev.Name, got.Index)
	}
}

// checkCandidates wants hashes, among them that of the file that pip installed,
// and nothing chosen.
func checkCandidates(t *testing.T, ev provenance.Evidence, want provenance.Artifact) {
	t.Helper()
	found := 0
	for _, a := range ev.Candidates {
		if a.URL+a.Filename != "" {
			t.Errorf("%s: %+v", ev.Name, a)
		}
		if a.Hashes["sha256"] == want.Hashes["sha256"] {
			found++
		}
	}
	if ev.Class != provenance.Candidate || !ev.Origin.IsZero() || len(ev.Candidates) < 2 || found != 1 {
		t.Errorf("%s: class %s, %d candidates, %d of them right", ev.Name, ev.Class, len(ev.Candidates), found)
	}
}

const commit = "c30497666375a506a29fa8ef3c761a392dea0c3b"

// TestExampleDirect compares locks of direct references with the direct_url.json
// that pip wrote for the same ones.
func TestExampleDirect(t *testing.T) {
	six := tagsOf("six-1.17.0-py2.py3-none-any.whl")
	for _, test := range []struct {
		name string
		only string // names, where not all
		rel  bool   // paths are relative to the lock
	}{
		{"uv/uv.direct.lock", "", false},
		{"uv/pylock.direct.toml", "", false},
		{"poetry/poetry.direct.lock", "", true},
		{"pdm/pdm.direct.lock", "docopt idna localpkg six", false},
		{"pdm/pylock.direct.toml", "docopt idna localpkg six", false},
		{"piplock/pylock.direct.toml", "docopt editpkg idna localpkg six subpkg", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := parseExample(t, test.name)
			if len(lock.Warnings) > 0 {
				t.Error(lock.Warnings)
			}
			if test.only == "" {
				test.only = "docopt idna localpkg six subpkg"
			}
			for _, name := range strings.Fields(test.only) {
				version := map[string]string{"docopt": "0.6.2", "idna": "3.20", "six": "1.17.0"}[name]
				d := lockfile.Dist{Name: name, Version: version, WheelTags: six}
				if version == "" {
					d.Version, version = "1.0", "1.0"
				}
				if name == "idna" {
					d.WheelTags = []string{"py3-none-any"}
				}
				record, err := provenance.ParseDirectURL(readExample(t, "direct_url/pip/"+name+"-"+version+".direct_url.json"))
				if err != nil {
					t.Fatal(err)
				}
				want := record.Origin()
				ev, w := lock.Resolve(d, linux311)
				got := ev.Origin
				if w != nil || ev.Class != provenance.Locked {
					t.Errorf("%s: %s, %v", name, brief(ev), w)
				}
				if got.Kind != want.Kind || got.Commit != want.Commit || got.Subdirectory != want.Subdirectory ||
					got.Editable != want.Editable || got.BuiltLocally != want.BuiltLocally || got.Artifact.Filename != want.Artifact.Filename ||
					got.Artifact.Hashes["sha256"] != want.Artifact.Hashes["sha256"] {
					t.Errorf("%s: %+v, want %+v", name, got, want)
				}
				if path, isPath := strings.CutPrefix(got.Artifact.URL, "src/"); test.rel && isPath {
					got.Artifact.URL = "file:///srv/spec/srv/src/" + path
				}
				if path, isPath := strings.CutPrefix(got.Artifact.URL, "../src/"); test.rel && isPath {
					got.Artifact.URL = "file:///srv/spec/srv/src/" + path
				}
				if got.Artifact.URL != want.Artifact.URL {
					t.Errorf("%s: URL %q, want %q", name, got.Artifact.URL, want.Artifact.URL)
				}
			}
		})
	}
}
