// Package owner says which package of conda or of the operating system owns a
// file: what dpkg -S, rpm -qf, apk info --who-owns and conda's own records
// tell, read from their databases without running them.
//
// [Load] reads the databases below one directory, [Owners.Of] asks for one
// path, [Owners.Decide] for one Python distribution: whether a package brought
// it, or an installer wrote over one, or it has nothing to do with any.
//
// Where the databases are:
//
//   - conda: conda-meta/*.json of a prefix
//     (https://docs.conda.io/projects/conda/en/stable/dev-guide/deep-dives/install.html)
//   - dpkg: var/lib/dpkg, and status.d of images without a package manager
//     (https://manpages.debian.org/stable/dpkg-dev/deb822.5.html)
//   - apk: lib/apk/db/installed (https://wiki.alpinelinux.org/wiki/Apk_spec)
//   - rpm: usr/lib/sysimage/rpm or var/lib/rpm, in any of its three forms:
//     SQLite, ndb, and a hash of Berkeley DB
//     (https://rpm-software-management.github.io/rpm/manual/format_header.html)
//
// A directory without any of them costs a handful of look-ups that find
// nothing.
package owner

import (
	"io/fs"
	"path"
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
)

// Package is one package of conda or of the operating system. An empty field
// is one that its record does not have. All text is valid UTF-8 without
// control characters, and URLs are without credentials.
type Package struct {
	Type          string            `json:"type"`              // of its purl: "conda", "deb", "apk", "rpm"
	Name          string            `json:"name"`              // as the package manager spells it
	Version       string            `json:"version,omitempty"` // with revision or release; with the epoch for deb, without for rpm
	Epoch         string            `json:"epoch,omitempty"`   // rpm only
	Arch          string            `json:"arch,omitempty"`    // "amd64", "noarch"; of conda the subdir ("linux-64")
	Distro        string            `json:"distro,omitempty"`  // "debian-12", from os-release; not of conda
	Build         string            `json:"build,omitempty"`   // conda only
	Channel       string            `json:"channel,omitempty"` // conda only: its name
	Source        string            `json:"source,omitempty"`  // name of the source package where the record gives one
	SourceVersion string            `json:"sourceVersion,omitempty"`
	Maintainer    string            `json:"maintainer,omitempty"` // deb and apk: Maintainer; rpm: Packager
	Vendor        string            `json:"vendor,omitempty"`     // rpm only
	Homepage      string            `json:"homepage,omitempty"`
	Licence       string            `json:"licence,omitempty"`   // as declared, in whatever syntax
	Requested     string            `json:"requested,omitempty"` // conda only: what the user asked for
	Origin        provenance.Origin `json:"origin"`

	CredentialsRemoved bool   `json:"credentialsRemoved,omitempty"` // from the URL of Origin
	PURL               string `json:"purl,omitempty"`               // "" where its namespace, the distribution's ID, is unknown
	Database           string `json:"database"`                     // "conda-meta", "dpkg", "apk", "rpm"
	Record             string `json:"record,omitempty"`             // the file that says all this
}

// Evidence returns what the package claims about the origin of a Python
// distribution that it owns. Name and Version are left to the caller.
func (p *Package) Evidence() provenance.Evidence {
	return provenance.Evidence{Origin: p.Origin, Class: provenance.Recorded, Source: p.Database, File: p.Record,
		CredentialsRemoved: p.CredentialsRemoved}
}

// Owners knows the owners of paths. The zero Owners, and a nil one, know
// none. It does not change once it is loaded.
type Owners struct {
	dir      string
	packages []*Package
	files    map[string]file   // by path below dir, links of the top resolved
	merged   map[string]string // "lib" -> "usr/lib", where lib is such a link
}

// file is one owned path. digest is of its content, in lower-case hexadecimal
// digits, and tells the algorithm by its length, or by the word before a colon;
// "" where the database has none.
type file struct {
	owner  *Package
	digest string
}

// Codes of problems that arise here; the others are those of package
// installed. They are part of every output and do not change.
const (
	CodeDatabase = "package-database" // a package database, or a record in one, that cannot be understood
)

// sources are asked in order; where two own a path the first one counts.
var sources = []func(*loader){loadConda, loadDpkg, loadApk, loadRPM}

// Load reads the package databases below dir of fsys: dir is a root file
// system, or the prefix of a conda environment, or neither. Of the files only
// those are kept that want accepts; it is given each path as fsys knows it,
// and nil means all. A path of a directory is not kept as a rule.
//
// A scan of a root file system loads that, and each conda prefix found in it;
// of a file below such a prefix it asks the prefix's owners first.
//
// Load never fails: what is not there, is not there, and what cannot be read is
// a Problem, with a path inside fsys. Links are followed as far as fsys does.
func Load(fsys fs.FS, dir string, want func(path string) bool) (*Owners, []*installed.Problem) {
	if want == nil {
		want = func(string) bool { return true }
	}
	l := &loader{fsys: fsys, dir: path.Clean(dir), want: want, budget: maxTotal}
	l.owners = &Owners{dir: l.dir}
	for _, load := range sources {
		load(l)
	}
	return l.owners, l.problems
}

// Packages returns the packages that own a kept path, and all of conda's. The
// order is that of the databases.
func (o *Owners) Packages() []*Package {
	if o == nil {
		return nil
	}
	return o.packages
}

// Of returns the package that owns the file at path, which is relative to the
// fsys that was loaded. A file that the filter of [Load] did not want has no
// owner.
func (o *Owners) Of(path string) (*Package, bool) {
	f, ok := o.file(path)
	return f.owner, ok
}

// Digest returns what the package says the content of the file at path has as
// digest: the algorithm by its hashlib name and lower-case hexadecimal digits.
// dpkg knows md5 only, apk sha1 or "sha256-160", which hashlib does not know:
// the first 20 bytes of a sha256. Both are "" where nothing is known, as of
// links, and with dpkg of configuration files.
func (o *Owners) Digest(path string) (algorithm, digest string) {
	f, ok := o.file(path)
	if !ok || f.digest == "" {
		return "", ""
	}
	return algorithmOf(f.digest), f.digest[strings.IndexByte(f.digest, ':')+1:]
}

func (o *Owners) file(name string) (file, bool) {
	if o == nil || len(o.files) == 0 {
		return file{}, false
	}
	if o.dir != "." {
		below, ok := strings.CutPrefix(name, o.dir+"/")
		if !ok {
			return file{}, false
		}
		name = below
	}
	f, ok := o.files[name]
	if !ok && len(o.merged) > 0 {
		f, ok = o.files[o.canonical(name)]
	}
	return f, ok
}

// canonical returns name by way of no link at the top of the root.
func (o *Owners) canonical(name string) string {
	top, rest, ok := strings.Cut(name, "/")
	if to := o.merged[top]; ok && to != "" {
		return to + "/" + rest
	}
	return name
}

// algorithms that the databases use, by the number of hexadecimal digits.
var algorithms = map[int]string{32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}

// truncatedSHA256 is what apk calls the first 20 bytes of a SHA-256.
const truncatedSHA256 = "sha256-160"

// algorithmOf returns the name of the algorithm that digest is of, "" where it
// is no digest in lower-case hexadecimal digits.
func algorithmOf(digest string) string {
	name, digits, found := strings.Cut(digest, ":")
	if !found {
		digits = name
	}
	switch {
	case strings.Trim(digits, "0123456789abcdef") != "":
		return ""
	case !found:
		return algorithms[len(digits)]
	case name == truncatedSHA256 && len(digits) == 40:
		return name
	}
	return ""
}
