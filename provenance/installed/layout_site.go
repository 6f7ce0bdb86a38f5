package installed

import (
	"path"
	"strings"
)

// detectSitePackages recognises a directory that holds distributions itself:
// a bare site-packages, what pip install --target made, a Lambda layer's
// python directory. Its interpreter is unknown, but for what the path says.
func detectSitePackages(p *place) []*Environment {
	holds := false
	for _, e := range p.entries {
		if e.IsDir() && strings.HasSuffix(e.Name(), ".dist-info") && !strings.HasPrefix(e.Name(), "~") {
			holds = true
			break
		}
	}
	name := p.dir
	if name == "." {
		name = strings.ReplaceAll(p.root.Path, `\`, "/")
	}
	base := path.Base(name)
	if !holds && !(p.exact && (base == "site-packages" || base == "dist-packages")) {
		return nil
	}
	e := &Environment{Sites: []Site{{FS: p.root.FS, Root: p.root, Dir: p.dir}}}
	if base == "site-packages" || base == "dist-packages" {
		e.Python.Implementation, e.Python.Version = pythonDirName(path.Base(path.Dir(name)))
		if e.Python.Implementation != "" {
			e.Python.Source, e.Posix = path.Base(path.Dir(name))+"/"+base, true
		}
	}
	return []*Environment{e}
}
