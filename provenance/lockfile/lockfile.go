package lockfile

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// A format reads one kind of lock.
type format struct {
	name   string // as outputs print it
	source string // Source of its evidence
	named  func(base string) bool
	looks  func(head []byte) bool
	parse  func(*parser) error
}

// A file's name decides before its content does. Of contents the first that
// fits.
var formats = []format{
	{"pylock", "pylock.toml", isPylockName, looksPylock, parsePylock},
	{"uv", "uv.lock", is("uv.lock"), looksUV, parseUV},
	{"poetry", "poetry.lock", is("poetry.lock"), looksPoetry, parsePoetry},
	{"pdm", "pdm.lock", is("pdm.lock"), looksPDM, parsePDM},
	{"pipenv", "Pipfile.lock", is("Pipfile.lock"), looksPipfile, parsePipfile},
	{"requirements", "requirements.txt", isRequirementsName, looksRequirements, parseRequirements},
}

func is(name string) func(string) bool { return func(base string) bool { return base == name } }

// Limits on what is read of a lock. The largest one seen had 8 MB.
const (
	MaxSize     = 16 << 20 // of a lock, with what it includes
	maxTables   = 1 << 19  // tables and arrays
	maxPackages = 200_000
	maxLines    = 1 << 20 // of a requirements file, joined ones counted as one
	maxHead     = 8 << 10 // that Detect looks at
	maxLike     = 16      // warnings of one code
)

// Lock is what a lock says. Its methods may be called at the same time.
type Lock struct {
	Format         string // "pylock", "uv", "poetry", "pdm", "pipenv" or "requirements"
	File           string // base name
	Version        string // of the format, as the lock writes it; may be empty
	RequiresPython string // version specifiers; empty where the lock has none, or none that PEP 440 allows
	Environments   []string
	Packages       []Package // in the lock's order
	Warnings       []Warning

	source       string
	environments []*pep508.Marker
	byName       map[string][]int // into Packages
}

// Package is one entry of a lock. The same name may have several, of several
// versions or of one: locks are made for many environments at once.
type Package struct {
	Name           string // normalised
	Version        string // empty where the lock pins none: a source tree, a range
	File           string // that holds the entry: the lock's, or one that it includes
	Line           int    // 1-based; 0 when unknown
	Marker         string // empty for none
	RequiresPython string // as written
	Index          string // base URL without credentials; empty where the lock does not say
	// Artifacts are the files that the entry may be installed from, all
	// platforms'. One with neither URL nor Filename is a bare hash.
	Artifacts []Artifact
	// Direct is where an entry comes from that no index is asked for: an
	// archive, a repository, a directory. It is zero for the others.
	Direct             provenance.Origin
	Dependencies       []string // names, normalised, in the lock's order
	CredentialsRemoved bool

	marker *pep508.Marker
}

// Artifact is one file that a lock lists.
type Artifact struct {
	provenance.Artifact
	Sdist bool
}

// Warning is something that is wrong with a lock, or does not fit what is
// installed. It holds no text that could authenticate.
type Warning struct {
	Code string // one of the Code constants
	File string // base name, or the path of an included file
	Line int    // 1-based; 0 when unknown
	Msg  string // lower case
}

// Error returns "FILE:LINE: MSG".
func (w *Warning) Error() string {
	if w.Line > 0 {
		return w.File + ":" + strconv.Itoa(w.Line) + ": " + w.Msg
	}
	return w.File + ": " + w.Msg
}

// Codes of warnings. They are part of every output and do not change.
const (
	CodeInvalid  = "lock-invalid"      // against the format's rules; what can be used is used
	CodeVersion  = "lock-format"       // a newer minor version of the format than is known
	CodeHash     = "lock-hash"         // a file without a usable hash
	CodeInclude  = "lock-include"      // an included file that was not read
	CodeOther    = "lock-version"      // the lock has another version of what is installed
	CodeNoFile   = "lock-no-file"      // no file of the lock can be what is installed
	CodeExcluded = "lock-marker"       // the lock would not install it in this environment
	CodePython   = "lock-python"       // the lock is for other versions of Python
	CodePlatform = "lock-environments" // the lock is for other environments
)

// Formats returns the names of the formats, in the order in which Detect tries
// them.
func Formats() []string {
	names := make([]string, len(formats))
	for i := range formats {
		names[i] = formats[i].name
	}
	return names
}

// Detect returns the name of the format that Parse would read the file as;
// head is its beginning and may be nil. It returns "" for what is no lock.
func Detect(name string, head []byte) string {
	if f := find(baseName(name), head); f != nil {
		return f.name
	}
	return ""
}

func find(base string, head []byte) *format {
	for i := range formats {
		if formats[i].named(base) {
			return &formats[i]
		}
	}
	head = decode(head[:min(len(head), maxHead)])
	for i := range formats {
		if formats[i].looks(head) {
			return &formats[i]
		}
	}
	return nil
}

// Parse reads a lock. name is its path, of which only the base name is used.
// dir is the directory that holds it, for the files that a requirements file
// includes: nothing outside dir is opened, and nothing at all where it is nil.
//
// The error, "FILE:LINE:COLUMN: WHAT", is about a lock that cannot be read at
// all. What is wrong with a part of it is in the Warnings.
func Parse(name string, data []byte, dir fs.FS) (*Lock, error) {
	base := baseName(name)
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s: more than %d bytes", base, MaxSize)
	}
	f := find(base, data)
	if f == nil {
		return nil, fmt.Errorf("%s: not a lock of a known format", base)
	}
	p := &parser{lock: &Lock{Format: f.name, File: base, source: f.source}, file: base, data: decode(data), dir: dir}
	if err := f.parse(p); err != nil {
		return nil, err
	}
	if p.stop != nil {
		return nil, p.stop
	}
	p.lock.byName = make(map[string][]int, len(p.lock.Packages))
	for i := range p.lock.Packages {
		name := p.lock.Packages[i].Name
		p.lock.byName[name] = append(p.lock.byName[name], i)
	}
	return p.lock, nil
}

func baseName(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }

// parser is what the readers of the formats share.
type parser struct {
	lock *Lock
	file string // that is being read: the lock, or what it includes
	data []byte // UTF-8, without a byte order mark
	dir  fs.FS

	indexes map[string]cleaned // by their URL as written
	like    map[string]int     // warnings by code
	stop    error              // a limit that was exceeded: the lock is not read
}

// entry begins a package. It returns nil, and warns, where name is not the
// name of a distribution.
func (p *parser) entry(name, version string, line int) *Package {
	if !isName(name) {
		p.warn(line, CodeInvalid, "not the name of a distribution")
		return nil
	}
	return &Package{Name: provenance.NormalizeName(name), Version: plain(version), File: p.file, Line: line}
}

func (p *parser) add(pkg *Package) {
	if len(p.lock.Packages) == maxPackages {
		p.stop = fmt.Errorf("%s: more than %d packages", p.file, maxPackages)
		return
	}
	p.lock.Packages = append(p.lock.Packages, *pkg)
}

// warn must not be given text of a lock that may be a URL.
func (p *parser) warn(line int, code, format string, args ...any) {
	if p.like == nil {
		p.like = make(map[string]int)
	}
	if p.like[code]++; p.like[code] <= maxLike {
		p.lock.Warnings = append(p.lock.Warnings, Warning{code, p.file, line, fmt.Sprintf(format, args...)})
	}
}

// setMarker notes when the entry holds. A marker that cannot be read leaves
// that open.
func (p *parser) setMarker(pkg *Package, text string) {
	if text == "" {
		return
	}
	m, err := pep508.ParseMarker(text)
	if err != nil {
		p.warn(pkg.Line, CodeInvalid, "%s: marker: not of PEP 508's form", pkg.Name)
		return
	}
	pkg.hold(m)
}

func (pkg *Package) hold(m *pep508.Marker) { pkg.Marker, pkg.marker = printable(m.String()), m }

// anyOf is the marker that holds where one of several does.
func anyOf(markers []string) string {
	if len(markers) == 1 {
		return markers[0]
	}
	var b strings.Builder
	for i, m := range markers {
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString("(" + m + ")")
	}
	return b.String()
}

// setDependencies notes the names that are ones of distributions, each once.
func (pkg *Package) setDependencies(names []string) {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if name = provenance.NormalizeName(name); isName(name) && !seen[name] {
			seen[name] = true
			pkg.Dependencies = append(pkg.Dependencies, name)
		}
	}
}
