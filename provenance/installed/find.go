package installed

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// layout is one way in which environments lie on disk.
type layout struct {
	name   string
	detect func(p *place) []*Environment
}

// layouts are tried in order for each directory; the first that recognises it
// decides.
var layouts = []layout{
	{"venv", detectVenv},
	{"pex", detectPex},
	{"debian", detectDebian},
	{"prefix", detectPrefix},
	{"site-packages", detectSitePackages},
}

// place is one directory under test.
type place struct {
	root    *Root
	dir     string
	entries []fs.DirEntry
	exact   bool // TARGET itself, not met on a walk: weaker signs are enough
}

// has reports whether the place holds a directory name that is no link.
func (p *place) hasDir(name string) bool {
	i, ok := slices.BinarySearchFunc(p.entries, name, func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
	return ok && p.entries[i].IsDir()
}

func (p *place) hasFile(name string) bool {
	i, ok := slices.BinarySearchFunc(p.entries, name, func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
	return ok && !p.entries[i].IsDir()
}

// Find yields the environments of root. A root that is itself an environment
// is that one; a project (pyproject.toml or a lock beside .venv or venv) is
// the one inside it; any other root is walked whole, without following links.
// An error is a *Problem and concerns one directory, except that an
// unreadable root ends the iteration with it, as does the end of ctx.
func Find(ctx context.Context, root Root) iter.Seq2[*Environment, error] {
	return func(yield func(*Environment, error) bool) {
		entries, err := readDir(root.FS, ".")
		if err != nil {
			yield(nil, &Problem{codeOf(err), root.label("."), reason(err)})
			return
		}
		here := &place{root: &root, dir: ".", entries: entries, exact: true}
		if envs := recognise(here); envs != nil {
			yieldAll(envs, yield)
			return
		}
		if IsProject(root.FS) {
			if envs := projectEnvironments(&root); envs != nil {
				yieldAll(envs, yield)
				return
			}
		}
		w := walker{ctx: ctx, root: &root, yield: yield, claimed: map[string]bool{}}
		w.walk(".", entries)
	}
}

// IsEnvironment reports whether root itself is an environment, one that Find
// yields without a walk.
func IsEnvironment(root Root) bool {
	entries, err := readDir(root.FS, ".")
	return err == nil && recognise(&place{root: &root, dir: ".", entries: entries, exact: true}) != nil
}

// IsProject reports whether fsys holds a Python project: pyproject.toml or a
// lock file at its top.
func IsProject(fsys fs.FS) bool {
	for _, name := range []string{"pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements.txt"} {
		if info, err := fs.Stat(fsys, name); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// projectEnvironments looks where projects keep their environment. The first
// that there is counts; a link is followed if it stays inside the root.
func projectEnvironments(root *Root) []*Environment {
	for _, dir := range []string{".venv", "venv"} {
		entries, err := readDir(root.FS, dir)
		if err != nil {
			continue
		}
		if envs := recognise(&place{root: root, dir: dir, entries: entries}); envs != nil {
			return envs
		}
	}
	return nil
}

// recognise asks each layout in turn. Environments that share a prefix get
// IDs that tell them apart.
func recognise(p *place) []*Environment {
	for _, l := range layouts {
		envs := l.detect(p)
		for _, e := range envs {
			e.Layout, e.Prefix, e.ID = l.name, p.dir, "env:"+p.root.label(p.dir)
			if len(envs) > 1 {
				e.ID += "@" + e.Python.Version
			}
		}
		if len(envs) > 0 {
			return envs
		}
	}
	return nil
}

// walker finds every environment below a root.
type walker struct {
	ctx     context.Context
	root    *Root
	yield   func(*Environment, error) bool
	claimed map[string]bool // site directories of environments found so far
}

// Directories at the top of a root file system that hold no files of their own.
var skipAtTop = []string{"proc", "sys", "dev", "run"}

// maxDepth bounds the walk: deeper trees are made to hurt.
const maxDepth = 64

// walk reports whether to go on.
func (w *walker) walk(dir string, entries []fs.DirEntry) bool {
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || dir == "." && slices.Contains(skipAtTop, name) {
			continue
		}
		sub := pathJoin(dir, name)
		if w.ctx.Err() != nil {
			return false
		}
		if w.claimed[sub] || strings.Count(sub, "/") >= maxDepth || otherDevice(w.root.FS, e) {
			continue
		}
		inner, err := readDir(w.root.FS, sub)
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone since its parent was listed
		}
		if err != nil {
			if !w.yield(nil, &Problem{codeOf(err), w.root.label(sub), reason(err)}) {
				return false
			}
			continue
		}
		if !w.visit(sub, inner) {
			return false
		}
	}
	return true
}

func (w *walker) visit(dir string, entries []fs.DirEntry) bool {
	here := &place{root: w.root, dir: dir, entries: entries}
	envs := recognise(here)
	for _, e := range envs {
		if w.claim(e) && !w.yield(e, nil) {
			return false
		}
	}
	if w.claimed[dir] || envs == nil && here.hasFile("CACHEDIR.TAG") {
		return true // what lies in a cache (https://bford.info/cachedir/) is not installed; uv tags its environments too
	}
	return w.walk(dir, entries)
}

// claim takes e's own site directories. It reports false when an environment
// above had them all.
func (w *walker) claim(e *Environment) bool {
	own, fresh := false, false
	for _, s := range e.Sites {
		if s.Inherited {
			continue
		}
		own = true
		fresh = fresh || !w.claimed[s.Dir]
		w.claimed[s.Dir] = true
	}
	return fresh || !own
}

func yieldAll(envs []*Environment, yield func(*Environment, error) bool) {
	for _, e := range envs {
		if !yield(e, nil) {
			return
		}
	}
}

// readDir lists dir sorted by name, whatever order the file system has.
func readDir(fsys fs.FS, dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// libraryDirs returns the pythonX.Y (pypyX.Y, …) directories below the lib
// directories of a prefix, with the site directory of the given name in each.
func libraryDirs(p *place, siteName string) []library {
	var libs []library
	for _, lib := range []string{"lib", "lib64"} {
		if !p.hasDir(lib) { // lib64 is a link to lib as a rule
			continue
		}
		entries, err := readDir(p.root.FS, pathJoin(p.dir, lib))
		if err != nil {
			continue
		}
		for _, e := range entries {
			implementation, version := pythonDirName(e.Name())
			if implementation == "" {
				continue
			}
			dir := path.Join(p.dir, lib, e.Name(), siteName)
			if isDir(p.root.FS, dir) {
				libs = append(libs, library{dir, implementation, version})
			}
		}
	}
	return libs
}

// library is one site directory and what its path says of the interpreter.
type library struct{ dir, implementation, version string }

// pythonDirName takes "python3.11", "pypy3.10", "graalpy3.11" or "python3"
// apart. Free-threaded builds say "python3.13t".
func pythonDirName(name string) (implementation, version string) {
	for _, known := range []struct{ prefix, implementation string }{
		{"python", "CPython"}, {"pypy", "PyPy"}, {"graalpy", "GraalVM"},
	} {
		version, ok := strings.CutPrefix(name, known.prefix)
		version = strings.TrimSuffix(version, "t")
		if ok && isVersion(version) {
			return known.implementation, version
		}
	}
	return "", ""
}

// isVersion reports whether s is digits and dots, and starts with a digit.
func isVersion(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '.' && (c < '0' || c > '9') || i == 0 && c == '.' {
			return false
		}
	}
	return s != ""
}

func isDir(fsys fs.FS, dir string) bool {
	info, err := fs.Stat(fsys, dir)
	return err == nil && info.IsDir()
}
