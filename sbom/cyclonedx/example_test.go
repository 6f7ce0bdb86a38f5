package cyclonedx_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/cyclonedx"
)

func ExampleFormats() {
	doc := &sbom.Document{
		Inventory: &inventory.Inventory{Subject: inventory.Subject{Name: "app", Version: "1.0"}},
		Tool:      sbom.Tool{Name: "pysbom", Version: "1.0"},
	}
	for _, f := range cyclonedx.Formats() {
		var out strings.Builder
		if err := f.Emit(&out, doc); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		fmt.Println(f.Name, f.Version, strings.Contains(out.String(), "urn:uuid:"))
	}
	// Output:
	// cyclonedx-json 1.6 true
	// cyclonedx-json 1.5 true
	// cyclonedx-json 1.7 true
	// cyclonedx-xml 1.6 true
	// cyclonedx-xml 1.5 true
	// cyclonedx-xml 1.7 true
}
