package lockfile

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// uvLock is a uv.lock of version 1, with any revision. It lists every file
// with its URL. A file of a directory that serves as an index has a path
// below that directory instead.
//
// https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
type uvLock struct {
	Version        int64       `toml:"version"`
	RequiresPython string      `toml:"requires-python"`
	Environments   []string    `toml:"supported-markers"`
	Packages       []uvPackage `toml:"package"`
}

type uvPackage struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Markers      []string `toml:"resolution-markers"`
	Source       uvSource `toml:"source"`
	Dependencies []struct {
		Name string `toml:"name"`
	} `toml:"dependencies"`
	Sdist  *uvFile  `toml:"sdist"`
	Wheels []uvFile `toml:"wheels"`
}

// uvSource has one of its keys, and a subdirectory beside a URL.
type uvSource struct {
	Registry     string `toml:"registry"`
	Git          string `toml:"git"`
	URL          string `toml:"url"`
	Path         string `toml:"path"`
	Directory    string `toml:"directory"`
	Editable     string `toml:"editable"`
	Subdirectory string `toml:"subdirectory"`
}

type uvFile struct {
	URL        string `toml:"url"`
	Path       string `toml:"path"`
	Filename   string `toml:"filename"`
	Hash       string `toml:"hash"`
	Size       int64  `toml:"size"`
	UploadTime any    `toml:"upload-time"`
}

func looksUV(head []byte) bool {
	return hasLine(head, "version = 1") && (hasLine(head, "revision =") || hasLine(head, "requires-python ="))
}

func parseUV(p *parser) error {
	var l uvLock
	lines, err := p.decodeTOML(&l, "package")
	if err != nil {
		return err
	}
	if l.Version != 1 {
		return fmt.Errorf("%s: version: %d, and only 1 is read", p.file, l.Version)
	}
	p.lock.Version = "1"
	p.setRequiresPython(l.RequiresPython)
	p.setEnvironments(l.Environments)
	for i := range l.Packages {
		in := &l.Packages[i]
		pkg := p.entry(in.Name, in.Version, lines.of(i, len(l.Packages)))
		if pkg == nil {
			continue
		}
		p.setMarker(pkg, anyOf(in.Markers))
		names := make([]string, len(in.Dependencies))
		for i, d := range in.Dependencies {
			names[i] = d.Name
		}
		pkg.setDependencies(names)
		p.uvSource(pkg, in)
		p.add(pkg)
	}
	return nil
}

func (p *parser) uvSource(pkg *Package, in *uvPackage) {
	switch s := &in.Source; {
	case s.Registry != "":
		p.setIndex(pkg, s.Registry)
		pkg.expect(len(in.Wheels) + 1)
		for i := range in.Wheels {
			f := in.Wheels[i].file(s.Registry)
			p.list(pkg, &f, false)
		}
		if in.Sdist != nil {
			f := in.Sdist.file(s.Registry)
			p.list(pkg, &f, true)
		}
	case s.Git != "":
		p.uvGit(pkg, s.Git)
	case s.URL != "" || s.Path != "":
		f := file{url: s.URL, path: s.Path}
		if len(in.Wheels) > 0 {
			f.hashes, f.size = hashOf(in.Wheels[0].Hash), in.Wheels[0].Size
		} else if in.Sdist != nil {
			f.hashes, f.size = hashOf(in.Sdist.Hash), in.Sdist.Size
		}
		p.setArchive(pkg, &f, s.Subdirectory)
	case s.Directory != "":
		p.setDirectory(pkg, s.Directory, "", false)
	case s.Editable != "":
		p.setDirectory(pkg, s.Editable, "", true)
	}
	// Else the source is virtual: a project that is never installed.
}

func (in *uvFile) file(registry string) file {
	f := file{url: in.URL, name: in.Filename, hashes: hashOf(in.Hash), size: in.Size, uploaded: in.UploadTime}
	if in.Path != "" && !isURL(registry) {
		f.path = path.Join(strings.ReplaceAll(registry, `\`, "/"), strings.ReplaceAll(in.Path, `\`, "/"))
	}
	return f
}

// uvGit reads "URL?subdirectory=DIR&rev=REVISION#COMMIT".
func (p *parser) uvGit(pkg *Package, source string) {
	source, commit, _ := strings.Cut(source, "#")
	source, query, _ := strings.Cut(source, "?")
	values, _ := url.ParseQuery(query)
	c := provenance.Commit{System: "git", ID: commit}
	for _, key := range [...]string{"rev", "tag", "branch"} {
		if c.Requested == "" {
			c.Requested = values.Get(key)
		}
	}
	p.setVCS(pkg, source, values.Get("subdirectory"), c)
}
