package lockfile

import (
	"fmt"
	"strings"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// pdmLock is a pdm.lock of version 4 or before. With the strategy static_urls
// it lists the URLs of files, otherwise their names. It never names an index.
// A package that is wanted with extras has an entry for them beside its own,
// with the same files.
//
// https://pdm-project.org/latest/usage/lockfile/
type pdmLock struct {
	Packages []pdmPackage `toml:"package"`
	Metadata struct {
		LockVersion string `toml:"lock_version"`
		Targets     []struct {
			RequiresPython string `toml:"requires_python"`
		} `toml:"targets"`
		Files map[string][]pdmFile `toml:"files"` // before 4.3: by "name version"
	} `toml:"metadata"`
}

type pdmPackage struct {
	Name           string    `toml:"name"`
	Version        string    `toml:"version"`
	RequiresPython string    `toml:"requires_python"`
	Marker         string    `toml:"marker"`
	Dependencies   []string  `toml:"dependencies"`
	Files          []pdmFile `toml:"files"`
	URL            string    `toml:"url"`
	Path           string    `toml:"path"`
	Git            string    `toml:"git"`
	Ref            string    `toml:"ref"`
	Revision       string    `toml:"revision"`
	Subdirectory   string    `toml:"subdirectory"`
	Editable       bool      `toml:"editable"`
}

type pdmFile struct {
	File string `toml:"file"`
	URL  string `toml:"url"`
	Hash string `toml:"hash"`
}

func looksPDM(head []byte) bool {
	return hasLine(head, "lock_version =") && hasLine(head, "content_hash =")
}

func parsePDM(p *parser) error {
	var l pdmLock
	lines, err := p.decodeTOML(&l, "package")
	if err != nil {
		return err
	}
	switch major, _, _ := strings.Cut(l.Metadata.LockVersion, "."); major {
	case "", "2", "3", "4":
	default:
		return fmt.Errorf("%s: metadata.lock_version: %.16s, and only 4 is read", p.file, plain(l.Metadata.LockVersion))
	}
	p.lock.Version = plain(l.Metadata.LockVersion)
	if targets := l.Metadata.Targets; len(targets) == 1 {
		p.setRequiresPython(targets[0].RequiresPython)
	}
	for i := range l.Packages {
		in := &l.Packages[i]
		if key := in.Name + " " + in.Version; in.Files == nil {
			in.Files = l.Metadata.Files[key]
			delete(l.Metadata.Files, key) // the first entry takes them
		}
		p.pdmPackage(in, lines.of(i, len(l.Packages)))
	}
	return nil
}

func (p *parser) pdmPackage(in *pdmPackage, line int) {
	pkg := p.entry(in.Name, in.Version, line)
	if pkg == nil {
		return
	}
	if _, err := pep440.ParseSpecifiers(in.RequiresPython); err == nil {
		pkg.RequiresPython = plain(in.RequiresPython)
	}
	p.setMarker(pkg, in.Marker)
	var names []string
	for _, d := range in.Dependencies {
		if r, err := pep508.Parse(d); err == nil {
			names = append(names, r.Name)
		}
	}
	pkg.setDependencies(names)
	switch {
	case in.Git != "":
		p.setVCS(pkg, in.Git, in.Subdirectory, provenance.Commit{System: "git", ID: in.Revision, Requested: in.Ref})
	case in.URL != "" || isArchiveName(in.Path):
		f := file{url: in.URL, path: in.Path}
		if len(in.Files) == 1 {
			f.name, f.hashes = in.Files[0].File, hashOf(in.Files[0].Hash)
		}
		p.setArchive(pkg, &f, in.Subdirectory)
	case in.Path != "":
		p.setDirectory(pkg, in.Path, in.Subdirectory, in.Editable)
	default:
		pkg.expect(len(in.Files))
		for _, in := range in.Files {
			p.list(pkg, &file{url: in.URL, name: in.File, hashes: hashOf(in.Hash)}, false)
		}
	}
	p.add(pkg)
}

// isArchiveName reports whether a path is that of a wheel or an sdist.
func isArchiveName(path string) bool {
	name := baseName(path)
	return IsSdist(name) || strings.HasSuffix(strings.ToLower(name), ".whl")
}
