package lockfile

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/pysbom/pysbom/provenance"
)

// file is what the formats say of one file, each a part of it.
type file struct {
	url, path, name string            // as written
	hashes          provenance.Hashes // by algorithm, as written
	size            int64
	uploaded        any // a string, or a time of TOML's
}

// hashOf reads "sha256:…".
func hashOf(s string) provenance.Hashes {
	name, digest, ok := strings.Cut(s, ":")
	if !ok {
		return nil
	}
	return provenance.Hashes{name: digest}
}

// location is the URL of a file, or of its path.
func (f *file) location() string {
	if f.url == "" && f.path != "" {
		return pathURL(f.path)
	}
	return f.url
}

// filename is the name that a lock gives to a file, else that of a relative
// path; "" where a URL has it.
func (f *file) filename() string {
	name := f.name
	if name == "" {
		name = f.location()
	}
	if name == "" || f.name == "" && isURL(name) {
		return ""
	}
	if name = baseName(name); name == "." || name == ".." {
		return ""
	}
	if !strings.ContainsAny(name, "%@?#;") {
		return plain(name)
	}
	clean, _ := provenance.CleanURL("/" + name)
	return provenance.URLFilename(clean)
}

// origin makes a file an Origin by the rules for an archive of PEP 610, which
// clean the URL and leave out digests that can be none.
func (p *parser) origin(pkg *Package, f *file, subdirectory string) provenance.Origin {
	location := f.location()
	d := provenance.DirectURL{URL: location, ArchiveInfo: &provenance.ArchiveInfo{Hashes: f.hashes}, Subdirectory: subdirectory}
	o := d.Origin()
	a := &o.Artifact
	if name := f.filename(); name != "" {
		a.Filename, o.BuiltLocally = name, IsSdist(name)
	}
	a.Size, a.UploadTime = max(f.size, 0), uploadTime(f.uploaded)
	if len(a.Hashes) == 0 && len(f.hashes) > 0 {
		p.warn(pkg.Line, CodeHash, "%s: not a digest that Python's hashlib makes", pkg.Name)
	}
	pkg.clean(location, a.URL)
	return o
}

// expect makes room for n files.
func (pkg *Package) expect(n int) { pkg.Artifacts = slices.Grow(pkg.Artifacts, n) }

// list adds a file that the entry may be installed from.
func (p *parser) list(pkg *Package, f *file, sdist bool) {
	o := p.origin(pkg, f, "")
	o.Artifact.Index = pkg.Index
	if o.Artifact.URL == "" && o.Artifact.Filename == "" && len(o.Artifact.Hashes) == 0 {
		return
	}
	pkg.Artifacts = append(pkg.Artifacts, Artifact{o.Artifact, sdist || o.BuiltLocally})
}

// setArchive, setVCS and setDirectory note where an entry comes from that is a
// direct reference.
func (p *parser) setArchive(pkg *Package, f *file, subdirectory string) {
	pkg.Direct = p.origin(pkg, f, subdirectory)
	pkg.Direct.Kind = provenance.KindArchive
	if pkg.Version == "" {
		pkg.Version = versionOf(pkg.Direct.Artifact.Filename, pkg.Name)
	}
}

func (p *parser) setVCS(pkg *Package, raw, subdirectory string, c provenance.Commit) {
	d := provenance.DirectURL{
		URL:          raw,
		VCSInfo:      &provenance.VCSInfo{VCS: c.System, CommitID: c.ID, RequestedRevision: c.Requested},
		Subdirectory: subdirectory,
	}
	pkg.Direct = d.Origin()
	pkg.clean(raw, pkg.Direct.Artifact.URL)
	if c.ID != "" && pkg.Direct.Commit.ID == "" {
		p.warn(pkg.Line, CodeInvalid, "%s: not a commit of its system", pkg.Name)
	}
}

func (p *parser) setDirectory(pkg *Package, path, subdirectory string, editable bool) {
	raw := pathURL(path)
	d := provenance.DirectURL{URL: raw, DirInfo: &provenance.DirInfo{Editable: editable}, Subdirectory: subdirectory}
	pkg.Direct = d.Origin()
	pkg.clean(raw, pkg.Direct.Artifact.URL)
}

// clean notes whether more was removed from a URL than the user "git", which
// tells nothing.
func (pkg *Package) clean(raw, clean string) {
	if raw == clean || pkg.CredentialsRemoved {
		return
	}
	_, removed := provenance.CleanURL(raw)
	if removed && !strings.HasPrefix(raw, "git+") {
		_, removed = provenance.CleanURL("git+" + strings.TrimSpace(raw))
	}
	pkg.CredentialsRemoved = removed
}

type cleaned struct {
	url     string
	removed bool
}

// setIndex notes the index of an entry. A lock names few, many times.
func (p *parser) setIndex(pkg *Package, raw string) {
	c, ok := p.indexes[raw]
	if !ok {
		c.url, c.removed = provenance.CleanURL(pathURL(strings.TrimSpace(raw)))
		if p.indexes == nil {
			p.indexes = make(map[string]cleaned)
		}
		p.indexes[raw] = c
	}
	pkg.Index = c.url
	pkg.CredentialsRemoved = pkg.CredentialsRemoved || c.removed
}

// pathURL returns a file URL for an absolute path, of either system's form,
// and a relative reference for a relative one: a lock does not know where it
// lies. What begins with a variable, "${ROOT}/x", stays as it is.
func pathURL(path string) string {
	if isURL(path) || strings.HasPrefix(path, "${") {
		return path
	}
	path = strings.ReplaceAll(path, `\`, "/")
	if len(path) > 2 && path[1] == ':' && path[2] == '/' {
		path = "/" + path
	}
	u := url.URL{Path: path}
	if strings.HasPrefix(path, "/") {
		return "file://" + u.EscapedPath()
	}
	return u.String()
}

// isURL reports whether s begins with a scheme. One letter is a drive.
func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	if !ok || len(scheme) < 2 {
		return false
	}
	for i := range len(scheme) {
		switch c := scheme[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return true
}

// uploadTime reads a time as TOML and uv write it. It returns the zero time for
// anything else.
func uploadTime(v any) time.Time {
	switch v := v.(type) {
	case time.Time:
		return v.UTC()
	case toml.LocalDateTime:
		return v.AsTime(time.UTC)
	case string:
		t, _ := time.Parse(time.RFC3339, v)
		return t.UTC()
	}
	return time.Time{}
}
