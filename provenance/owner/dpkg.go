package owner

import (
	"iter"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

const dpkgDir = "var/lib/dpkg/"

// loadDpkg reads dpkg's database, and the one that images without dpkg
// ("distroless") have in its place.
func loadDpkg(l *loader) {
	if text, ok := l.text(dpkgDir+"status", maxRecord); ok {
		l.openSystem()
		l.dpkgLists(l.dpkgPackages(text, dpkgDir+"status", true))
	}
	loadStatusD(l)
}

// debPackage is one stanza of dpkg's database.
type debPackage struct {
	Package
	sameArch bool // Multi-Arch: same; its files are named after the architecture too
	owns     bool
}

// dpkgPackages makes the packages of a status file. With installed only those
// whose files are unpacked: dpkg remembers removed ones too.
func (l *loader) dpkgPackages(text, record string, installed bool) []*debPackage {
	var packages []*debPackage
	for text != "" && len(packages) < maxPackages {
		var s stanza
		s, text = cutStanza(text)
		if clean(s.name) == "" || installed && !isUnpacked(s.status) {
			continue
		}
		p := &debPackage{sameArch: s.multiArch == "same"}
		p.Package = Package{
			Type: "deb", Name: clean(s.name), Version: clean(s.version), Arch: clean(s.arch),
			Distro: l.release.distro(), Maintainer: clean(s.maintainer), Homepage: cleanURL(s.homepage),
			Origin: provenance.Origin{Kind: provenance.KindOSPackage}, Database: "dpkg", Record: l.path(record),
		}
		source, version, _ := strings.Cut(s.source, " ")
		p.Source, p.SourceVersion = clean(source), clean(strings.Trim(version, " ()"))
		p.PURL = systemPURL(&p.Package, l.release)
		packages = append(packages, p)
	}
	return packages
}

// stanza holds the fields of interest, as they are written.
type stanza struct {
	name, version, arch, multiArch, source, maintainer, homepage, status string
}

// cutStanza reads the first stanza of text and returns what follows it.
func cutStanza(text string) (s stanza, rest string) {
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		key, value, _ := strings.Cut(line, ":") // a continuation begins with a space, which is in no key
		value = strings.Trim(value, " \t")
		switch key {
		case "Package":
			s.name = value
		case "Version":
			s.version = value
		case "Architecture":
			s.arch = value
		case "Multi-Arch":
			s.multiArch = value
		case "Source":
			s.source = value
		case "Maintainer":
			s.maintainer = value
		case "Homepage":
			s.homepage = value
		case "Status":
			s.status = value
		}
	}
	return s, text
}

// isUnpacked reports whether a package in that state has its files in place.
// The states that it excludes are not-installed, config-files and
// half-installed.
func isUnpacked(status string) bool {
	words := strings.Fields(status)
	if len(words) != 3 {
		return false
	}
	switch words[2] {
	case "installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending":
		return true
	}
	return false
}

// dpkgLists reads the lists of the packages' files, and the digests of the
// files of those that own something wanted.
func (l *loader) dpkgLists(packages []*debPackage) {
	byName := make(map[string]*debPackage, len(packages))
	for _, p := range packages {
		name := p.Name
		if p.sameArch {
			name += ":" + p.Arch
		}
		byName[name] = p
		if _, ok := byName[p.Name]; !ok {
			byName[p.Name] = p // in a database of before multiarch
		}
	}
	diverted := l.diversions()
	for _, e := range l.list(dpkgDir + "info") {
		name, ok := strings.CutSuffix(e.Name(), ".list")
		p := byName[name]
		if !ok || p == nil {
			continue
		}
		text, _ := l.text(dpkgDir+"info/"+e.Name(), maxRecord)
		for path := range listedFiles(text) {
			p.owns = l.own(&p.Package, diverted.by(p.Name, path), "") || p.owns
		}
		if !p.owns {
			continue
		}
		l.keep(&p.Package)
		if text, ok := l.text(dpkgDir+"info/"+name+".md5sums", maxRecord); ok {
			for path, digest := range md5sums(text) {
				l.own(&p.Package, diverted.by(p.Name, "/"+path), digest)
			}
		}
	}
}

// listedFiles yields the paths of a file list but for the directories, which
// stand right before what is in them.
func listedFiles(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		line, text, _ := strings.Cut(text, "\n")
		for line != "" {
			var next string
			next, text, _ = strings.Cut(text, "\n")
			isDir := len(next) > len(line) && next[len(line)] == '/' && strings.HasPrefix(next, line)
			if !isDir && !yield(line) {
				return
			}
			line = next
		}
	}
}

// md5sums yields path and digest of the lines "DIGEST  PATH".
func md5sums(text string) iter.Seq2[string, string] {
	return func(yield func(path, digest string) bool) {
		for line := range strings.Lines(text) {
			digest, path, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
			path = strings.TrimPrefix(path, " ")
			if ok && path != "" && algorithmOf(digest) == "md5" && !yield(path, digest) {
				return
			}
		}
	}
}

// diversions are paths that dpkg moves out of the way: the file of any
// package but one is somewhere else.
type diversions map[string]diversion

type diversion struct{ to, keeper string }

// diversions reads triples of lines: the path, where it is moved to, and the
// package that has it, ":" where that is the administrator.
func (l *loader) diversions() diversions {
	text, _ := l.text(dpkgDir+"diversions", maxSmall)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	d := diversions{}
	for i := 0; i+2 < len(lines); i += 3 {
		d[lines[i]] = diversion{lines[i+1], lines[i+2]}
	}
	return d
}

// by returns where the file that a package has at path is.
func (d diversions) by(name, path string) string {
	if len(d) == 0 {
		return path
	}
	if to, ok := d[path]; ok && to.keeper != name {
		return to.to
	}
	return path
}

// loadStatusD reads status.d: one stanza per file, the list of files and
// digests beside it in NAME.md5sums.
func loadStatusD(l *loader) {
	const dir = dpkgDir + "status.d/"
	for _, e := range l.list(strings.TrimSuffix(dir, "/")) {
		name := e.Name()
		if strings.HasSuffix(name, ".md5sums") || e.IsDir() {
			continue
		}
		text, ok := l.text(dir+name, maxRecord)
		if !ok {
			continue
		}
		l.openSystem()
		for _, p := range l.dpkgPackages(text, dir+name, false) {
			sums, _ := l.text(dir+name+".md5sums", maxRecord)
			for path, digest := range md5sums(sums) {
				p.owns = l.own(&p.Package, path, digest) || p.owns
			}
			if p.owns {
				l.keep(&p.Package)
			}
		}
	}
}
