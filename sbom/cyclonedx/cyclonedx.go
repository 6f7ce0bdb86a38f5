// Package cyclonedx writes an inventory as CycloneDX 1.5, 1.6 or 1.7, in JSON
// and in XML.
//
// https://cyclonedx.org/specification/overview/
//
// The document's frame is ours, its elements are cyclonedx-go's types: they
// are marshalled one by one, in parallel, and what differs between versions is
// the table below. (The library's own EncodeVersion copies the document and
// drops licences from 1.5.)
//
// What stands in an inventory and not in these documents is listed in lossy.go.
package cyclonedx

import (
	"io"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/pysbom/pysbom/sbom"
)

// version is a row of the version table: what a version of the specification
// has that older ones have not.
type version struct {
	spec      cdx.SpecVersion
	name      string
	schema    string
	namespace string

	acknowledgement bool // of licences: declared, not concluded
	authors         bool // a list of contacts, where older versions have one string
	identities      bool // a list of identity evidence with the value concluded
	manufacturer    bool // who made the document, in its metadata
}

// versions has the default first: 1.7 is refused by some consumers yet.
var versions = []version{
	{
		spec: cdx.SpecVersion1_6, name: "1.6",
		schema:          "http://cyclonedx.org/schema/bom-1.6.schema.json",
		namespace:       "http://cyclonedx.org/schema/bom/1.6",
		acknowledgement: true, authors: true, identities: true, manufacturer: true,
	},
	{
		spec: cdx.SpecVersion1_5, name: "1.5",
		schema:    "http://cyclonedx.org/schema/bom-1.5.schema.json",
		namespace: "http://cyclonedx.org/schema/bom/1.5",
	},
	{
		spec: cdx.SpecVersion1_7, name: "1.7",
		schema:          "http://cyclonedx.org/schema/bom-1.7.schema.json",
		namespace:       "http://cyclonedx.org/schema/bom/1.7",
		acknowledgement: true, authors: true, identities: true, manufacturer: true,
	},
}

// Formats returns the rows that this package adds to the format table.
func Formats() []sbom.Format {
	var rows []sbom.Format
	for i := range versions {
		v := &versions[i]
		rows = append(rows, sbom.Format{
			Name: "cyclonedx-json", Version: v.name, Ext: ".cdx.json",
			MediaType: "application/vnd.cyclonedx+json; version=" + v.name,
			Emit:      func(w io.Writer, doc *sbom.Document) error { return v.writeJSON(w, doc) },
		})
	}
	for i := range versions {
		v := &versions[i]
		rows = append(rows, sbom.Format{
			Name: "cyclonedx-xml", Version: v.name, Ext: ".cdx.xml",
			MediaType: "application/vnd.cyclonedx+xml; version=" + v.name,
			Emit:      func(w io.Writer, doc *sbom.Document) error { return v.writeXML(w, doc) },
		})
	}
	return rows
}
