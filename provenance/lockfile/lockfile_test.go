package lockfile_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/lockfile"
)

// fixture is an archive of testdata: first the lock, then what it includes,
// then two files that say what must come out.
type fixture struct {
	name, lock    string
	data          []byte
	dir           fs.FS
	want, resolve string
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no fixtures", err)
	}
	var list []fixture
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := fixture{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), lock: archive.Files[0].Name, data: archive.Files[0].Data}
		for _, file := range archive.Files {
			switch file.Name {
			case "want":
				f.want = string(file.Data)
			case "resolve":
				f.resolve = string(file.Data)
			}
		}
		if f.dir, err = txtar.FS(archive); err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

func TestFixtures(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			lock, err := lockfile.Parse("some/where/"+f.lock, f.data, f.dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(lock); got != f.want {
				t.Errorf("got\n%s\nwant\n%s", got, f.want)
			}
			for line := range strings.Lines(f.resolve) {
				question, want, _ := strings.Cut(strings.TrimSpace(line), " -> ")
				d := parseDist(question)
				ev, w := lock.Resolve(d, linux311)
				if got := answer(ev, w); got != want {
					t.Errorf("%s: %s, want %s", question, got, want)
				}
				checkEvidence(t, d, ev, w)
			}
		})
	}
}

// TestFormats wants a fixture for every format, and the format to be found by
// name and by content.
func TestFormats(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range fixtures(t) {
		lock, err := lockfile.Parse(f.lock, f.data, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen[lock.Format] = true
		for _, name := range []string{f.lock, "/a/" + f.lock, `C:\a\` + f.lock} {
			if got := lockfile.Detect(name, nil); got != lock.Format {
				t.Errorf("Detect(%q) = %q, want %q", name, got, lock.Format)
			}
		}
		for _, data := range [][]byte{f.data, append([]byte("\ufeff"), f.data...)} {
			if got := lockfile.Detect("evidence", data); got != lock.Format {
				t.Errorf("%s: Detect by content = %q, want %q", f.name, got, lock.Format)
			}
		}
	}
	for _, format := range lockfile.Formats() {
		if !seen[format] {
			t.Errorf("%s: no fixture in testdata", format)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, test := range []struct{ name, head, want string }{
		{"uv.lock", "", "uv"},
		{"uv.lock", "[[package]]\npython-versions = '*'", "uv"}, // the name decides
		{"pylock.toml", "", "pylock"},
		{"pylock.dev.toml", "", "pylock"},
		{"pylock.a.b.toml", "", ""},
		{"pylock..toml", "", ""},
		{"mypylock.toml", "", ""},
		{"Pylock.toml", "", ""},
		{"Pipfile", "", ""},
		{"requirements.txt", "", "requirements"},
		{"Dev-Requirements.in", "", "requirements"},
		{"constraints-3.11.txt", "", "requirements"},
		{"requirements.py", "", ""},
		{"requirements/base.txt", "", ""},
		{"requirements/base.txt", "\n# x\n\nDjango == 4.2\n", "requirements"},
		{"freeze.txt", "a==1\n", "requirements"},
		{"freeze.txt", "\xff\xfea\x00=\x00=\x001\x00\n\x00", "requirements"},
		{"freeze.txt", "-e git+https://git.example.org/x#egg=x\n", "requirements"},
		{"freeze.txt", "--index-url https://index.example.org/\n", "requirements"},
		{"x", "a @ https://files.example.org/a.zip", "requirements"},
		{"notes.txt", "words that say nothing\n", ""},
		{"notes.txt", "word\n", ""},
		{"notes.md", "- a list\n- of things\n", ""},
		{"notes.md", "---\na: b\n", ""},
		{"x.json", "{}", ""},
		{"x.json", `{"version": "1", "pip_version": "26.3"}`, ""},
		{"pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n", ""},
		{"x", "", ""},
	} {
		if got := lockfile.Detect(test.name, []byte(test.head)); got != test.want {
			t.Errorf("Detect(%q, %q) = %q, want %q", test.name, test.head, got, test.want)
		}
	}
	if got := lockfile.Detect("freeze.txt", readExample(t, "uv/freeze.txt")); got != "requirements" {
		t.Errorf("uv pip freeze: %q", got)
	}
}

// parseDist reads "NAME VERSION [local] [build BUILD] TAG...".
func parseDist(s string) lockfile.Dist {
	words := strings.Fields(s)
	d := lockfile.Dist{Name: words[0], Version: words[1]}
	words = words[2:]
	if len(words) > 0 && words[0] == "local" {
		d.BuiltLocally, words = true, words[1:]
	}
	if len(words) > 0 && words[0] == "build" {
		d.Build, words = words[1], words[2:]
	}
	d.WheelTags = words
	return d
}

// answer is what came out, in a few words.
func answer(ev provenance.Evidence, w *lockfile.Warning) string {
	switch {
	case w != nil:
		return w.Code
	case ev.Class == provenance.ClassUnknown:
		return "nothing"
	case len(ev.Candidates) > 0:
		return fmt.Sprint(ev.Class, " ", len(ev.Candidates))
	}
	o := ev.Origin
	words := []string{ev.Class.String()}
	switch {
	case o.Artifact.Filename != "" && o.Kind != provenance.KindVCS && o.Kind != provenance.KindDirectory:
		words = append(words, o.Artifact.Filename)
	case o.Kind == provenance.KindIndex:
		words = append(words, hashes(o.Artifact.Hashes)...)
	default:
		words = append(words, o.Kind.String())
	}
	if o.BuiltLocally {
		words = append(words, "built")
	}
	return strings.Join(words, " ")
}

// checkEvidence wants what holds for every answer.
func checkEvidence(t *testing.T, d lockfile.Dist, ev provenance.Evidence, w *lockfile.Warning) {
	t.Helper()
	if ev.Class == provenance.ClassUnknown {
		if !ev.Origin.IsZero() || len(ev.Candidates) > 0 || ev.Source != "" {
			t.Errorf("%s: of no class, but %+v", d.Name, ev)
		}
		return
	}
	if ev.Class.ClaimsOrigin() || ev.Name != provenance.NormalizeName(d.Name) || ev.Source == "" || ev.File == "" || w != nil {
		t.Errorf("%s: %+v, %v", d.Name, ev, w)
	}
	if ev.Origin.IsZero() == (len(ev.Candidates) == 0) || ev.Class == provenance.Locked && ev.Origin.IsZero() {
		t.Errorf("%s: both or neither of an origin and candidates: %+v", d.Name, ev)
	}
}

// describe prints all that a lock says.
func describe(lock *lockfile.Lock) string {
	var b strings.Builder
	for i := range lock.Packages {
		describePackage(&b, &lock.Packages[i])
	}
	b.WriteString("lock")
	field(&b, "", lock.Version)
	field(&b, "python ", lock.RequiresPython)
	field(&b, "environments ", strings.Join(lock.Environments, " | "))
	b.WriteString("\n")
	for _, w := range lock.Warnings {
		fmt.Fprintf(&b, "warning %d %s %s\n", w.Line, w.Code, w.Msg)
	}
	return b.String()
}

func describePackage(b *strings.Builder, pkg *lockfile.Package) {
	version := pkg.Version
	if version == "" {
		version = "-"
	}
	fmt.Fprintf(b, "%s %s %s:%d", pkg.Name, version, pkg.File, pkg.Line)
	field(b, "marker ", pkg.Marker)
	field(b, "python ", pkg.RequiresPython)
	field(b, "index ", pkg.Index)
	field(b, "needs ", strings.Join(pkg.Dependencies, ","))
	if pkg.CredentialsRemoved {
		b.WriteString(" credentials")
	}
	for _, a := range pkg.Artifacts {
		kind := "wheel"
		switch {
		case a.Sdist:
			kind = "sdist"
		case a.Filename+a.URL == "":
			kind = "hash"
		}
		b.WriteString("\n\t" + kind)
		describeArtifact(b, &a.Artifact)
	}
	if o := &pkg.Direct; !o.IsZero() {
		b.WriteString("\n\t" + o.Kind.String())
		a := o.Artifact
		if o.Kind != provenance.KindArchive {
			a.Filename = ""
		}
		describeArtifact(b, &a)
		field(b, "", o.Commit.System)
		field(b, "", o.Commit.ID[:min(8, len(o.Commit.ID))])
		field(b, "of ", o.Commit.Requested)
		field(b, "in ", o.Subdirectory)
		if o.Editable {
			b.WriteString(" editable")
		}
		if o.BuiltLocally {
			b.WriteString(" built")
		}
	}
	b.WriteString("\n")
}

func describeArtifact(b *strings.Builder, a *provenance.Artifact) {
	field(b, "", a.Filename)
	field(b, "", a.URL)
	field(b, "", strings.Join(hashes(a.Hashes), " "))
	if a.Size > 0 {
		fmt.Fprintf(b, " %d bytes", a.Size)
	}
	if !a.UploadTime.IsZero() {
		field(b, "", a.UploadTime.Format(time.RFC3339Nano))
	}
}

func hashes(h provenance.Hashes) (words []string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		words = append(words, name+":"+h[name][:4])
	}
	return words
}

func field(b *strings.Builder, label, value string) {
	if value != "" {
		b.WriteString(" " + label + value)
	}
}
