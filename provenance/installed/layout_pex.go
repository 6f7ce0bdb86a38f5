package installed

import "path"

// detectPex recognises the content of a pex: each distribution lies in a
// directory of its own below .deps, and all of those are on the path.
//
// https://docs.pex-tool.org/
func detectPex(p *place) []*Environment {
	if !p.hasFile("PEX-INFO") || !p.hasDir(".deps") {
		return nil
	}
	deps, err := readDir(p.root.FS, path.Join(p.dir, ".deps"))
	if err != nil {
		return nil
	}
	e := &Environment{}
	for _, d := range deps {
		if d.IsDir() {
			e.Sites = append(e.Sites, Site{FS: p.root.FS, Root: p.root, Dir: path.Join(p.dir, ".deps", d.Name())})
		}
	}
	return []*Environment{e}
}
