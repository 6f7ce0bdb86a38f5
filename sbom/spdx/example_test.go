package spdx_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/spdx"
)

func ExampleFormats() {
	doc := &sbom.Document{
		Inventory: &inventory.Inventory{Subject: inventory.Subject{Name: "app", Version: "1.0"}},
		Tool:      sbom.Tool{Name: "pysbom", Version: "1.0"},
	}
	for _, f := range spdx.Formats() {
		var out strings.Builder
		if err := f.Emit(&out, doc); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		fmt.Println(f.Name, f.Version, strings.Contains(out.String(), "https://pysbom.github.io/spdx/app-1.0-"))
	}
	// Output:
	// spdx-json 2.3 true
	// spdx-tag-value 2.3 true
}
