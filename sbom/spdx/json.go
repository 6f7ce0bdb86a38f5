package spdx

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"

	"github.com/pysbom/pysbom/sbom"
)

// writeJSON writes doc as compact JSON, one element per line. The dates of
// annotations are no part of what the namespace's UUID rests on.
func writeJSON(w io.Writer, doc *sbom.Document) error {
	d := newDocument(doc)
	packages, err := sbom.Marshal(d.packages(), d.packageEncoder)
	if err != nil {
		return err
	}
	relationships, err := sbom.MarshalJSON(len(d.relationships), func(i int) any { return &d.relationships[i] })
	if err != nil {
		return err
	}
	licences, err := sbom.MarshalJSON(len(d.licences), func(i int) any { return d.licences[i] })
	if err != nil {
		return err
	}
	anonymous, err := d.marshalHeader("", "")
	if err != nil {
		return err
	}
	uuid := sbom.Serial("spdx-json@2.3", anonymous, packages, relationships, licences)
	header, err := d.marshalHeader(uuid, d.Timestamp())
	if err != nil {
		return err
	}
	var open strings.Builder
	header.WriteTo(&open)
	b := bufio.NewWriter(w)
	b.WriteString(strings.TrimSuffix(open.String(), "}\n"))
	b.WriteString(",\"packages\":[\n")
	packages.WriteTo(b)
	b.WriteString("],\"hasExtractedLicensingInfos\":[\n")
	licences.WriteTo(b)
	b.WriteString("],\"relationships\":[\n")
	relationships.WriteTo(b)
	b.WriteString("]}\n")
	return b.Flush()
}

func (d *document) marshalHeader(uuid, created string) (*sbom.Elements, error) {
	return sbom.MarshalJSON(1, func(int) any { return d.header(uuid, created) })
}

// packageEncoder writes a package as the library would with its annotation.
func (d *document) packageEncoder(b *sbom.Buffer) func(int) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	created := d.Timestamp()
	return func(i int) error {
		p := d.pkg(i)
		if err := e.Encode(p); err != nil {
			return err
		}
		if len(p.pairs) > 0 {
			b.Truncate(b.Len() - len("}\n"))
			b.WriteString(`,"annotations":[{"annotator":`)
			if err := encodeString(e, b, "Tool: "+d.toolName()); err != nil {
				return err
			}
			b.WriteString(`,"annotationDate":"`)
			b.WriteUnhashed(created)
			b.WriteString(`","annotationType":"OTHER","comment":`)
			if err := encodeString(e, b, comment(p.pairs)); err != nil {
				return err
			}
			b.WriteString("}]}\n")
		}
		if i < d.packages()-1 {
			b.Truncate(b.Len() - 1)
			b.WriteString(",\n")
		}
		return nil
	}
}

func encodeString(e *json.Encoder, b *sbom.Buffer, s string) error {
	err := e.Encode(s)
	b.Truncate(b.Len() - 1)
	return err
}

// comment writes pairs as the comment of an annotation.
func comment(pairs []sbom.Property) string {
	n := 0
	for _, p := range pairs {
		n += len(p.Name) + len(p.Value) + len("=\n")
	}
	var b strings.Builder
	b.Grow(n)
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.Name)
		b.WriteByte('=')
		b.WriteString(p.Value)
	}
	return b.String()
}
