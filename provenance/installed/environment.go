package installed

import (
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// Environment is one Python environment: one interpreter and the directories
// that it imports from.
type Environment struct {
	ID     string // "env:" and Prefix, unique below one root
	Layout string // name of the row of the layouts table that recognised it
	Prefix string // relative to the root, "." for the root itself
	Sites  []Site // in sys.path order: the first one wins
	Python Python
	Posix  bool // bin/ and lib/pythonX.Y; false for the Windows layout and where neither shows

	// Bases are the roots beyond the first that Sites lie in.
	Bases    []Root
	Problems []*Problem
}

// Site is one directory of an environment's path.
type Site struct {
	FS        fs.FS
	Root      *Root
	Dir       string // inside FS
	Inherited bool   // from the base interpreter
	Added     bool   // by a .pth file: source trees and eggs
}

// Label returns the path of name in the site, with its root's prefix; the
// site's own for "".
func (s *Site) Label(name string) string { return s.Root.label(pathJoin(s.Dir, name)) }

// Python is what an environment shows of its interpreter. Empty fields are
// unknown.
type Python struct {
	Implementation string // "CPython", "PyPy", "GraalVM"
	Version        string // "3.11.7", or "3.11" where only that much is known
	Source         string // the file or directory that said so
}

// Contents is what lies in the sites of an environment.
type Contents struct {
	Distributions []*Distribution // the first of each name, in path order
	Sites         []*Site         // the environment's own, and those that .pth files add
	Roots         []*Root         // that had to be opened for what .pth files add
	Pth           []*PthFile
	Modules       []Module // what can be imported and may belong to a distribution or not
	Problems      []*Problem
}

// Module is one importable thing at the top of a site: a directory that may
// be a package, or a file that is a module.
type Module struct {
	Site *Site
	Name string // of the directory or file
	Dir  bool
}

// Distributions reads what is installed, for callers that want no more. An
// error is a *Problem, concerns one place, and iteration goes on behind it.
func (e *Environment) Distributions() iter.Seq2[*Distribution, error] {
	return func(yield func(*Distribution, error) bool) {
		c := e.Read(nil)
		for _, d := range c.Distributions {
			if !yield(d, nil) {
				return
			}
		}
		for _, p := range c.Problems {
			if !yield(nil, p) {
				return
			}
		}
	}
}

// Read reads what is installed, site by site and by directory name within
// one. Of several distributions of one name the first site's counts; those of
// later sites are Problems with CodeShadowed, and more than one in the same
// site are Rivals. done is called after each one read, from several
// goroutines at once; nil is allowed.
func (e *Environment) Read(done func()) *Contents {
	if done == nil {
		done = func() {}
	}
	c := &Contents{}
	in := reading{contents: c, first: map[string]*Distribution{}, seen: map[string]bool{}, done: done}
	for i := range e.Sites {
		in.site(&e.Sites[i])
	}
	return c
}

// reading is one Read under way.
type reading struct {
	contents *Contents
	first    map[string]*Distribution // by normalised name
	seen     map[string]bool          // sites, so that a .pth file adds none twice
	done     func()
}

// site reads one directory of the path, then what its .pth files add.
func (in *reading) site(s *Site) {
	where := s.Root.ID + ":" + s.Dir
	if in.seen[where] {
		return
	}
	in.seen[where] = true
	in.contents.Sites = append(in.contents.Sites, s)
	fsys, err := fs.Sub(s.FS, s.Dir) // held open: each directory below is then one step away
	var entries []fs.DirEntry
	if err == nil {
		if s.Dir != "." {
			defer closeFS(fsys)
		}
		entries, err = readDir(fsys, ".")
	}
	if err != nil {
		in.problem(&Problem{codeOf(err), s.Label(""), reason(err)})
		return
	}
	var candidates []candidate
	var pth []fs.DirEntry
	for _, e := range entries {
		c, problem := candidateOf(s, e)
		switch {
		case problem != nil:
			in.problem(problem)
		case c.format != "":
			candidates = append(candidates, c)
		case s.Added:
		case strings.HasSuffix(e.Name(), ".pth") && !strings.HasPrefix(e.Name(), "."):
			pth = append(pth, e)
		default:
			in.module(s, e)
		}
	}
	in.distributions(fsys, s, candidates)
	for _, e := range pth {
		in.pth(fsys, s, e)
	}
}

func (in *reading) problem(p *Problem) { in.contents.Problems = append(in.contents.Problems, p) }

// distributions reads the candidates of one site and settles who comes first.
func (in *reading) distributions(fsys fs.FS, s *Site, candidates []candidate) {
	dists, corrupt := readAll(fsys, s, candidates, in.done)
	for i, d := range dists {
		if d == nil {
			in.problem(corrupt[i])
			continue
		}
		name := provenance.NormalizeName(d.Name)
		switch first := in.first[name]; {
		case first == nil:
			in.first[name] = d
			in.contents.Distributions = append(in.contents.Distributions, d)
		case first.Site == s:
			first.Rivals = append(first.Rivals, d)
		case s.Added && d.Format == EggInfo: // the source tree of an editable install, which its .dist-info speaks for
		default:
			in.problem(Shadowed(d, first))
		}
	}
}

// Shadowed is the Problem of a distribution that another one of the same name
// hides.
func Shadowed(d, by *Distribution) *Problem {
	return &Problem{CodeShadowed, d.Path(), d.Name + " " + d.Version + ": " + by.Path() + " counts"}
}

// pth reads one .pth file and the sites that it adds.
func (in *reading) pth(fsys fs.FS, s *Site, e fs.DirEntry) {
	var r reader
	f, paths, problems := r.readPth(fsys, s, e)
	in.contents.Problems = append(in.contents.Problems, problems...)
	in.contents.Pth = append(in.contents.Pth, f)
	for _, line := range paths {
		if added := in.added(s, line); added != nil {
			in.site(added)
		}
	}
}

// module notes what may be imported: a directory, or a file of Python or
// machine code.
func (in *reading) module(s *Site, e fs.DirEntry) {
	name := e.Name()
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || name == "__pycache__" {
		return
	}
	isFile := strings.HasSuffix(name, ".py") || strings.HasSuffix(name, ".so") || strings.HasSuffix(name, ".pyd")
	if e.IsDir() || isFile && e.Type().IsRegular() {
		in.contents.Modules = append(in.contents.Modules, Module{s, name, e.IsDir()})
	}
}

// pathJoin is path.Join for clean parts, where "." and "" stand for nothing.
func pathJoin(dir, name string) string {
	switch {
	case name == "":
		return dir
	case dir == "." || dir == "":
		return name
	}
	return dir + "/" + path.Clean(name)
}
