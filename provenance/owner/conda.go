package owner

import (
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// loadConda reads the records that conda, mamba and pixi keep of each package
// in a prefix.
func loadConda(l *loader) {
	const dir = "conda-meta"
	for _, e := range l.list(dir) {
		if !strings.HasSuffix(e.Name(), ".json") || e.IsDir() {
			continue
		}
		name := dir + "/" + e.Name()
		text, ok := l.text(name, maxRecord)
		if !ok {
			continue
		}
		r, ok := parseConda(text)
		if !ok {
			l.problem(CodeDatabase, name, "not a record of a conda package")
			continue
		}
		p := r.pkg()
		p.Record = l.path(name)
		l.keep(p)
		for _, f := range r.files {
			l.own(p, f, "")
		}
		for _, f := range r.installed() {
			if name, ok := l.wanted(f.path); ok && (len(r.files) == 0 || l.owners.files[name].owner == p) {
				l.put(p, name, f.digest)
			}
		}
	}
}

// condaRecord holds what is of interest of one record, as it is written.
type condaRecord struct {
	name, version, build, channel, subdir string
	url, fn, sha256, md5                  string
	size                                  int64
	licence, spec                         string
	specs                                 []string
	files                                 []string    // as they are installed
	paths                                 []condaFile // as they are in the package
}

type condaFile struct{ path, digest string }

// parseConda returns false where text is no JSON object with a name. What has
// an unexpected type counts as absent.
func parseConda(text string) (r condaRecord, ok bool) {
	s := scanner{text: strings.TrimPrefix(text, "\ufeff")}
	fields := map[string]*string{
		"name": &r.name, "version": &r.version, "build": &r.build, "channel": &r.channel, "subdir": &r.subdir,
		"url": &r.url, "fn": &r.fn, "sha256": &r.sha256, "md5": &r.md5, "license": &r.licence, "requested_spec": &r.spec,
	}
	if s.peek() != '{' {
		return r, false
	}
	s.object(func(key string) {
		switch key {
		case "size":
			r.size = s.number()
		case "files":
			s.array(func() { r.files = append(r.files, s.str()); s.limit(len(r.files)) })
		case "paths_data":
			r.pathsData(&s)
		case "requested_specs": // what newer versions write, beside or in place of requested_spec
			s.array(func() { r.specs = append(r.specs, s.str()); s.limit(len(r.specs)) })
		default:
			if field := fields[key]; field != nil {
				*field = s.str()
			} else {
				s.skip()
			}
		}
	})
	return r, !s.bad && s.peek() == 0 && clean(r.name) != ""
}

// pathsData reads the files with their digests. Where conda wrote the prefix
// into a file the digest of the result counts.
func (r *condaRecord) pathsData(s *scanner) {
	s.object(func(key string) {
		if key != "paths" {
			s.skip()
			return
		}
		s.array(func() {
			s.limit(len(r.paths))
			var name, kind, packaged, inPrefix string
			s.object(func(key string) {
				switch key {
				case "_path":
					name = s.str()
				case "path_type":
					kind = s.str()
				case "sha256":
					packaged = s.str()
				case "sha256_in_prefix":
					inPrefix = s.str()
				default:
					s.skip()
				}
			})
			switch {
			case kind == "directory":
			case kind == "softlink":
				r.paths = append(r.paths, condaFile{path: name})
			case inPrefix != "":
				r.paths = append(r.paths, condaFile{name, inPrefix})
			default:
				r.paths = append(r.paths, condaFile{name, packaged})
			}
		})
	})
}

// installed returns paths with their places in the prefix. Packages of any
// Python and platform ("noarch") have "site-packages/x" where the prefix has
// "lib/python3.12/site-packages/x", and scripts that are written at install time.
func (r *condaRecord) installed() []condaFile {
	const site, scripts = "site-packages/", "python-scripts/"
	var above string // what stands before site
	for _, f := range r.files {
		if i := strings.Index(f, "/"+site); i >= 0 {
			above = f[:i+1]
			break
		}
	}
	var placed []condaFile
	for _, f := range r.paths {
		if strings.HasPrefix(f.path, site) {
			f.path = above + f.path
		}
		if !strings.HasPrefix(f.path, scripts) {
			placed = append(placed, f)
		}
	}
	return placed
}

// pkg returns the package that r describes.
func (r *condaRecord) pkg() *Package {
	p := &Package{
		Type: "conda", Name: clean(r.name), Version: clean(r.version), Build: clean(r.build), Arch: clean(r.subdir),
		Licence: clean(r.licence), Requested: clean(strings.Join(r.specs, ", ")), Database: "conda-meta",
	}
	if p.Requested == "" && r.spec != "None" { // what conda writes for no specification
		p.Requested = clean(r.spec)
	}
	p.Origin = provenance.Origin{Kind: provenance.KindConda}
	a := &p.Origin.Artifact
	a.URL, p.CredentialsRemoved = condaURL(r.url, p.Arch)
	a.Size = r.size
	a.Filename = provenance.URLFilename(a.URL)
	if fn := clean(r.fn); a.Filename == "" && !strings.ContainsAny(fn, `/\`) {
		a.Filename = fn
	}
	for name, digest := range map[string]string{"sha256": r.sha256, "md5": r.md5} {
		if algorithmOf(strings.ToLower(digest)) == name {
			if a.Hashes == nil {
				a.Hashes = provenance.Hashes{}
			}
			a.Hashes[name] = strings.ToLower(digest)
		}
	}
	p.channel(r.channel)
	p.PURL = purl("conda", "", strings.ToLower(p.Name), p.Version, qualifier{"build", p.Build},
		qualifier{"channel", p.Channel}, qualifier{"subdir", p.Arch}, qualifier{"type", condaType(a.Filename)})
	return p
}

// channel settles the index and its name: by the URL of the package, which is
// INDEX/SUBDIR/FILE, else by what the record has as channel. That is the URL of
// INDEX or of INDEX/SUBDIR, or a name.
func (p *Package) channel(recorded string) {
	index, _ := condaURL(recorded, p.Arch)
	if p.Origin.Artifact.URL != "" {
		index = strings.TrimSuffix(p.Origin.Artifact.URL, "/"+lastSegment(p.Origin.Artifact.URL))
	}
	index = strings.TrimRight(index, "/")
	if p.Arch != "" {
		index = strings.TrimSuffix(index, "/"+p.Arch)
	}
	path := index
	if _, rest, ok := strings.Cut(index, "://"); ok {
		p.Origin.Artifact.Index = index
		_, path, _ = strings.Cut(rest, "/")
	}
	p.Channel = lastSegment(path)
	if channel, label, ok := strings.Cut(path, "/label/"); ok {
		p.Channel = lastSegment(channel) + "/label/" + label
	}
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// condaURL is [provenance.CleanURL] for the URLs of conda's channels, which may
// have a token in the path: HOST/t/TOKEN/CHANNEL/SUBDIR/FILE.
func condaURL(raw, subdir string) (url string, removed bool) {
	url, removed = provenance.CleanURL(raw)
	segments := strings.Split(url, "/")
	for i := 3; i+1 < len(segments); i++ {
		if segments[i] == "t" && segments[i+1] != subdir && strings.Contains(url, "://") {
			return strings.Join(append(segments[:i:i], segments[i+2:]...), "/"), true
		}
	}
	return url, removed
}

// condaType returns the value of a purl's type qualifier.
func condaType(filename string) string {
	for _, t := range []string{"conda", "tar.bz2"} {
		if strings.HasSuffix(filename, "."+t) {
			return t
		}
	}
	return ""
}
