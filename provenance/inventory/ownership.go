package inventory

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
	"github.com/pysbom/pysbom/provenance/owner"
	"github.com/pysbom/pysbom/provenance/record"
)

// ownership answers which package of conda or of the operating system owns a
// file of an environment. A database is read when a file is asked for that it
// may know of, and once.
type ownership struct {
	loaded   map[string]*territory
	roots    []*installed.Root // that had to be opened for it
	problems []*installed.Problem
}

// territory is one tree with databases: a root file system, or the prefix of
// a conda environment.
type territory struct {
	owners *owner.Owners
	prefix string // of the site's root in the tree: "" or with a slash at its end
}

// systemDirs are where the packages of an operating system put files. A site
// elsewhere is nobody's but an installer's.
var systemDirs = []string{"usr/lib/", "usr/lib64/", "usr/share/", "usr/libexec/", "usr/bin/", "lib/", "lib64/"}

// of returns the owner of the file name in the file system of site's root, nil
// when no package owns it.
func (o *ownership) of(root *installed.Root, prefix, name string) *owner.Package {
	for _, t := range o.territories(root, prefix, name) {
		if p, ok := t.owners.Of(t.prefix + name); ok {
			return p
		}
	}
	return nil
}

// territories are the trees that may own name, the conda prefix first.
func (o *ownership) territories(root *installed.Root, prefix, name string) []*territory {
	var all []*territory
	add := func(t *territory) {
		if t != nil {
			all = append(all, t)
		}
	}
	add(o.load("conda "+root.ID+":"+prefix, func() *territory {
		if !isDir(root.FS, path.Join(prefix, "conda-meta")) {
			return nil
		}
		return o.territory(root, prefix, "")
	}))
	at := strings.Trim(root.Path, "/")
	if at != "" {
		at += "/"
	}
	if inSystem(name) {
		add(o.load("system "+root.ID, func() *territory {
			if !hasDatabase(root.FS) {
				return nil
			}
			return o.territory(root, ".", "")
		}))
	}
	if at != "" && root.Open != nil && inSystem(at+name) {
		add(o.load("host "+at, func() *territory {
			fsys, err := root.Open("/") // a prefix such as /usr, whose database lies outside of it
			if err != nil || !hasDatabase(fsys) {
				return nil
			}
			host := &installed.Root{FS: fsys, ID: "system", Path: "/"}
			o.roots = append(o.roots, host)
			return o.territory(host, ".", at)
		}))
	}
	return all
}

func inSystem(name string) bool {
	return slices.ContainsFunc(systemDirs, func(d string) bool { return strings.HasPrefix(name, d) })
}

// load returns what make does, which is asked once for each key.
func (o *ownership) load(key string, make func() *territory) *territory {
	t, ok := o.loaded[key]
	if !ok {
		t = make()
		o.loaded[key] = t
	}
	return t
}

// territory reads the databases below dir of root.
func (o *ownership) territory(root *installed.Root, dir, prefix string) *territory {
	owners, problems := owner.Load(root.FS, dir, isPythons)
	for _, p := range problems {
		if root.ID != "" {
			p.Path = root.ID + ":" + p.Path
		}
	}
	o.problems = append(o.problems, problems...)
	return &territory{owners, prefix}
}

// isPythons selects the files that belong to an interpreter or lie where
// distributions do, of the hundreds of thousands that a system has.
func isPythons(name string) bool {
	return strings.Contains(name, "python") || strings.Contains(name, "pypy") || strings.Contains(name, "site-packages")
}

// hasDatabase reports whether a package database lies where one is kept.
func hasDatabase(fsys fs.FS) bool {
	for _, dir := range []string{"var/lib/dpkg", "lib/apk/db", "usr/lib/apk/db", "var/lib/rpm", "usr/lib/sysimage/rpm"} {
		if isDir(fsys, dir) {
			return true
		}
	}
	return false
}

func isDir(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// decide returns the package that brought d, nil when an installer did.
func (o *ownership) decide(env *installed.Environment, d *installed.Distribution) *owner.Package {
	root := d.Site.Root
	dir := path.Join(d.Site.Dir, d.Dir)
	for _, t := range o.territories(root, env.Prefix, dir) {
		var files []string
		if d.Format == installed.DistInfo {
			list, _ := record.Files(d.Site, d.Dir)
			for _, f := range list {
				if f.Name != "" {
					files = append(files, t.prefix+f.Name)
				}
			}
		}
		v := t.owners.Decide(owner.Distribution{Dir: t.prefix + dir, Installer: d.Installer, Files: files})
		if v.Standing == owner.Owned {
			return v.Package
		}
	}
	return nil
}

// interpreter returns the package that brought the interpreter of env.
func (o *ownership) interpreter(env *installed.Environment) *owner.Package {
	for i := range env.Sites {
		s := &env.Sites[i]
		if s.Inherited || s.Added {
			continue
		}
		library := path.Dir(s.Dir) // lib/python3.12
		names := []string{path.Join(library, "os.py")}
		if v := majorMinor(env.Python.Version); v != "" { // Debian's lib/python3 holds distributions only
			names = append(names, path.Join(path.Dir(library), "python"+v, "os.py"))
		}
		for _, name := range names {
			if p := o.of(s.Root, env.Prefix, name); p != nil {
				return p
			}
		}
	}
	return nil
}

func majorMinor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + leadingDigits(parts[1])
}

// upstream is the version of a distributor's package without what the
// distributor added: "2:3.11.2-1+b1" is 3.11.2.
func upstream(version string) string {
	if _, rest, ok := strings.Cut(version, ":"); ok {
		version = rest
	}
	version, _, _ = strings.Cut(version, "-")
	version, _, _ = strings.Cut(version, "+")
	version, _, _ = strings.Cut(version, "~")
	return version
}

// own makes p the owner of c: the origin of what a package brought is the
// package, whatever its builder left beside the files.
func (c *Component) own(p *owner.Package) {
	if p == nil {
		return
	}
	c.Owner = &Owner{p.Type, Line(p.Name), Line(p.Version), Line(p.Arch), Line(p.Distro), Line(p.Source), Line(p.PURL)}
	for i := range c.Evidence {
		e := &c.Evidence[i]
		if owner.IsBuilderLeftover(e.Origin.Artifact.URL, c.Installer, true) {
			e.Class = provenance.Candidate
		}
	}
	e := p.Evidence()
	e.Name, e.Version = provenance.NormalizeName(c.Name), c.Version
	c.Evidence = append(c.Evidence, e)
	c.cleanEvidence()
}
