package cyclonedx

import (
	"bufio"
	"encoding/xml"
	"io"

	"github.com/pysbom/pysbom/sbom"
)

// writeXML writes doc as XML, one element per line.
func (v *version) writeXML(w io.Writer, doc *sbom.Document) error {
	r, err := newDocument(doc, v).render("cyclonedx-xml", marshalXML)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	b.WriteString(xml.Header + `<bom xmlns="` + v.namespace + `" serialNumber="urn:uuid:` + r.serial + `" version="1">` + "\n")
	r.metadata.WriteTo(b)
	b.WriteString("<components>\n")
	r.components.WriteTo(b)
	b.WriteString("</components>\n<dependencies>\n")
	r.dependencies.WriteTo(b)
	b.WriteString("</dependencies>\n<compositions>\n")
	r.compositions.WriteTo(b)
	b.WriteString("</compositions>\n</bom>\n")
	return b.Flush()
}

// marshalXML writes the elements of s, each on its own line.
func marshalXML(s section) (*sbom.Elements, error) {
	start := xml.StartElement{Name: xml.Name{Local: s.tag}}
	return sbom.Marshal(s.n, func(b *sbom.Buffer) func(int) error {
		e := xml.NewEncoder(b)
		return func(i int) error {
			if err := e.EncodeElement(s.element(i), start); err != nil {
				return err
			}
			b.WriteByte('\n')
			return nil
		}
	})
}
