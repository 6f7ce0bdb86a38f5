package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/cyclonedx"
	"github.com/pysbom/pysbom/sbom/report"
	"github.com/pysbom/pysbom/sbom/spdx"
)

// scanFormats are what scan can write, the default first. Of several versions
// of one name the first is the one that the name alone means.
var scanFormats = slices.Concat(cyclonedx.Formats(), spdx.Formats(), []sbom.Format{
	{Name: "html", MediaType: "text/html", Ext: ".html", Emit: report.HTML},
	{Name: "json", Version: "1", MediaType: "application/json", Ext: ".json", Emit: emitInventory},
})

func emitInventory(w io.Writer, doc *sbom.Document) error { return inventory.Encode(w, doc.Inventory) }

// formatNames lists the names and versions for --help.
func formatNames() string {
	var names []string
	versions := map[string][]string{}
	for _, f := range scanFormats {
		if versions[f.Name] == nil {
			names = append(names, f.Name)
		}
		versions[f.Name] = append(versions[f.Name], f.Version)
	}
	for i, name := range names {
		if v := versions[name]; len(v) > 1 {
			names[i] += " (" + strings.Join(v, ", ") + ")"
		}
	}
	return strings.Join(names, ", ")
}
