// Package sbom is what every document format shares: the [Document] that an
// emitter renders, and what is said of one component in any of them.
//
// [Describe] turns a component of the inventory into the facts that a document
// may state, each by the class of the evidence behind it: a hash from a lock
// file is never a component's hash, a candidate is never a reference. [Graph]
// gives every element its name in the document. [Marshal] writes many elements
// in parallel and in order, and [Elements.Serial] names the result by its
// content. Emitters (sbom/cyclonedx, sbom/spdx) only translate.
//
// A [Format] is a name and an [Emitter]. Emitters see the inventory only; they
// know nothing of how evidence was found.
package sbom

import (
	"cmp"
	"io"
	"strings"
	"time"

	"github.com/pysbom/pysbom/provenance/inventory"
)

// Document is an inventory and what the user says of it. Emitters only read
// it: one Document may be rendered by several at once.
type Document struct {
	Inventory *inventory.Inventory // never nil
	Created   time.Time            // emitters never ask the clock
	Tool      Tool
	Author    Party  // who made the document; zero when not given
	Supplier  Party  // who supplies the subject; zero when not given
	Lifecycle string // CycloneDX phase, "post-build" when empty
	PURL      PurlPolicy
}

// Tool is the program that writes the document.
type Tool struct{ Name, Version string }

// Emitter writes doc to w in one format. What it writes depends on doc alone:
// the same bytes for the same document.
type Emitter func(w io.Writer, doc *Document) error

// Format is one row of a format table. Where a table has several rows of one
// name, the first is the default version.
type Format struct {
	Name      string // as --output takes it: "cyclonedx-json"
	Version   string // of the specification: "1.6"
	MediaType string
	Ext       string // customary file name extension: ".cdx.json"
	Emit      Emitter
}

// Phase returns the lifecycle phase of d.
func (d *Document) Phase() string {
	return cmp.Or(inventory.Line(d.Lifecycle), "post-build")
}

// Timestamp returns the time of d as both formats write it: UTC, whole
// seconds.
func (d *Document) Timestamp() string {
	return d.Created.UTC().Format("2006-01-02T15:04:05Z")
}

// Party is a person or an organisation, as `NAME <mail or url>` gives it. The
// zero Party is nobody.
type Party struct{ Name, Email, URL string }

// IsZero reports whether p is nobody.
func (p Party) IsZero() bool { return p == Party{} }

// Label returns what p is called: the name, or else the address.
func (p Party) Label() string {
	return cmp.Or(p.Name, p.Email, p.URL)
}

// organisationWords end, or stand in, the names of organisations. No metadata
// says which kind a party is, and SPDX demands one of the two.
var organisationWords = map[string]bool{
	"ag": true, "association": true, "authority": true, "authors": true,
	"bv": true, "community": true, "company": true, "consortium": true,
	"contributors": true, "corp": true, "corporation": true, "developers": true,
	"foundation": true, "gmbh": true, "group": true, "inc": true,
	"institute": true, "labs": true, "llc": true, "ltd": true,
	"maintainers": true, "organisation": true, "organization": true,
	"project": true, "sa": true, "sas": true, "team": true, "university": true,
}

// Organization reports whether p is an organisation: it has an address on the
// web, or a word of its name says so.
func (p Party) Organization() bool {
	if p.URL != "" {
		return true
	}
	for word := range strings.FieldsSeq(strings.ToLower(p.Name)) {
		if organisationWords[strings.Trim(word, ".,()")] {
			return true
		}
	}
	return false
}
