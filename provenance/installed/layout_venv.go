package installed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// detectVenv recognises a virtual environment (PEP 405) by its pyvenv.cfg, in
// the POSIX and in the Windows layout.
func detectVenv(p *place) []*Environment {
	if !p.hasFile("pyvenv.cfg") {
		return nil
	}
	e := &Environment{}
	name := pathJoin(p.dir, "pyvenv.cfg")
	cfg, err := readPyvenvCfg(p.root.FS, name)
	if err != nil {
		e.Problems = append(e.Problems, &Problem{CodePyvenvCfg, p.root.label(name), reason(err)})
	}
	e.Python.Version = cfg.version()
	e.Python.Implementation = cfg["implementation"]
	e.Python.Source = p.root.label(name)
	libs := libraryDirs(p, "site-packages")
	for _, l := range libs {
		if len(libs) > 1 && e.Python.Version != "" && !sameMinor(l.version, e.Python.Version) {
			continue // left behind by the interpreter of an earlier python -m venv --upgrade
		}
		e.addLibrary(p.root, l)
	}
	if win := windowsSite(p); win != "" {
		e.Sites = append(e.Sites, Site{FS: p.root.FS, Root: p.root, Dir: win})
	}
	if strings.EqualFold(cfg["include-system-site-packages"], "true") {
		inherit(e, p, cfg["home"])
	}
	return []*Environment{e}
}

// addLibrary adds l's site directory, and what its path says where pyvenv.cfg
// said nothing.
func (e *Environment) addLibrary(root *Root, l library) {
	e.Posix = true
	e.Sites = append(e.Sites, Site{FS: root.FS, Root: root, Dir: l.dir})
	if e.Python.Implementation == "" {
		e.Python.Implementation = l.implementation
	}
	if e.Python.Version == "" {
		e.Python.Version, e.Python.Source = l.version, root.label(path.Dir(l.dir))
	}
}

// windowsSite returns Lib/site-packages of p, which a copy on another system
// may spell in lower case, or "".
func windowsSite(p *place) string {
	for _, lib := range []string{"Lib", "lib"} {
		if dir := path.Join(p.dir, lib, "site-packages"); p.hasDir(lib) && isDir(p.root.FS, dir) {
			return dir
		}
	}
	return ""
}

// inherit adds the site directories of the base interpreter, whose
// executables lie in home. They lie in the same root when that is a file
// system of its own, else the root's Open has to allow them.
func inherit(e *Environment, p *place, home string) {
	prefix := path.Dir(path.Clean(strings.ReplaceAll(home, `\`, "/")))
	base, dir, err := openBase(p.root, prefix, "base")
	var entries []fs.DirEntry
	if err == nil {
		entries, err = readDir(base.FS, dir)
	}
	if home == "" || err != nil {
		e.Problems = append(e.Problems, &Problem{CodeBaseMissing, p.root.label(pathJoin(p.dir, "pyvenv.cfg")),
			"include-system-site-packages: " + prefix + ": " + reason(err)})
		return
	}
	if base != p.root {
		e.Bases = append(e.Bases, *base)
	}
	at := &place{root: base, dir: dir, entries: entries, exact: true}
	for _, b := range append(detectDebian(at), detectPrefix(at)...) {
		if e.Python.Version != "" && b.Python.Version != "" && !sameMinor(b.Python.Version, e.Python.Version) {
			continue
		}
		for _, s := range b.Sites {
			s.Inherited = true
			e.Sites = append(e.Sites, s)
		}
	}
}

var errNotAsked = errors.New("the base interpreter's packages were not asked for")

// openBase returns the root that the directory name of the environment's own
// file system lies in, and where in it. A root that is opened for it is named
// id.
func openBase(root *Root, name, id string) (*Root, string, error) {
	inside := strings.TrimPrefix(name, "/")
	if root.Path == "" || root.Path == "/" || inside != "" && fs.ValidPath(inside) && isDir(root.FS, inside) {
		if inside == "" {
			inside = "."
		}
		return root, inside, nil
	}
	if below, ok := strings.CutPrefix(name, root.Path+"/"); ok && fs.ValidPath(below) {
		return root, below, nil
	}
	if root.Open == nil {
		return nil, "", errNotAsked
	}
	fsys, err := root.Open(name)
	if err != nil {
		return nil, "", err
	}
	return &Root{FS: fsys, ID: id, Path: name, Open: root.Open}, ".", nil
}

// pyvenvCfg are the keys of a pyvenv.cfg, in lower case.
type pyvenvCfg map[string]string

// version returns the interpreter's version: python -m venv writes "version",
// virtualenv and uv "version_info", the former with ".final.0" behind it.
func (c pyvenvCfg) version() string {
	v := c["version"]
	if v == "" {
		v = c["version_info"]
	}
	return releaseOf(v)
}

// releaseOf shortens sys.version_info's "3.13.0.final.0" and
// "3.14.0.candidate.2" to the version they mean.
func releaseOf(v string) string {
	parts := strings.Split(v, ".")
	if len(parts) == 5 {
		short := map[string]string{"alpha": "a", "beta": "b", "candidate": "rc"}
		release := strings.Join(parts[:3], ".")
		if letter, ok := short[parts[3]]; ok {
			return release + letter + parts[4]
		}
		return release
	}
	return v
}

// sameMinor reports whether two versions agree in their first two numbers, as
// far as both have them.
func sameMinor(a, b string) bool {
	as, bs := strings.SplitN(a, ".", 3), strings.SplitN(b, ".", 3)
	for i := range min(len(as), len(bs), 2) {
		if as[i] != bs[i] {
			return false
		}
	}
	return true
}

func readPyvenvCfg(fsys fs.FS, name string) (pyvenvCfg, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s", modeWord(info.Mode()))
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSmall))
	text, _ := decode(data)
	cfg := pyvenvCfg{}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if key, value, ok := strings.Cut(line, "="); ok {
			cfg[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
		}
	}
	return cfg, err
}
