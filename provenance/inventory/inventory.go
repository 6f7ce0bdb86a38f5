// Package inventory joins what is installed with what is known of its origin.
//
// [Build] turns environments and evidence into an [Inventory]: plain data, no
// open files, references by ID. Its JSON form is the lossless one: every other
// output can be made from it, on another machine and at another time, byte for
// byte as from the environment itself. [Decode] reads it back.
//
// Everything in an Inventory is sorted, valid UTF-8 and free of control
// characters, whatever the metadata it was made from held.
package inventory

import "github.com/pysbom/pysbom/provenance"

// Schema names the JSON form. Within version 1 fields are only added, and
// unknown ones are ignored.
const Schema = "pysbom/inventory/1"

// Inventory is what one scan found.
type Inventory struct {
	Schema       string        `json:"schema"` // always [Schema]
	Subject      Subject       `json:"subject"`
	Roots        []Root        `json:"roots"`        // in the order they were opened; the first is TARGET
	Environments []Environment `json:"environments"` // sorted by ID
	Components   []*Component  `json:"components"`   // sorted by ID
	Warnings     []Warning     `json:"warnings,omitempty"`
}

// Subject is what the inventory describes: the root component of a document.
type Subject struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"` // only where the user gave one
}

// Root is a directory that reads were confined to.
type Root struct {
	ID   string `json:"id"`             // "" for TARGET; else the prefix of every path below it ("base", "editable-1")
	Path string `json:"path,omitempty"` // where it lies, for the further roots only; TARGET's own place is not recorded
}

// Environment is one Python environment: one interpreter and its path.
type Environment struct {
	ID       string            `json:"id"`     // "env:" and the prefix
	Layout   string            `json:"layout"` // "venv", "prefix", "site-packages", …
	Prefix   string            `json:"prefix"` // relative to TARGET, "." for TARGET itself
	Sites    []Site            `json:"sites"`  // in sys.path order: the first wins
	Python   Python            `json:"python"`
	Markers  map[string]string `json:"markers,omitempty"` // the PEP 508 environment that markers were evaluated for
	Top      []string          `json:"top,omitempty"`     // IDs of the components that the environment itself leads to
	Complete bool              `json:"complete"`          // no corrupt metadata, nothing that could not be read
}

// Site is one directory of an environment's path.
type Site struct {
	Path      string `json:"path"`
	Inherited bool   `json:"inherited,omitempty"` // from the base interpreter
}

// Python is what is known of an environment's interpreter. Empty fields are
// unknown.
type Python struct {
	Implementation string `json:"implementation,omitempty"` // "CPython", "PyPy"
	Version        string `json:"version,omitempty"`        // "3.11.7", or "3.11" where only that much is known
	Source         string `json:"source,omitempty"`         // the file or directory that said so
}

// ComponentKind says what a component is.
type ComponentKind string

const (
	Distribution ComponentKind = "distribution"
	Interpreter  ComponentKind = "interpreter"
	Unowned      ComponentKind = "unowned" // code that no distribution stands for
)

// Component is one installed thing.
type Component struct {
	ID   string        `json:"id"` // "<site>#<normalised name>@<version>", unique in the inventory
	Kind ComponentKind `json:"kind"`
	Env  string        `json:"env,omitempty"` // ID of its environment

	Format string `json:"format,omitempty"` // how a distribution is recorded: "dist-info", "egg-info", "egg-info-file", "egg"

	Name        string       `json:"name"`              // as METADATA declares it
	Version     string       `json:"version,omitempty"` // verbatim
	Summary     string       `json:"summary,omitempty"`
	HomePage    string       `json:"homePage,omitempty"`
	ProjectURLs []ProjectURL `json:"projectUrls,omitempty"` // in the order declared
	Parties     []Party      `json:"parties,omitempty"`     // who made it: authors, then maintainers
	Licences    Licences     `json:"licences,omitzero"`

	Locations []Location `json:"locations,omitempty"`
	NameFrom  string     `json:"nameFrom,omitempty"` // "METADATA", or "directory" where only its name says it
	Installer string     `json:"installer,omitempty"`
	Requested bool       `json:"requested,omitempty"`
	Wheel     Wheel      `json:"wheel,omitzero"`

	Owner *Owner `json:"owner,omitempty"` // the package of conda or of the operating system that brought it

	Origin    provenance.Origin     `json:"origin,omitzero"`
	Class     provenance.Class      `json:"class"` // of the evidence that Origin rests on
	Source    string                `json:"source,omitempty"`
	Evidence  []provenance.Evidence `json:"evidence,omitempty"` // strongest first
	Conflicts []provenance.Conflict `json:"conflicts,omitempty"`

	Needs         []string `json:"needs,omitempty"`         // IDs of the components it depends on; may be cyclic
	NeedsComplete bool     `json:"needsComplete,omitempty"` // metadata was read, every marker evaluated
	Missing       []string `json:"missing,omitempty"`       // requirements of this environment that nothing installed satisfies
}

// ProjectURL is one Project-URL header.
type ProjectURL struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Party is a person or organisation that METADATA names.
type Party struct {
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Source string `json:"source"` // the header: "Author", "Author-email", "Maintainer", "Maintainer-email"
}

// Owner is a package of conda or of an operating system. Empty fields are
// unknown.
type Owner struct {
	Type    string `json:"type"` // of its package URL: "conda", "deb", "rpm", "apk"
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Arch    string `json:"arch,omitempty"`
	Distro  string `json:"distro,omitempty"` // "debian-12"
	Source  string `json:"source,omitempty"` // the source package
	PURL    string `json:"purl,omitempty"`
}

// Licences are what METADATA declares. At most one of Expression and Listed
// is filled. The zero value means that nothing is declared.
type Licences struct {
	Expression string    `json:"expression,omitempty"` // valid, canonical SPDX expression
	Listed     []Licence `json:"listed,omitempty"`     // no operator between them is declared
	Source     string    `json:"source,omitempty"`     // the header: "License-Expression", "Classifier", "License"
	Raw        []string  `json:"raw,omitempty"`        // what the headers say, where the above does not show it
}

// Licence is one declared licence: by SPDX identifier or else by name.
type Licence struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	Text string `json:"text,omitempty"`
}

// Location is a place where a component lies: its .dist-info directory, or
// the file that speaks for it.
type Location struct {
	Path string `json:"path"` // slash-separated; its root's ID and a colon stand before it unless the root is TARGET
}

// Wheel is what the WHEEL file says.
type Wheel struct {
	Tags      []string `json:"tags,omitempty"` // expanded, sorted
	Build     string   `json:"build,omitempty"`
	Generator string   `json:"generator,omitempty"`

	BuiltLocally bool `json:"builtLocally,omitempty"` // the installer left word that it built the wheel
}

// Warning is something that was wrong with the input, or could not be read.
type Warning struct {
	Code      string `json:"code"` // stable
	Path      string `json:"path,omitempty"`
	Message   string `json:"message"`
	Component string `json:"component,omitempty"` // ID, where it concerns one
}
