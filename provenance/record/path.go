package record

import (
	"io/fs"
	"path"
	"strings"

	"github.com/pysbom/pysbom/provenance/installed"
)

// Resolve returns where the path p of a RECORD in site leads, as a name inside
// site.FS, or false when that is outside of it.
//
// A relative path starts from the site directory. An absolute one has to be
// below the root's own path, or, where the tree is a root file system, counts
// from its top. In the Windows layout `\` separates too. The tree is asked in
// two cases only: for an absolute path that is not below the root's, and for
// one that pip wrote before it moved what --target wants elsewhere.
func Resolve(site *installed.Site, p string) (name string, ok bool) {
	return placeOf(site).resolve(p, nil)
}

// place is where the paths of a RECORD start from.
type place struct {
	fsys    fs.FS
	dir     string
	top     string // path of the tree's top on its host, slash-separated; "" for a root file system
	windows bool   // paths may hold `\` and drives, and do not distinguish case
	target  bool   // not a site-packages: maybe made by pip install --target
}

func placeOf(site *installed.Site) *place {
	p := &place{fsys: site.FS, dir: path.Clean(site.Dir)}
	if site.Root != nil {
		p.top = strings.TrimRight(strings.ReplaceAll(site.Root.Path, `\`, "/"), "/")
	}
	full := path.Join(p.top, p.dir)
	base, parent := path.Base(full), path.Base(path.Dir(full))
	p.windows = hasDrive(p.top) || strings.EqualFold(base, "site-packages") && strings.EqualFold(parent, "lib")
	p.target = base != "dist-packages" && !strings.EqualFold(base, "site-packages")
	return p
}

func hasDrive(p string) bool {
	return len(p) >= 2 && p[1] == ':' && (p[0]|0x20) >= 'a' && (p[0]|0x20) <= 'z'
}

// resolve is Resolve. names, if not nil, holds the bytes of the result.
func (p *place) resolve(name string, names *arena) (string, bool) {
	if p.windows {
		name = strings.ReplaceAll(name, `\`, "/")
		if hasDrive(name) && len(name) > 2 && name[2] == '/' {
			return p.absolute(name)
		}
		if strings.Contains(name, ":") {
			return "", false // a drive's own directory, or a stream of a file
		}
	}
	switch {
	case strings.HasPrefix(name, "/"):
		return p.absolute(name)
	case !fs.ValidPath(name) || name == ".": // or "..", or an empty part
		return p.relative(name)
	case p.dir == ".":
		return name, true
	case names != nil:
		return names.join(p.dir, name), true
	}
	return p.dir + "/" + name, true
}

func (p *place) relative(name string) (string, bool) {
	full := path.Join(p.dir, name)
	ok := fs.ValidPath(full)
	if inner, two := strings.CutPrefix(name, "../../"); p.target && two && (!ok || !p.exists(full)) {
		if inner = path.Join(p.dir, inner); fs.ValidPath(inner) && p.exists(inner) {
			return inner, true
		}
	}
	if !ok {
		return "", false
	}
	return full, true
}

func (p *place) absolute(name string) (string, bool) {
	name = path.Clean(name)
	if p.top == "" {
		return p.fromTop(name)
	}
	if len(name) > len(p.top) && name[len(p.top)] == '/' && p.same(name[:len(p.top)], p.top) {
		return p.fromTop(name[len(p.top):])
	}
	if inside, ok := p.fromTop(name); ok && p.exists(inside) {
		return inside, true
	}
	return "", false
}

// fromTop takes a path that begins with a slash for one below the tree's top.
func (p *place) fromTop(name string) (string, bool) {
	name = strings.TrimLeft(name, "/")
	if name == "" || !fs.ValidPath(name) || p.windows && strings.Contains(name, ":") {
		return "", false
	}
	return name, true
}

func (p *place) same(a, b string) bool {
	return a == b || p.windows && strings.EqualFold(a, b)
}

func (p *place) exists(name string) bool {
	_, err := fs.Stat(p.fsys, name)
	return err == nil
}

// inSite returns the path of name relative to the site directory, or false.
func (p *place) inSite(name string) (string, bool) {
	if p.dir == "." {
		return name, name != ""
	}
	rest, ok := strings.CutPrefix(name, p.dir)
	if !ok || !strings.HasPrefix(rest, "/") {
		return "", false
	}
	return rest[1:], true
}

// key returns name as files are told apart by.
func (p *place) key(name string) string {
	if p.windows {
		return strings.ToLower(name)
	}
	return name
}
