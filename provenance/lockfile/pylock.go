package lockfile

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// pylock is a pylock.toml, the standard format. pip lock, uv export and pdm
// export write it. What it forbids is a Warning here, and what remains is
// used.
//
// https://packaging.python.org/en/latest/specifications/pylock-toml/
type pylock struct {
	LockVersion    string          `toml:"lock-version"`
	CreatedBy      string          `toml:"created-by"`
	RequiresPython string          `toml:"requires-python"`
	Environments   []string        `toml:"environments"`
	Packages       []pylockPackage `toml:"packages"`
}

type pylockPackage struct {
	Name           string `toml:"name"`
	Version        string `toml:"version"`
	Marker         string `toml:"marker"`
	RequiresPython string `toml:"requires-python"`
	Index          string `toml:"index"`
	Dependencies   []struct {
		Name string `toml:"name"`
	} `toml:"dependencies"`
	VCS       *pylockVCS       `toml:"vcs"`
	Directory *pylockDirectory `toml:"directory"`
	Archive   *pylockFile      `toml:"archive"`
	Sdist     *pylockFile      `toml:"sdist"`
	Wheels    []pylockFile     `toml:"wheels"`
}

type pylockVCS struct {
	Type         string `toml:"type"`
	URL          string `toml:"url"`
	Path         string `toml:"path"`
	Requested    string `toml:"requested-revision"`
	CommitID     string `toml:"commit-id"`
	Subdirectory string `toml:"subdirectory"`
}

type pylockDirectory struct {
	Path         string `toml:"path"`
	Editable     bool   `toml:"editable"`
	Subdirectory string `toml:"subdirectory"`
}

type pylockFile struct {
	Name         string            `toml:"name"`
	URL          string            `toml:"url"`
	Path         string            `toml:"path"`
	Size         int64             `toml:"size"`
	UploadTime   any               `toml:"upload-time"`
	Hashes       provenance.Hashes `toml:"hashes"`
	Subdirectory string            `toml:"subdirectory"` // of an archive
}

// pylockName follows the specification's expression.
var pylockName = regexp.MustCompile(`^pylock\.([^.]+\.)?toml$`)

func isPylockName(base string) bool { return pylockName.MatchString(base) }

func looksPylock(head []byte) bool {
	return hasLine(head, "lock-version =") && (hasLine(head, "created-by =") || hasLine(head, "[[packages]]"))
}

// hasLine reports whether a line of head begins with prefix.
func hasLine(head []byte, prefix string) bool {
	return bytes.HasPrefix(head, []byte(prefix)) || bytes.Contains(head, []byte("\n"+prefix))
}

func parsePylock(p *parser) error {
	var l pylock
	lines, err := p.decodeTOML(&l, "packages")
	if err != nil {
		return err
	}
	version, err := pep440.Parse(l.LockVersion)
	major := strings.Join(version.Release(), ".") + "."
	switch {
	case l.LockVersion == "":
		return fmt.Errorf("%s: lock-version: missing", p.file)
	case err != nil || !strings.HasPrefix(major, "1."):
		return fmt.Errorf("%s: lock-version: %.16s, and only 1.0 is read", p.file, plain(l.LockVersion))
	case version.String() != "1.0" && version.String() != "1":
		p.warn(0, CodeVersion, "lock-version: %.16s, read as 1.0", version)
	}
	p.lock.Version = version.String()
	if l.CreatedBy == "" {
		p.warn(0, CodeInvalid, "created-by: missing")
	}
	if l.Packages == nil {
		p.warn(0, CodeInvalid, "packages: missing")
	}
	p.setRequiresPython(l.RequiresPython)
	p.setEnvironments(l.Environments)
	for i := range l.Packages {
		p.pylockPackage(&l.Packages[i], lines.of(i, len(l.Packages)))
	}
	return nil
}

func (p *parser) pylockPackage(in *pylockPackage, line int) {
	pkg := p.entry(in.Name, in.Version, line)
	if pkg == nil {
		return
	}
	if pkg.Name != in.Name {
		p.warn(line, CodeInvalid, "%s: the name is not normalised", pkg.Name)
	}
	if _, err := pep440.Parse(in.Version); err != nil && in.Version != "" {
		p.warn(line, CodeInvalid, "%s: the version is not of PEP 440's form", pkg.Name)
	}
	pkg.RequiresPython = p.specifiers(in.RequiresPython, line)
	p.setMarker(pkg, in.Marker)
	p.setIndex(pkg, in.Index)
	names := make([]string, len(in.Dependencies))
	for i, d := range in.Dependencies {
		names[i] = d.Name
	}
	pkg.setDependencies(names)
	p.pylockSource(pkg, in)
	p.add(pkg)
}

// pylockSource notes the one source that a package must have. Of several, which
// contradict each other, none is used.
func (p *parser) pylockSource(pkg *Package, in *pylockPackage) {
	sources := 0
	for _, has := range [...]bool{in.VCS != nil, in.Directory != nil, in.Archive != nil, in.Sdist != nil || len(in.Wheels) > 0} {
		if has {
			sources++
		}
	}
	switch {
	case sources != 1:
		p.warn(pkg.Line, CodeInvalid, "%s: %d sources instead of one", pkg.Name, sources)
	case in.VCS != nil:
		v := in.VCS
		p.require(pkg, "vcs", "type", v.Type)
		p.require(pkg, "vcs", "commit-id", v.CommitID)
		p.require(pkg, "vcs", "url", v.URL+v.Path)
		f := file{url: v.URL, path: v.Path}
		p.setVCS(pkg, f.location(), v.Subdirectory, provenance.Commit{System: v.Type, ID: v.CommitID, Requested: v.Requested})
	case in.Directory != nil:
		p.require(pkg, "directory", "path", in.Directory.Path)
		p.setDirectory(pkg, in.Directory.Path, in.Directory.Subdirectory, in.Directory.Editable)
	case in.Archive != nil:
		f := p.pylockFile(pkg, in.Archive, "archive")
		p.setArchive(pkg, &f, in.Archive.Subdirectory)
	default:
		pkg.expect(len(in.Wheels) + 1)
		for i := range in.Wheels {
			f := p.pylockFile(pkg, &in.Wheels[i], "wheels")
			p.list(pkg, &f, false)
		}
		if in.Sdist != nil {
			f := p.pylockFile(pkg, in.Sdist, "sdist")
			p.list(pkg, &f, true)
		}
		p.checkNames(pkg)
	}
}

func (p *parser) require(pkg *Package, table, key, value string) {
	if value == "" {
		p.warn(pkg.Line, CodeInvalid, "%s: %s.%s: missing", pkg.Name, table, key)
	}
}

func (p *parser) pylockFile(pkg *Package, in *pylockFile, table string) file {
	if len(in.Hashes) == 0 {
		p.warn(pkg.Line, CodeHash, "%s: %s.hashes: missing", pkg.Name, table)
	}
	p.require(pkg, table, "url", in.URL+in.Path)
	if _, isText := in.UploadTime.(string); in.UploadTime != nil && (isText || uploadTime(in.UploadTime).IsZero()) {
		p.warn(pkg.Line, CodeInvalid, "%s: %s.upload-time: not a time of TOML's", pkg.Name, table)
		in.UploadTime = nil
	}
	f := file{url: in.URL, path: in.Path, name: in.Name, hashes: in.Hashes, size: in.Size, uploaded: in.UploadTime}
	if f.name == "" { // the path names the file, before the URL
		f.name = baseName(f.path)
	}
	return f
}

// checkNames warns of files whose names say that they are not the package's.
func (p *parser) checkNames(pkg *Package) {
	for i := range pkg.Artifacts {
		a := &pkg.Artifacts[i]
		version := versionOf(a.Filename, pkg.Name)
		_, isWheel := ParseWheelName(a.Filename)
		if version == "" || isWheel == a.Sdist || pkg.Version != "" && !sameVersion(version, pkg.Version) {
			p.warn(pkg.Line, CodeInvalid, "%s: a file whose name is not that of this package and version", pkg.Name)
		}
	}
}

// specifiers returns s if PEP 440 allows it.
func (p *parser) specifiers(s string, line int) string {
	if _, err := pep440.ParseSpecifiers(s); err != nil {
		p.warn(line, CodeInvalid, "requires-python: not of PEP 440's form")
		return ""
	}
	return plain(s)
}

func (p *parser) setRequiresPython(s string) { p.lock.RequiresPython = p.specifiers(s, 0) }

// setEnvironments notes the markers of which one must hold. One that cannot be
// read leaves open whether it does.
func (p *parser) setEnvironments(markers []string) {
	list := make([]*pep508.Marker, 0, len(markers))
	for _, text := range markers {
		m, err := pep508.ParseMarker(text)
		if err != nil {
			p.warn(0, CodeInvalid, "environments: a marker that is not of PEP 508's form")
			return
		}
		p.lock.Environments = append(p.lock.Environments, printable(m.String()))
		list = append(list, m)
	}
	p.lock.environments = list
}
