package sbom_test

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/spdx"
)

// small is an inventory of one distribution.
var small = &inventory.Inventory{
	Subject:      inventory.Subject{Name: "app", Version: "1.0"},
	Environments: []inventory.Environment{{ID: "env:.", Prefix: ".", Complete: true}},
	Components: []*inventory.Component{{
		ID: "site-packages#example@2.0", Kind: inventory.Distribution, Env: "env:.", Name: "example", Version: "2.0",
		Class: provenance.Recorded, Source: "provenance_url.json",
		Origin: provenance.Origin{Kind: provenance.KindIndex, Artifact: provenance.Artifact{
			URL: "https://files.example.org/example-2.0-py3-none-any.whl", Filename: "example-2.0-py3-none-any.whl",
		}},
	}},
}

// An emitter of one's own: one line for each component, with the class of the
// evidence for its origin.
func Example_customEmitter() {
	list := func(w io.Writer, doc *sbom.Document) error {
		for _, c := range doc.Inventory.Components {
			d := sbom.Describe(c, doc.PURL)
			if _, err := fmt.Fprintln(w, c.Class, d.PURL); err != nil {
				return err
			}
		}
		return nil
	}
	row := sbom.Format{Name: "list", Ext: ".txt", Emit: list}
	if err := row.Emit(os.Stdout, &sbom.Document{Inventory: small}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// recorded pkg:pypi/example@2.0?file_name=example-2.0-py3-none-any.whl
}

func ExampleFormat() {
	doc := &sbom.Document{
		Inventory: small,
		Created:   time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Tool:      sbom.Tool{Name: "pysbom", Version: "1.0"},
	}
	for _, f := range spdx.Formats() {
		var size countingWriter
		if err := f.Emit(&size, doc); err != nil {
			fmt.Println(err)
		}
		fmt.Println(f.Name, f.Version, f.MediaType, size.n > 1000)
	}
	// Output:
	// spdx-json 2.3 application/spdx+json true
	// spdx-tag-value 2.3 text/spdx true
}
