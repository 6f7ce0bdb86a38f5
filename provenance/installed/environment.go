package installed

import (
	"io/fs"
	"iter"
	"path"

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

// Distributions reads what is installed, site by site and by directory name
// within one. A Distribution may come with Problems of its own; an error is a
// *Problem, concerns one directory, and iteration goes on behind it. Of
// several of one name only the first is yielded, the others are Problems with
// CodeShadowed. done is called after each directory, from several goroutines
// at once; nil is allowed.
func (e *Environment) Distributions(done func()) iter.Seq2[*Distribution, error] {
	if done == nil {
		done = func() {}
	}
	return func(yield func(*Distribution, error) bool) {
		first := map[string]string{}
		for i := range e.Sites {
			if !e.Sites[i].distributions(first, done, yield) {
				return
			}
		}
	}
}

// distributions yields those of one site. first holds where each name was
// seen first.
func (s *Site) distributions(first map[string]string, done func(), yield func(*Distribution, error) bool) bool {
	site, err := fs.Sub(s.FS, s.Dir) // held open: each directory below is then one step away
	if err != nil {
		return yield(nil, &Problem{codeOf(err), s.Label(""), reason(err)})
	}
	if s.Dir != "." {
		defer closeFS(site)
	}
	dirs, problems, err := distInfoDirs(site, s)
	if err != nil {
		return yield(nil, err)
	}
	for _, p := range problems {
		if !yield(nil, p) {
			return false
		}
	}
	dists, corrupt := readAll(site, s, dirs, done)
	for i, d := range dists {
		if d == nil {
			if !yield(nil, corrupt[i]) {
				return false
			}
			continue
		}
		name := provenance.NormalizeName(d.Name)
		if where, ok := first[name]; ok {
			if !yield(nil, &Problem{CodeShadowed, d.Path(), d.Name + " " + d.Version + ": " + where + " comes first"}) {
				return false
			}
			continue
		}
		first[name] = d.Path()
		if !yield(d, nil) {
			return false
		}
	}
	return true
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
