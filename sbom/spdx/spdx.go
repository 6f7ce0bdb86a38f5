// Package spdx writes an inventory as SPDX 2.3, in JSON and in tag-value form.
//
// https://spdx.github.io/spdx-spec/v2.3/
//
// Elements are tools-golang's types. What SPDX has no field for stands in one
// annotation per package, a `key=value` on each line of its comment: in JSON
// in the package's own annotations, as those of the document cannot name an
// element; in tag-value form in the document's, as the library's writer knows
// no others. Both carry the same pairs.
//
// What stands in an inventory and not in these documents is listed in lossy.go.
package spdx

import "github.com/pysbom/pysbom/sbom"

// Formats returns the rows that this package adds to the format table.
func Formats() []sbom.Format {
	return []sbom.Format{
		{Name: "spdx-json", Version: "2.3", MediaType: "application/spdx+json", Ext: ".spdx.json", Emit: writeJSON},
		{Name: "spdx-tag-value", Version: "2.3", MediaType: "text/spdx", Ext: ".spdx", Emit: writeTagValue},
	}
}
