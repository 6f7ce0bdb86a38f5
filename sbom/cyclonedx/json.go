package cyclonedx

import (
	"bufio"
	"io"

	"github.com/pysbom/pysbom/sbom"
)

// writeJSON writes doc as compact JSON, one element per line.
func (v *version) writeJSON(w io.Writer, doc *sbom.Document) error {
	r, err := newDocument(doc, v).render("cyclonedx-json", func(s section) (*sbom.Elements, error) {
		return sbom.MarshalJSON(s.n, s.element)
	})
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	b.WriteString(`{"$schema":"` + v.schema + `","bomFormat":"CycloneDX","specVersion":"` + v.name +
		`","serialNumber":"urn:uuid:` + r.serial + `","version":1,"metadata":` + "\n")
	r.metadata.WriteTo(b)
	b.WriteString(",\"components\":[\n")
	r.components.WriteTo(b)
	b.WriteString("],\"dependencies\":[\n")
	r.dependencies.WriteTo(b)
	b.WriteString("],\"compositions\":[\n")
	r.compositions.WriteTo(b)
	b.WriteString("]}\n")
	return b.Flush()
}
