package installed

import (
	"io"
	"path"
	"regexp"
	"strings"
)

// detectPrefix recognises an interpreter's prefix (sys.prefix: /usr/local, a
// pyenv version, ~/.local) by lib/pythonX.Y/site-packages, or by
// Lib/site-packages beside an interpreter. Each version is an environment of
// its own.
func detectPrefix(p *place) []*Environment {
	var envs []*Environment
	for _, l := range libraryDirs(p, "site-packages") {
		envs = addVersion(envs, p, l)
	}
	if win := windowsSite(p); win != "" && envs == nil && (p.hasFile("python.exe") || p.exact) {
		envs = append(envs, &Environment{Sites: []Site{{FS: p.root.FS, Root: p.root, Dir: win}}})
	}
	return envs
}

// addVersion adds l to the environment of its version: lib and lib64 may both
// hold a part of one.
func addVersion(envs []*Environment, p *place, l library) []*Environment {
	for _, e := range envs {
		if sameMinor(e.Python.Version, l.version) {
			e.addLibrary(p.root, l)
			return envs
		}
	}
	e := &Environment{}
	e.addLibrary(p.root, l)
	if v := patchlevel(p, l); v != "" {
		e.Python.Version, e.Python.Source = v, p.root.label(patchlevelPath(p, l))
	}
	return append(envs, e)
}

var pyVersion = regexp.MustCompile(`(?m)^#define\s+PY_VERSION\s+"([0-9][0-9A-Za-z.+]{0,30})"`)

// patchlevel returns the full version from the interpreter's C header, which
// all but the distributors' cut-down packages install.
func patchlevel(p *place, l library) string {
	f, err := p.root.FS.Open(patchlevelPath(p, l))
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	data, _ := io.ReadAll(io.LimitReader(f, maxSmall))
	if m := pyVersion.FindSubmatch(data); m != nil {
		return strings.TrimSuffix(string(m[1]), "+")
	}
	return ""
}

func patchlevelPath(p *place, l library) string {
	return path.Join(p.dir, "include", path.Base(path.Dir(l.dir)), "patchlevel.h")
}
