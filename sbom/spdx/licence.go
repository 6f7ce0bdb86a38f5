package spdx

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	v23 "github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

const licenseRefPrefix = "LicenseRef-"

// declare fills in what each component declares, and what is no identifier of
// the SPDX list once for the document.
func (d *document) declare() {
	others := map[string]*v23.OtherLicense{}
	d.declared = make([]string, len(d.g.Components))
	for i, c := range d.g.Components {
		d.declared[i] = declare(sbom.Licences(c.Licences), others)
	}
	for _, other := range others {
		d.licences = append(d.licences, other)
	}
	slices.SortFunc(d.licences, func(a, b *v23.OtherLicense) int { return cmp.Compare(a.LicenseIdentifier, b.LicenseIdentifier) })
}

// declare returns the expression for l and adds to others what it refers to.
// Several licences without an operator between them are no expression: they
// are one licence of their own whose text lists them.
func declare(l inventory.Licences, others map[string]*v23.OtherLicense) string {
	switch {
	case l.Expression != "":
		for ref := range sbom.LicenseRefs(l.Expression) {
			if others[ref] == nil {
				others[ref] = &v23.OtherLicense{
					LicenseIdentifier: ref, LicenseName: noAssertion,
					ExtractedText: "The metadata that declares " + ref + " does not hold its text.",
				}
			}
		}
		return l.Expression
	case len(l.Listed) == 0:
		return noAssertion
	case len(l.Listed) == 1 && l.Listed[0].ID != "" && l.Listed[0].Text == "":
		return l.Listed[0].ID
	}
	names := make([]string, len(l.Listed))
	var text strings.Builder
	if len(l.Listed) > 1 {
		text.WriteString("Declared side by side, without an operator between them:\n")
	}
	for i, one := range l.Listed {
		names[i] = cmp.Or(one.ID, one.Name)
		if len(l.Listed) > 1 {
			text.WriteString("- " + names[i] + "\n")
		}
	}
	for i, one := range l.Listed {
		if one.Text == "" && len(l.Listed) > 1 {
			continue
		}
		if len(l.Listed) > 1 {
			text.WriteString("\n" + names[i] + ":\n\n")
		}
		text.WriteString(cmp.Or(one.Text, names[i]) + "\n")
	}
	return addLicence(strings.Join(names, "; "), strings.TrimSpace(text.String()), others)
}

// addLicence returns the LicenseRef for name and text, which are all that it
// depends on.
func addLicence(name, text string, others map[string]*v23.OtherLicense) string {
	sum := sha256.Sum256([]byte(name + "\x00" + text))
	words := strings.FieldsFunc(idString(name), func(r rune) bool { return r == '-' })
	slug := strings.Join(append(words, ""), "-")
	if len(slug) > 40 {
		slug = strings.TrimRight(slug[:40], "-") + "-"
	}
	ref := licenseRefPrefix + slug + hex.EncodeToString(sum[:4])
	if others[ref] == nil {
		others[ref] = &v23.OtherLicense{LicenseIdentifier: ref, LicenseName: name, ExtractedText: text}
	}
	return ref
}
