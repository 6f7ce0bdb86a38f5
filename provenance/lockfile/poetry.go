package lockfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/provenance"
)

// poetryLock is a poetry.lock of version 1 or 2. It lists all files of a
// release, by name and hash, without URLs, and names an index only where that
// is not Poetry's default.
//
// https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock
type poetryLock struct {
	Packages []poetryPackage `toml:"package"`
	Metadata struct {
		LockVersion    string                  `toml:"lock-version"`
		PythonVersions string                  `toml:"python-versions"`
		Files          map[string][]poetryFile `toml:"files"` // version 1: by the name of the package
	} `toml:"metadata"`
}

type poetryPackage struct {
	Name           string         `toml:"name"`
	Version        string         `toml:"version"`
	PythonVersions string         `toml:"python-versions"`
	Groups         []string       `toml:"groups"`
	Markers        any            `toml:"markers"` // one, or one for each of some groups
	Develop        bool           `toml:"develop"`
	Dependencies   map[string]any `toml:"dependencies"`
	Files          []poetryFile   `toml:"files"`
	Source         struct {
		Type         string `toml:"type"`
		URL          string `toml:"url"`
		Reference    string `toml:"reference"`
		Resolved     string `toml:"resolved_reference"`
		Subdirectory string `toml:"subdirectory"`
	} `toml:"source"`
}

type poetryFile struct {
	File string `toml:"file"`
	URL  string `toml:"url"`
	Hash string `toml:"hash"`
}

func (f *poetryFile) file() file { return file{url: f.URL, name: f.File, hashes: hashOf(f.Hash)} }

func looksPoetry(head []byte) bool {
	return hasLine(head, "[[package]]") && hasLine(head, "python-versions =")
}

func parsePoetry(p *parser) error {
	var l poetryLock
	lines, err := p.decodeTOML(&l, "package")
	if err != nil {
		return err
	}
	switch major, _, _ := strings.Cut(l.Metadata.LockVersion, "."); major {
	case "", "1", "2":
	default:
		return fmt.Errorf("%s: metadata.lock-version: %.16s, and only 1 and 2 are read", p.file, plain(l.Metadata.LockVersion))
	}
	p.lock.Version = plain(l.Metadata.LockVersion)
	// Poetry's own operators, such as ^, say nothing to others.
	if _, err := pep440.ParseSpecifiers(l.Metadata.PythonVersions); err == nil {
		p.lock.RequiresPython = plain(l.Metadata.PythonVersions)
	}
	files := l.filesByRelease()
	for i := range l.Packages {
		in := &l.Packages[i]
		if key := release(in.Name, in.Version); in.Files == nil {
			in.Files = files[key]
			delete(files, key) // the first entry takes them
		}
		p.poetryPackage(in, lines.of(i, len(l.Packages)))
	}
	return nil
}

// filesByRelease returns the files of a lock of version 1, which has those of
// all versions of a package together.
func (l *poetryLock) filesByRelease() map[string][]poetryFile {
	files := make(map[string][]poetryFile, len(l.Metadata.Files))
	for _, name := range slices.Sorted(maps.Keys(l.Metadata.Files)) {
		for _, f := range l.Metadata.Files[name] {
			key := release(name, versionOf(f.File, provenance.NormalizeName(name)))
			files[key] = append(files[key], f)
		}
	}
	return files
}

func release(name, version string) string {
	v, _ := pep440.Parse(version)
	return provenance.NormalizeName(name) + " " + v.String()
}

func (p *parser) poetryPackage(in *poetryPackage, line int) {
	pkg := p.entry(in.Name, in.Version, line)
	if pkg == nil {
		return
	}
	pkg.RequiresPython = plain(in.PythonVersions)
	p.setMarker(pkg, in.marker())
	pkg.setDependencies(slices.Sorted(maps.Keys(in.Dependencies)))
	switch s := &in.Source; s.Type {
	case "git":
		if s.Reference == "HEAD" { // none was asked for
			s.Reference = ""
		}
		p.setVCS(pkg, s.URL, s.Subdirectory, provenance.Commit{System: "git", ID: s.Resolved, Requested: s.Reference})
	case "directory":
		p.setDirectory(pkg, s.URL, s.Subdirectory, in.Develop)
	case "url", "file":
		f := file{url: s.URL}
		if s.Type == "file" {
			f = file{path: s.URL}
		}
		if len(in.Files) == 1 {
			f.name, f.hashes = in.Files[0].File, hashOf(in.Files[0].Hash)
		}
		p.setArchive(pkg, &f, s.Subdirectory)
	default: // "legacy", or none
		p.setIndex(pkg, s.URL)
		pkg.expect(len(in.Files))
		for i := range in.Files {
			f := in.Files[i].file()
			p.list(pkg, &f, false)
		}
	}
	p.add(pkg)
}

// marker returns when the package is wanted by any of its groups.
func (in *poetryPackage) marker() string {
	switch m := in.Markers.(type) {
	case string:
		return m
	case map[string]any:
		var list []string
		for _, group := range in.Groups {
			text, _ := m[group].(string)
			if text == "" {
				return "" // this group wants it always
			}
			list = append(list, text)
		}
		return anyOf(list)
	}
	return ""
}
