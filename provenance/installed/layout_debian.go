package installed

import (
	"path"
	"strings"
)

// detectDebian recognises a prefix whose interpreter is Debian's: packages of
// the system lie in lib/python3/dist-packages whatever the version, what pip
// puts beside them in local/lib/pythonX.Y/dist-packages, which comes first.
//
// https://wiki.debian.org/Python (dist-packages)
func detectDebian(p *place) []*Environment {
	system := libraryDirs(p, "dist-packages")
	if len(system) == 0 {
		return nil
	}
	e := &Environment{}
	if local, err := readDir(p.root.FS, path.Join(p.dir, "local")); err == nil {
		for _, l := range libraryDirs(&place{root: p.root, dir: path.Join(p.dir, "local"), entries: local}, "dist-packages") {
			e.addLibrary(p.root, l)
		}
	}
	for _, l := range system {
		e.addLibrary(p.root, l)
		if v := patchlevel(p, l); v != "" {
			e.Python.Version, e.Python.Source = v, p.root.label(patchlevelPath(p, l))
		}
	}
	if !strings.Contains(e.Python.Version, ".") {
		debianVersion(e, p)
	}
	return []*Environment{e}
}

// debianVersion looks for the interpreter's library where the site directory
// says "python3" only. With several installed the version stays unknown.
func debianVersion(e *Environment, p *place) {
	entries, err := readDir(p.root.FS, path.Join(p.dir, "lib"))
	if err != nil {
		return
	}
	var found []library
	for _, entry := range entries {
		dir := path.Join(p.dir, "lib", entry.Name())
		implementation, version := pythonDirName(entry.Name())
		if implementation == "" || !strings.Contains(version, ".") {
			continue
		}
		if isDir(p.root.FS, path.Join(dir, "encodings")) || isDir(p.root.FS, path.Join(dir, "lib-dynload")) {
			found = append(found, library{path.Join(dir, "dist-packages"), implementation, version})
		}
	}
	if len(found) != 1 {
		return
	}
	e.Python.Version, e.Python.Source = found[0].version, p.root.label(path.Dir(found[0].dir))
	if v := patchlevel(p, found[0]); v != "" {
		e.Python.Version, e.Python.Source = v, p.root.label(patchlevelPath(p, found[0]))
	}
}
