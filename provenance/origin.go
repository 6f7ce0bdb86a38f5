package provenance

import (
	"fmt"
	"time"
)

// Kind says what sort of place a distribution was installed from. The zero
// Kind means that nothing is known.
type Kind int

const (
	KindUnknown   Kind = iota
	KindIndex          // by name, from an index or a --find-links location
	KindArchive        // a direct reference to an sdist or a wheel (PEP 610 archive_info)
	KindVCS            // a direct reference to a repository (PEP 610 vcs_info)
	KindDirectory      // a direct reference to a source tree (PEP 610 dir_info)
	KindOSPackage      // a package of the operating system owns the files
	KindConda          // a conda package owns the files
)

var kindNames = [...]string{"unknown", "index", "archive", "vcs", "directory", "os-package", "conda"}

// String returns the word that every output uses for k.
func (k Kind) String() string { return wordOf(kindNames[:], int(k)) }

// MarshalText implements [encoding.TextMarshaler] with the word of String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText accepts the words of String and nothing else.
func (k *Kind) UnmarshalText(text []byte) error {
	i, err := indexOf(kindNames[:], "kind", text)
	*k = Kind(i)
	return err
}

// Class says how strong a piece of evidence is. A larger Class is stronger.
//
// Only Recorded, Reported and Cached are claims about where a distribution
// came from. Verified is a claim about its content, Locked and Candidate are
// claims about what an installer would choose. The zero Class claims nothing.
type Class int

const (
	ClassUnknown Class = iota
	Candidate          // name, version and tags match one artifact, content not compared
	Locked             // a lock leaves exactly one artifact for this name, version and wheel tags
	Verified           // an index's artifact has the same content as the installed files
	Cached             // an installer's cache, bound to the installed files
	Reported           // pip's installation report of that install
	Recorded           // a record beside the installed files: PEP 710, PEP 610, conda-meta, an OS package database
)

var classNames = [...]string{"unknown", "candidate", "locked", "verified", "cached", "reported", "recorded"}

// String returns the word that every output uses for c.
func (c Class) String() string { return wordOf(classNames[:], int(c)) }

// ClaimsOrigin reports whether evidence of class c may say where a
// distribution was installed from.
func (c Class) ClaimsOrigin() bool { return c >= Cached }

// MarshalText implements [encoding.TextMarshaler] with the word of String.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText accepts the words of String and nothing else.
func (c *Class) UnmarshalText(text []byte) error {
	i, err := indexOf(classNames[:], "class", text)
	*c = Class(i)
	return err
}

func wordOf(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return words[0]
	}
	return words[i]
}

func indexOf(words []string, what string, text []byte) (int, error) {
	for i, w := range words {
		if w == string(text) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s: unknown word %q", what, text)
}

// Hashes are digests of one file: lower-case hexadecimal digits by the name
// that Python's hashlib gives the algorithm ("sha256", "sha3_512").
type Hashes map[string]string

// Artifact is one file that an origin may be: a wheel, an sdist, an archive.
// Of a repository or a directory it holds only the URL.
type Artifact struct {
	URL        string    `json:"url,omitempty"`       // without credentials or signed query parameters
	Filename   string    `json:"filename,omitempty"`  // percent-decoded base name
	Index      string    `json:"index,omitempty"`     // base URL of the index that was asked, where evidence names it
	Hashes     Hashes    `json:"hashes,omitempty"`    // of the file at URL, never of anything else
	Size       int64     `json:"size,omitempty"`      // in bytes; 0 when unknown
	UploadTime time.Time `json:"uploadTime,omitzero"` // zero when unknown
	Yanked     string    `json:"yanked,omitempty"`    // the reason; empty when not yanked or unknown
}

// Commit is the state of a repository that was installed.
type Commit struct {
	System    string `json:"system,omitempty"`    // git, hg, bzr, svn
	ID        string `json:"id,omitempty"`        // as the system writes it: not always 40 hex digits
	Requested string `json:"requested,omitempty"` // the revision that the user named, if any
}

// Origin is the place a distribution was installed from. The zero Origin
// means that nothing is recorded.
type Origin struct {
	Kind         Kind     `json:"kind"`
	Artifact     Artifact `json:"artifact,omitzero"`
	Subdirectory string   `json:"subdirectory,omitempty"` // relative, below the root of the archive, repository or directory
	Commit       Commit   `json:"commit,omitzero"`        // VCS only
	Editable     bool     `json:"editable,omitempty"`     // Directory only
	BuiltLocally bool     `json:"builtLocally,omitempty"` // the artifact is an sdist and the installed wheel was built from it
}

// IsZero reports whether o claims nothing at all.
func (o Origin) IsZero() bool {
	return o.Kind == KindUnknown && o.Artifact.isZero() && o.Subdirectory == "" &&
		o.Commit == Commit{} && !o.Editable && !o.BuiltLocally
}

func (a Artifact) isZero() bool {
	return a.URL == "" && a.Filename == "" && a.Index == "" && len(a.Hashes) == 0 &&
		a.Size == 0 && a.UploadTime.IsZero() && a.Yanked == ""
}

// Evidence is one record's claim about the origin of one distribution.
type Evidence struct {
	Name               string     `json:"name,omitempty"`    // normalised, see [NormalizeName]
	Version            string     `json:"version,omitempty"` // empty when the record names none
	Origin             Origin     `json:"origin"`
	Candidates         []Artifact `json:"candidates,omitempty"` // several left after selection: ambiguous, none chosen
	Class              Class      `json:"class"`
	Source             string     `json:"source"`         // the kind of record: "direct_url.json", "provenance_url.json"
	File               string     `json:"file,omitempty"` // slash-separated, relative to its root
	Line               int        `json:"line,omitempty"` // 1-based; 0 when unknown
	CredentialsRemoved bool       `json:"credentialsRemoved,omitempty"`
}
