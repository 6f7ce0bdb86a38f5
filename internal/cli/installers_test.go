package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pysbom/pysbom/internal/indextest"
	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

// canary stands for every secret. It is in URLs that installers see and that
// records hold, and must be in nothing that pysbom writes.
const canary = "canary7f3a9c"

// secretRecords have a secret where installers were seen to leave one, and
// where a careless or hostile writer could. CANARY stands for it.
var secretRecords = []struct{ file, text string }{
	{"direct_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "archive_info": {"hash": "sha256=00"}}`},
	{"direct_url.json", `{"url": "https://CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://user:pa@CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://git:CANARY@h.example.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "0123456789012345678901234567890123456789"}}`},
	{"direct_url.json", `{"url": "ssh://git:CANARY@h.example.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "01"}}`},
	{"direct_url.json", `{"url": "git+https://user:CANARY@h.example.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "01"}}`},
	{"direct_url.json", `{"url": "user:CANARY@h.example.org:r.git", "vcs_info": {"vcs": "git", "commit_id": "01"}}`},
	{"direct_url.json", `{"url": "file://user:CANARY@h.example.org/x", "dir_info": {"editable": true}}`},
	{"direct_url.json", `{"url": "https://h.example.org/x.whl?X-Amz-Expires=9&X-Amz-Signature=CANARY", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://h.example.org/x.whl?sv=2024&sig=CANARY", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://h.example.org/x.whl?private_token=CANARY#sha256=00", "archive_info": {}}`},
	{"direct_url.json", `{"url": "HTTPS://user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": " https://user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "ht\ntps://user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https:\\\\user:CANARY@h.example.org\\x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https:/user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https:user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "//user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://user:CANARY@[h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://user:CANARY@h.example.org:port/x.whl", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://user:CANARY@", "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "archive_info": {`},
	{"direct_url.json", `{"url": ["https://user:CANARY@h.example.org/x.whl"], "archive_info": {}}`},
	{"direct_url.json", `{"url": "https://h.example.org/", "url": "https://user:CANARY@h.example.org/x.whl", "archive_info": {}}`},
	{"direct_url.json", `"https://user:CANARY@h.example.org/x.whl"`},
	{"direct_url.json", `https://user:CANARY@h.example.org/x.whl`},
	{"direct_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl"}`},
	{"direct_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "archive_info": {}, "vcs_info": {}}`},
	{"provenance_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "archive_info": {"hashes": {"sha256": "00"}}}`},
	{"provenance_url.json", `{"url": "https://h.example.org/x.whl?token=CANARY", "archive_info": {"hashes": {"sha256": "00"}}}`},
	{"provenance_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "archive_info": {"hashes": {"md5": "00"}}}`},
	{"provenance_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "index_url": "https://user:CANARY@i.example.org/simple", "archive_info": {"hash": "sha256=00"}}`},
	{"provenance_url.json", `{"url": "https://user:CANARY@h.example.org/x.whl", "archive_info": `},
	{"METADATA", "Home-page: https://user:CANARY@h.example.org/\n"},
	{"METADATA", "Download-URL: https://user:CANARY@h.example.org/\n"},
	{"METADATA", "Project-URL: Source, https://user:CANARY@h.example.org/r.git\n"},
	{"METADATA", "Project-URL: https://user:CANARY@h.example.org/r.git\n"},
	{"METADATA", "Requires-Dist: absent @ https://user:CANARY@h.example.org/x.whl\n"},
	{"METADATA", "Requires-Dist: p0 @ git+https://user:CANARY@h.example.org/r.git ; extra ==\n"},
}

// No secret of a record is in a document or a message, whatever shape the
// record is in.
func TestNoSecrets(t *testing.T) {
	env := filepath.Join(t.TempDir(), "env")
	site := filepath.Join(env, "lib", "python3.11", "site-packages")
	for i, r := range secretRecords {
		p := indextest.Project{Name: fmt.Sprintf("p%d", i), Version: "1"}
		text := strings.ReplaceAll(r.text, "CANARY", canary)
		if r.file == "METADATA" {
			text = string(p.Metadata()) + text
		}
		info := filepath.Join(site, p.DistInfo())
		writeFile(t, filepath.Join(info, "METADATA"), string(p.Metadata()))
		writeFile(t, filepath.Join(info, r.file), text)
	}
	writeFile(t, filepath.Join(env, "pyvenv.cfg"), "home = /nowhere\nversion = 3.11.7\n")

	out := t.TempDir()
	stderr, err := scan(env, out)
	if err != nil {
		t.Fatal(err)
	}
	if err := noCanary(out, stderr); err != nil {
		t.Error(err)
	}
	inv, err := inventoryIn(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range inv.Components {
		var i int
		if _, err := fmt.Sscanf(c.Name, "p%d", &i); err != nil || c.Kind != inventory.Distribution {
			continue
		}
		if r := secretRecords[i]; c.Class == provenance.ClassUnknown && r.file != "METADATA" && !slices.ContainsFunc(inv.Warnings, about(c)) {
			t.Errorf("neither an origin nor a warning for %s %s", r.file, r.text)
		}
	}
}

func about(c *inventory.Component) func(inventory.Warning) bool {
	return func(w inventory.Warning) bool { return w.Component == c.ID || strings.Contains(w.Path, c.Name+"-1.") }
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// inventoryFormat is the document that all others can be made from.
const inventoryFormat = "json@1"

// TestInstallers runs fixtures/installers: real installers make environments
// from an index in this process, and what pysbom says of each is compared with
// what that environment's own interpreter says.
func TestInstallers(t *testing.T) {
	packages, err := txtar.ParseFile("../../fixtures/installers/index/packages.txtar")
	if err != nil {
		t.Fatal(err)
	}
	projects := map[string]indextest.Project{} // by the part of the file's name before the version
	var files []indextest.File
	for _, f := range packages.Files {
		name, p, file := project(t, f)
		projects[name] = p
		files = append(files, file...)
	}
	testscript.Run(t, testscript.Params{
		Dir:   "../../fixtures/installers",
		Setup: func(env *testscript.Env) error { return setup(env, files) },
		Condition: func(cond string) (bool, error) {
			tool, ok := strings.CutPrefix(cond, "tool:")
			if !ok {
				return false, fmt.Errorf("no condition %s", cond)
			}
			path, err := indextest.Tool(tool)
			python, err2 := indextest.Tool("python") // for the oracles
			return path != "" && python != "", errors.Join(err, err2)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"compare": compareCommand,
			"expand":  expandCommand,
			"repo":    repoCommand,
			"source": func(ts *testscript.TestScript, _ bool, args []string) {
				p, ok := projects[args[0]]
				if !ok {
					ts.Fatalf("source %s: no such project", args[0])
				}
				ts.Check(p.WriteTree(ts.MkAbs(args[1])))
			},
		},
	})
}

// project makes of one file of packages.txtar a project, and what the index
// serves of it.
func project(t *testing.T, f txtar.File) (string, indextest.Project, []indextest.File) {
	t.Helper()
	stem, kind := f.Name, ""
	for _, k := range []string{".whl", ".tar.gz", ".tree"} {
		if s, ok := strings.CutSuffix(f.Name, k); ok {
			stem, kind = s, k
		}
	}
	name, version, ok := strings.Cut(stem, "-")
	if !ok || kind == "" {
		t.Fatalf("packages.txtar: %s: not NAME-VERSION.KIND", f.Name)
	}
	p := indextest.Project{Name: strings.ReplaceAll(name, "_", "-"), Version: version}
	for line := range strings.Lines(string(f.Data)) {
		line = strings.TrimSpace(line)
		if n, ok := strings.CutPrefix(line, "Name: "); ok {
			p.Name = n
		} else if line != "" {
			p.Headers = append(p.Headers, line)
		}
	}
	switch kind {
	case ".whl":
		return name, p, []indextest.File{p.Wheel()}
	case ".tar.gz":
		return name, p, []indextest.File{p.Sdist()}
	}
	return name, p, nil
}

// setup gives a script the tools, an index without and one with a password,
// and the files of both in the directory dist. Configuration of the user and
// the machine is kept out.
func setup(env *testscript.Env, files []indextest.File) error {
	open := &indextest.Index{Repositories: env.WorkDir}
	private := &indextest.Index{Repositories: env.WorkDir, Username: "alice", Password: canary}
	for _, x := range []*indextest.Index{open, private} {
		x.Add(files...)
		x.Start()
		env.Defer(x.Close)
	}
	login := func(url string) string { return strings.Replace(url, "://", "://alice:"+canary+"@", 1) }

	python, err := indextest.Tool("python")
	if err != nil {
		return err
	}
	if tools := os.Getenv("PYSBOM_TOOLS"); tools != "" {
		env.Setenv("PATH", filepath.Join(tools, "bin")+string(filepath.ListSeparator)+env.Getenv("PATH"))
	}
	for _, kv := range [][2]string{
		{"PYTHON", python},
		{"INDEX", open.URL()}, {"FILES", strings.TrimSuffix(open.FileURL(""), "/")},
		{"PRIVATE", login(private.URL())}, {"PRIVATEFILES", strings.TrimSuffix(login(private.FileURL("")), "/")},
		{"GIT", strings.TrimSuffix(open.RepositoryURL(""), "/")}, {"PRIVATEGIT", strings.TrimSuffix(login(private.RepositoryURL("")), "/")},
		{"HOME", env.WorkDir + "/home"},
		{"PIP_CONFIG_FILE", os.DevNull}, {"PIP_DISABLE_PIP_VERSION_CHECK", "1"},
		{"UV_NO_CONFIG", "1"}, {"UV_PYTHON", python}, {"UV_PYTHON_DOWNLOADS", "never"},
		{"POETRY_NO_INTERACTION", "1"}, {"POETRY_VIRTUALENVS_IN_PROJECT", "1"}, {"POETRY_KEYRING_ENABLED", "0"},
		{"VIRTUALENV_NO_PERIODIC_UPDATE", "1"},
		{"PDM_CHECK_UPDATE", "0"}, {"PDM_NON_INTERACTIVE", "1"},
		{"GIT_CONFIG_NOSYSTEM", "1"},
		{"GIT_AUTHOR_NAME", "a"}, {"GIT_AUTHOR_EMAIL", "a@example.org"}, {"GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z"},
		{"GIT_COMMITTER_NAME", "a"}, {"GIT_COMMITTER_EMAIL", "a@example.org"}, {"GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z"},
	} {
		env.Setenv(kv[0], kv[1])
	}
	dist := filepath.Join(env.WorkDir, "dist")
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dist, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// expand FILE... replaces $NAME in files by the script's variables.
func expandCommand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o644))
	}
}

// repo DIR [TAG] makes a git repository of DIR with all that is in it as one
// commit, and sets COMMIT.
func repoCommand(ts *testscript.TestScript, _ bool, args []string) {
	git := func(a ...string) { ts.Check(ts.Exec("git", append([]string{"-C", args[0]}, a...)...)) }
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-q", "-m", "one")
	if len(args) > 1 {
		git("tag", args[1])
	}
	git("rev-parse", "HEAD")
	ts.Setenv("COMMIT", strings.TrimSpace(ts.ReadFile("stdout")))
}

// compare ENV [ORACLE] fails where pysbom and the oracles differ over ENV,
// ORACLE left out. It prints what pysbom says of it, and its warnings on
// standard error, for the script to look at.
func compareCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: compare ENV [ORACLE]")
	}
	work, err := os.MkdirTemp(ts.Getenv("WORK"), "compare")
	ts.Check(err)
	facts, stderr, err := compare(ts.MkAbs(args[0]), work, args[1:]...)
	for _, f := range facts {
		fmt.Fprintln(ts.Stdout(), f)
	}
	fmt.Fprint(ts.Stderr(), stderr)
	ts.Check(err)
}

// TestBigEnvironment compares an environment of popular distributions.
func TestBigEnvironment(t *testing.T) {
	for _, tool := range []string{"python", "pip", "validators"} {
		indextest.NeedTool(t, tool)
	}
	facts, stderr, err := compare(indextest.NeedTool(t, "bigenv"), t.TempDir())
	if err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(stderr) {
		// coverage does run code at start-up.
		if strings.Contains(line, "warning") && !strings.Contains(line, "/a1_coverage.pth: ") {
			t.Error(line)
		}
	}
	dists, edges := 0, 0
	for _, f := range facts {
		if strings.Contains(f, " by ") {
			dists++
		}
		if strings.Contains(f, " -> ") {
			edges++
		}
	}
	t.Logf("%d distributions, %d edges", dists, edges)
	if dists < 150 || edges < 150 {
		t.Error("that is not big")
	}
}

// compare scans the environment at prefix with pysbom, into files below work,
// and returns what pysbom says of it as lines, and on standard error. The
// error holds every difference from the oracles but those in except, and
// everything else that should not be so.
func compare(prefix, work string, except ...string) (facts []string, stderr string, err error) {
	first := filepath.Join(work, "first")
	if stderr, err = scan(prefix, first); err != nil {
		return nil, stderr, err
	}
	inv, err := inventoryIn(first)
	if err != nil {
		return nil, stderr, err
	}
	facts = factsOf(inv)
	var errs []error
	for _, o := range oracles {
		if !slices.Contains(except, o.name) {
			errs = append(errs, differences(o, prefix, facts))
		}
	}
	return facts, stderr, errors.Join(
		errors.Join(errs...),
		ownedByDpkg(inv),
		noCanary(first, stderr),
		sameAgain(prefix, first, filepath.Join(work, "again")),
		sameFromInventory(first, filepath.Join(work, "replay")),
		validate(validated(first)...),
	)
}

func inventoryIn(dir string) (*inventory.Inventory, error) {
	data, err := os.ReadFile(filepath.Join(dir, inventoryFormat))
	if err != nil {
		return nil, err
	}
	inv := new(inventory.Inventory)
	return inv, json.Unmarshal(data, inv)
}

// scan writes every document on target into dir and returns what went to
// standard error.
func scan(target, dir string) (stderr string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	var stdout, errs bytes.Buffer
	getenv := func(name string) string { return map[string]string{"SOURCE_DATE_EPOCH": "1700000000"}[name] }
	status := Main(context.Background(), scanArgs(target, dir), strings.NewReader(""), &stdout, &errs, getenv)
	if status != 0 || stdout.Len() > 0 {
		return "", fmt.Errorf("scan %s: exit status %d, on standard output %q, on standard error:\n%s", target, status, &stdout, &errs)
	}
	return errs.String(), nil
}

func scanArgs(target, dir string) []string {
	args := []string{"pysbom", "scan", target}
	for _, d := range documents() {
		args = append(args, "-o", d+"="+filepath.Join(dir, d))
	}
	return args
}

// documents are the formats of scan, as --output takes them. Each is also the
// name of the file it goes to.
func documents() []string {
	var names []string
	for _, f := range scanFormats {
		name := f.Name
		if f.Version != "" {
			name += "@" + f.Version
		}
		names = append(names, name)
	}
	return names
}

// factsOf is what an inventory says, one sorted line for each fact, in the
// words of a distribution's lines below.
func factsOf(inv *inventory.Inventory) []string {
	name := map[string]string{}
	for _, c := range inv.Components {
		name[c.ID] = provenance.NormalizeName(c.Name)
	}
	var facts []string
	for _, c := range inv.Components {
		if c.Kind != inventory.Distribution {
			continue
		}
		d := distribution{Version: c.Version, Installer: c.Installer, Requested: c.Requested}
		if c.Source == "direct_url.json" {
			d.Direct = directOf(c.Origin)
		}
		if want := d.class(); c.Owner == nil && c.Class.String() != want { // what owns it, ownedByDpkg asks
			facts = append(facts, fmt.Sprintf("%s: class %s, want %s", name[c.ID], c.Class, want))
		}
		facts = append(facts, d.lines(name[c.ID])...)
		for _, need := range c.Needs {
			facts = append(facts, name[c.ID]+" -> "+name[need])
		}
	}
	slices.Sort(facts)
	return facts
}

// directOf is an origin in the form of direct_url.json.
// ownedByDpkg compares the owners of what lies in Debian's directories with
// what dpkg says, where there is a dpkg.
func ownedByDpkg(inv *inventory.Inventory) error {
	dpkg, err := exec.LookPath("dpkg")
	if err != nil {
		return nil
	}
	roots := map[string]string{}
	for _, r := range inv.Roots {
		roots[r.ID] = r.Path
	}
	var errs []error
	for _, c := range inv.Components {
		root, rest, ok := strings.Cut(c.Locations[0].Path, ":")
		if c.Kind != inventory.Distribution || !ok || roots[root] != "/usr" {
			continue
		}
		got := ""
		if c.Owner != nil {
			got = c.Owner.Name
		}
		want := ""
		if out, err := exec.Command(dpkg, "-S", "/usr/"+rest).Output(); err == nil { // else it owns none such
			want, _, _ = strings.Cut(string(out), ":")
		}
		if got != want {
			errs = append(errs, fmt.Errorf("%s: owner %q, dpkg says %q", c.ID, got, want))
		}
	}
	return errors.Join(errs...)
}

func directOf(o provenance.Origin) *directURL {
	d := &directURL{URL: o.Artifact.URL, Subdirectory: o.Subdirectory}
	switch o.Kind {
	case provenance.KindArchive:
		d.Archive = &archiveInfo{Hashes: o.Artifact.Hashes}
	case provenance.KindVCS:
		d.VCS = &vcsInfo{o.Commit.System, o.Commit.ID, o.Commit.Requested}
	case provenance.KindDirectory:
		d.Dir = &dirInfo{o.Editable}
	}
	return d
}

// distribution is one installed distribution as any oracle describes it.
type distribution struct {
	Version   string
	Installer string
	Requested bool
	Direct    *directURL `json:"direct_url"`
}

// directURL is direct_url.json (PEP 610), read apart from package provenance.
type directURL struct {
	URL          string
	Subdirectory string
	VCS          *vcsInfo     `json:"vcs_info"`
	Archive      *archiveInfo `json:"archive_info"`
	Dir          *dirInfo     `json:"dir_info"`
}

type vcsInfo struct {
	System    string `json:"vcs"`
	Commit    string `json:"commit_id"`
	Requested string `json:"requested_revision"`
}

type archiveInfo struct {
	Hash   string
	Hashes map[string]string
}

type dirInfo struct{ Editable bool }

// class is the word for the strongest evidence of d's origin.
func (d distribution) class() string {
	if d.Direct == nil {
		return "unknown"
	}
	return "recorded"
}

// lines are the facts about d, under its normalised name.
func (d distribution) lines(name string) []string {
	lines := []string{fmt.Sprintf("%s %s by %s, %s", name, d.Version, d.Installer, d.class())}
	add := func(what, value string) {
		if value != "" {
			lines = append(lines, name+" "+what+" "+value)
		}
	}
	if d.Requested {
		lines = append(lines, name+" requested")
	}
	u := d.Direct
	if u == nil {
		return lines
	}
	add("url", strings.Replace(u.URL, "file://None/", "file:///", 1)) // Poetry's slip, which pysbom repairs
	add("subdirectory", u.Subdirectory)
	if u.VCS != nil {
		add("vcs", u.VCS.System)
		add("commit", u.VCS.Commit)
		add("revision", u.VCS.Requested)
	}
	if u.Archive != nil {
		hashes := maps.Clone(u.Archive.Hashes)
		if algorithm, digest, ok := strings.Cut(u.Archive.Hash, "="); ok && hashes == nil {
			hashes = map[string]string{algorithm: digest}
		}
		for algorithm, digest := range hashes {
			add("hash", algorithm+":"+digest)
		}
		lines = append(lines, name+" archive")
	}
	if u.Dir != nil {
		lines = append(lines, name+" directory")
		if u.Dir.Editable {
			lines = append(lines, name+" editable")
		}
	}
	return lines
}

// oracle is another program that knows of environments.
type oracle struct {
	name string
	ask  func(prefix string) (facts []string, err error)
	of   func(fact string) bool // the facts that it knows of
}

var oracles = []oracle{
	{"python", askPython, func(string) bool { return true }},
	{"pip", askPip, func(fact string) bool { return !isEdge(fact) }},
	{"pipdeptree", askPipdeptree, isEdge},
}

// differences are the facts that only o or only pysbom has.
func differences(o oracle, prefix string, pysbom []string) error {
	facts, err := o.ask(prefix)
	if err != nil {
		return fmt.Errorf("%s: %w", o.name, err)
	}
	slices.Sort(facts)
	var diff strings.Builder
	for _, f := range facts {
		if _, ok := slices.BinarySearch(pysbom, f); !ok {
			fmt.Fprintf(&diff, "\n  %s, not pysbom: %s", o.name, f)
		}
	}
	for _, f := range pysbom {
		if _, ok := slices.BinarySearch(facts, f); !ok && o.of(f) {
			fmt.Fprintf(&diff, "\n  pysbom, not %s: %s", o.name, f)
		}
	}
	switch {
	case len(facts) == 0:
		return fmt.Errorf("%s says nothing of %s", o.name, prefix)
	case diff.Len() > 0:
		return fmt.Errorf("%s:%s", prefix, &diff)
	}
	return nil
}

func isEdge(fact string) bool { return strings.Contains(fact, " -> ") }

// askPython asks the environment's own interpreter: importlib.metadata and
// packaging.
func askPython(prefix string) ([]string, error) {
	site, err := packagingSite()
	if err != nil {
		return nil, err
	}
	var answer struct {
		Distributions map[string]distribution
		Edges         [][2]string
	}
	err = runJSON(&answer, filepath.Join(prefix, "bin", "python"), "-I", "../../fixtures/oracle/environment.py", site)
	var facts []string
	for name, d := range answer.Distributions {
		facts = append(facts, d.lines(name)...)
	}
	for _, e := range answer.Edges {
		facts = append(facts, e[0]+" -> "+e[1])
	}
	return facts, err
}

// askPip asks pip inspect, which knows no edges.
func askPip(prefix string) ([]string, error) {
	pip, err := toolPath("pip")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Installed []struct {
			distribution
			Metadata struct{ Name, Version string }
		}
	}
	err = runJSON(&answer, pip, "--isolated", "--python", filepath.Join(prefix, "bin", "python"), "inspect")
	var facts []string
	for _, d := range answer.Installed {
		d.Version = d.Metadata.Version
		facts = append(facts, d.lines(provenance.NormalizeName(d.Metadata.Name))...)
	}
	return facts, err
}

// askPipdeptree asks pipdeptree for the edges. It also has one from a
// distribution to itself where one of its extras names another, and those to
// what is not installed.
func askPipdeptree(prefix string) ([]string, error) {
	python, err := toolPath("python")
	if err != nil {
		return nil, err
	}
	var answer []struct {
		Package      struct{ Key string }
		Dependencies []struct{ Key string }
	}
	err = runJSON(&answer, filepath.Join(filepath.Dir(python), "pipdeptree"), "--python", filepath.Join(prefix, "bin", "python"), "-o", "json")
	installed := map[string]bool{}
	for _, p := range answer {
		installed[p.Package.Key] = true
	}
	var facts []string
	for _, p := range answer {
		for _, d := range p.Dependencies {
			if d.Key != p.Package.Key && installed[d.Key] {
				facts = append(facts, provenance.NormalizeName(p.Package.Key)+" -> "+provenance.NormalizeName(d.Key))
			}
		}
	}
	return facts, err
}

// packagingSite is the directory that Python's packaging can be imported from.
var packagingSite = sync.OnceValues(func() (string, error) {
	python, err := toolPath("python")
	if err != nil {
		return "", err
	}
	var file string
	err = runJSON(&file, python, "-I", "-c", "import json, packaging; print(json.dumps(packaging.__file__))")
	return filepath.Dir(filepath.Dir(file)), err
})

// toolPath is where a tool is; that there is none is an error.
func toolPath(name string) (string, error) {
	path, err := indextest.Tool(name)
	if err == nil && path == "" {
		err = fmt.Errorf("no %s", name)
	}
	return path, err
}

// runJSON runs a program and reads the JSON that it prints into v.
func runJSON(v any, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, &stderr)
	}
	return nil
}

// noCanary looks for the secret in the files of dir and in stderr.
func noCanary(dir, stderr string) error {
	var errs []error
	for line := range strings.Lines(stderr) {
		if strings.Contains(line, canary) {
			errs = append(errs, fmt.Errorf("secret on standard error: %s", strings.TrimSpace(line)))
		}
	}
	for _, d := range documents() {
		data, err := os.ReadFile(filepath.Join(dir, d))
		if err != nil {
			errs = append(errs, err)
		}
		if i := bytes.Index(data, []byte(canary)); i >= 0 {
			errs = append(errs, fmt.Errorf("%s: secret in …%s…", d, data[max(0, i-80):min(len(data), i+40)]))
		}
	}
	return errors.Join(errs...)
}

// sameAgain scans once more, as another user would: in another process, time
// zone and language, on one core, and with the environment's path relative.
func sameAgain(prefix, first, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cmd := exec.Command("pysbom", scanArgs(filepath.Base(prefix), dir)[1:]...)
	cmd.Dir = filepath.Dir(prefix)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000",
		"TZ=Pacific/Chatham", "LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8", "GOMAXPROCS=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return sameFiles("the second scan", first, dir)
}

// sameFromInventory renders every document anew from the inventory alone.
func sameFromInventory(first, dir string) error {
	if _, err := scan(filepath.Join(first, inventoryFormat), dir); err != nil {
		return err
	}
	return sameFiles("the scan of the inventory", first, dir)
}

// sameFiles compares the documents in two directories byte for byte.
func sameFiles(what, want, got string) error {
	var errs []error
	for _, d := range documents() {
		a, err := os.ReadFile(filepath.Join(want, d))
		b, err2 := os.ReadFile(filepath.Join(got, d))
		if err := errors.Join(err, err2); err != nil {
			errs = append(errs, err)
			continue
		}
		if !bytes.Equal(a, b) {
			errs = append(errs, fmt.Errorf("%s differs in %s:\n%s", what, d, firstDifference(a, b)))
		}
	}
	return errors.Join(errs...)
}

func firstDifference(a, b []byte) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(x []byte) []byte { return x[max(0, i-60):min(len(x), i+60)] }
	return fmt.Sprintf("at byte %d\n  …%s…\n  …%s…", i, around(a), around(b))
}

// validated are the documents in dir that there are validators for.
func validated(dir string) []string {
	var paths []string
	for _, d := range documents() {
		if strings.HasPrefix(d, "cyclonedx-") || strings.HasPrefix(d, "spdx-") {
			paths = append(paths, filepath.Join(dir, d))
		}
	}
	return paths
}

// validate asks the reference validators about documents.
func validate(paths ...string) error {
	python, err := toolPath("validators")
	if err != nil {
		return err
	}
	args := append([]string{"-I", "../../fixtures/oracle/validate.py"}, paths...)
	if out, err := exec.Command(python, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("validators: %w\n%s", err, out)
	}
	return nil
}

// The validators can say no.
func TestValidatorsReject(t *testing.T) {
	env := indextest.NeedTool(t, "bigenv")
	indextest.NeedTool(t, "validators")
	dir := t.TempDir()
	if _, err := scan(env, dir); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ format, from, to string }{
		{"cyclonedx-json@1.5", `"bomFormat"`, `"bomFromat"`},
		{"cyclonedx-json@1.6", `"urn:uuid:`, `"urn:uid:`},
		{"cyclonedx-json@1.7", `"type":"library"`, `"type":"libary"`},
		{"cyclonedx-xml@1.6", "<components>", "<component>"},
		{"cyclonedx-xml@1.7", `type="library"`, `type="libary"`},
		{"spdx-json@2.3", `"SPDX-2.3"`, `"SPDX-23"`},
		{"spdx-tag-value@2.3", "DataLicense:", "DataLicence:"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, tt.format))
		if err != nil {
			t.Fatal(err)
		}
		broken := bytes.Replace(data, []byte(tt.from), []byte(tt.to), 1)
		if bytes.Equal(broken, data) {
			t.Errorf("%s: no %s", tt.format, tt.from)
		}
		name := filepath.Join(t.TempDir(), tt.format)
		writeFile(t, name, string(broken))
		if err := validate(name); err == nil {
			t.Errorf("%s with %s passed", tt.format, tt.to)
		}
	}
}
