package owner

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"regexp"
	"slices"
	"strings"
)

// Distribution is what [Owners.Decide] has to know of a Python distribution.
type Distribution struct {
	Dir       string   // its .dist-info or .egg-info, directory or file, as the fsys that was loaded knows it
	Installer string   // first line of INSTALLER; "" where there is none
	Files     []string // what RECORD lists, as that fsys knows it; nil where that is not read
}

// Standing says what a package has to do with a Python distribution.
type Standing int

const (
	Foreign     Standing = iota // nothing: no package owns any of it
	Owned                       // a package brought it, and is its origin
	Overwritten                 // an installer wrote it over files of a package, which still lists them
)

// String returns the word that outputs use for s.
func (s Standing) String() string {
	switch s {
	case Owned:
		return "owned"
	case Overwritten:
		return "overwritten"
	}
	return "foreign"
}

// Verdict is the answer of [Owners.Decide].
type Verdict struct {
	Standing Standing
	Package  *Package // nil for Foreign
	File     string   // the path that decided; "" for Foreign
}

// metadataFiles are the names of which one is in every .dist-info and .egg-info
// directory; the directory itself is in no list.
var metadataFiles = []string{"METADATA", "PKG-INFO", "RECORD", "WHEEL"}

// Decide says whether a package brought the distribution d, or an installer
// wrote it over what a package brought.
//
// The metadata of d belongs to a package, or it does not. If not, a package
// that owns other files of d was written over. If so, INSTALLER tells: pip that
// replaces a package by the same version writes it anew, so its content is
// compared with the digest that the package's database has. Where there is no
// such digest, an INSTALLER that no package lists was written later, and one
// that conda lists must name conda, as its builders see to that.
func (o *Owners) Decide(d Distribution) Verdict {
	p, file := o.ofMetadata(d.Dir)
	if p == nil {
		return o.mostOf(d.Files)
	}
	brought := Verdict{Owned, p, file}
	over := Verdict{Overwritten, p, d.Dir + "/INSTALLER"}
	if d.Installer == "" {
		return brought
	}
	installer, listed := o.file(d.Dir + "/INSTALLER")
	switch {
	case isPackager(d.Installer):
		return brought
	case installer.digest != "" && matches(installer.digest, d.Installer):
		return brought
	case installer.digest != "" || !listed || p.Type == "conda":
		return over
	}
	return brought
}

// ofMetadata returns the owner of the metadata in dir, nil where there is
// none.
func (o *Owners) ofMetadata(dir string) (*Package, string) {
	if f, ok := o.file(dir); ok { // an .egg-info that is a file
		return f.owner, dir
	}
	for _, name := range metadataFiles {
		if f, ok := o.file(dir + "/" + name); ok {
			return f.owner, dir + "/" + name
		}
	}
	return nil, ""
}

// mostOf returns the package that owns most of files.
func (o *Owners) mostOf(files []string) Verdict {
	var best Verdict
	count, most := map[*Package]int{}, 0
	for _, name := range files {
		f, ok := o.file(name)
		if !ok {
			continue
		}
		if count[f.owner]++; count[f.owner] > most {
			most = count[f.owner]
			first := name
			if f.owner == best.Package {
				first = best.File
			}
			best = Verdict{Overwritten, f.owner, first}
		}
	}
	return best
}

// matches reports whether digest is that of an INSTALLER whose first line is
// line.
func matches(digest, line string) bool {
	algorithm, digits := algorithmOf(digest), digest[strings.IndexByte(digest, ':')+1:]
	for _, end := range []string{"\n", "", "\r\n"} {
		h := newHash[algorithm]()
		h.Write([]byte(line + end))
		if strings.HasPrefix(hex.EncodeToString(h.Sum(nil)), digits) {
			return true
		}
	}
	return false
}

var newHash = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	truncatedSHA256: sha256.New,
}

// packagers are what builders of packages write into INSTALLER in place of
// the name of the installer that they run.
var packagers = []string{"conda", "conda-pypi", "rpm", "debian"}

func isPackager(installer string) bool {
	return slices.Contains(packagers, strings.ToLower(strings.TrimSpace(installer)))
}

// builderPath matches the directories that builders of packages unpack sources
// in: conda-build's, of its own and of the large channels, rattler-build's,
// rpmbuild's, and that of Debian's Python packages.
var builderPath = regexp.MustCompile(`(?i)/(croot|feedstock_root|conda-bld|tmp/build/80754af9|rattler-build_[^/]+|rpmbuild/BUILD|builddir/build/BUILD|\.pybuild)/` +
	`|^file:/+[a-z]:/b/abs_[^/]+/`)

// IsBuilderLeftover reports whether a direct_url.json with that URL was left
// behind by who built a package of conda or of the operating system, and so is
// no origin of what is installed. installer is the first line of INSTALLER, and
// owned says that a package brought the distribution, as [Owners.Decide] does.
//
// What a package brought, its builder wrote, whatever it says; the same holds
// for what INSTALLER calls a package's. Where neither is known (an image may
// have lost its databases) the URL has to be a well-known place of builders: it
// may also be that of somebody who works there.
func IsBuilderLeftover(directURL, installer string, owned bool) bool {
	if owned || isPackager(installer) {
		return true
	}
	directURL = strings.ReplaceAll(directURL, `\`, "/")
	isFile := len(directURL) > 5 && strings.EqualFold(directURL[:5], "file:")
	return installer == "" && isFile && builderPath.MatchString(directURL)
}
