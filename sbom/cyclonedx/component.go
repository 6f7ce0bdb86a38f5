package cyclonedx

import (
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// hashAlgorithms are the names of hashlib's algorithms in CycloneDX.
var hashAlgorithms = map[string]cdx.HashAlgorithm{
	"md5": cdx.HashAlgoMD5, "sha1": cdx.HashAlgoSHA1,
	"sha256": cdx.HashAlgoSHA256, "sha384": cdx.HashAlgoSHA384, "sha512": cdx.HashAlgoSHA512,
	"sha3_256": cdx.HashAlgoSHA3_256, "sha3_384": cdx.HashAlgoSHA3_384, "sha3_512": cdx.HashAlgoSHA3_512,
	"blake2b": cdx.HashAlgoBlake2b_512,
}

// component translates what may be said of c.
func (v *version) component(c *inventory.Component, ref string, policy sbom.PurlPolicy) *cdx.Component {
	d := sbom.Describe(c, policy)
	out := &cdx.Component{
		BOMRef: ref, Type: cdx.ComponentTypeLibrary,
		Name: d.Name, Version: d.Version, Description: d.Summary, PackageURL: d.PURL,
		Hashes:             hashList(d.Hashes),
		Licenses:           v.licenses(d.Licences),
		ExternalReferences: referenceList(d.References),
		Properties:         propertyList(d.Properties),
		Evidence:           v.evidence(c, d),
	}
	if c.Kind == inventory.Interpreter {
		out.Type = cdx.ComponentTypePlatform
	}
	if d.Ancestor != "" {
		out.Pedigree = &cdx.Pedigree{Ancestors: &[]cdx.Component{{
			Type: cdx.ComponentTypeLibrary, Name: inventory.Line(c.Name), Version: inventory.Line(c.Version), PackageURL: d.Ancestor,
		}}}
	}
	if !d.Supplier.IsZero() {
		out.Supplier = organization(d.Supplier)
	}
	if len(d.Authors) > 0 {
		v.setAuthors(out, d.Authors)
	}
	return out
}

func (v *version) setAuthors(out *cdx.Component, authors []sbom.Party) {
	if v.authors {
		list := make([]cdx.OrganizationalContact, len(authors))
		for i, p := range authors {
			list[i] = contact(p)
		}
		out.Authors = &list
		return
	}
	names := make([]string, len(authors))
	for i, p := range authors {
		names[i] = p.String()
	}
	out.Author = strings.Join(names, ", ")
}

func contact(p sbom.Party) cdx.OrganizationalContact {
	if p.Name == "" && p.Email == "" {
		p.Name = p.URL
	}
	return cdx.OrganizationalContact{Name: p.Name, Email: p.Email}
}

func organization(p sbom.Party) *cdx.OrganizationalEntity {
	out := &cdx.OrganizationalEntity{Name: p.Label()}
	if p.URL != "" {
		out.URL = &[]string{p.URL}
	}
	if p.Email != "" {
		out.Contact = &[]cdx.OrganizationalContact{{Name: p.Name, Email: p.Email}}
	}
	return out
}

// licenses are one expression or a list, never both.
func (v *version) licenses(l inventory.Licences) *cdx.Licenses {
	var declared cdx.LicenseAcknowledgement
	if v.acknowledgement {
		declared = cdx.LicenseAcknowledgementDeclared
	}
	if id := sbom.LicenceID(l.Expression); id != "" {
		return &cdx.Licenses{{License: &cdx.License{ID: id, Acknowledgement: declared}}}
	}
	if l.Expression != "" {
		choice := cdx.LicenseChoice{Expression: l.Expression}
		if v.acknowledgement {
			choice.Acknowledgement = &declared
		}
		return &cdx.Licenses{choice}
	}
	if len(l.Listed) == 0 {
		return nil
	}
	list := make(cdx.Licenses, len(l.Listed))
	for i, one := range l.Listed {
		license := &cdx.License{ID: one.ID, Acknowledgement: declared}
		if one.ID == "" {
			license.Name = one.Name
		}
		if one.Text != "" {
			license.Text = &cdx.AttachedText{Content: one.Text, ContentType: "text/plain"}
		}
		list[i].License = license
	}
	return &list
}

func hashList(hashes []sbom.Hash) *[]cdx.Hash {
	list := make([]cdx.Hash, 0, len(hashes))
	for _, h := range hashes {
		if alg, ok := hashAlgorithms[h.Algorithm]; ok {
			list = append(list, cdx.Hash{Algorithm: alg, Value: h.Value})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &list
}

func referenceList(references []sbom.Reference) *[]cdx.ExternalReference {
	if len(references) == 0 {
		return nil
	}
	list := make([]cdx.ExternalReference, len(references))
	for i, r := range references {
		list[i] = cdx.ExternalReference{
			Type: cdx.ExternalReferenceType(r.Type), URL: r.URL, Comment: r.Comment, Hashes: hashList(r.Hashes),
		}
	}
	return &list
}

func propertyList(properties []sbom.Property) *[]cdx.Property {
	if len(properties) == 0 {
		return nil
	}
	list := make([]cdx.Property, len(properties))
	for i, p := range properties {
		list[i] = cdx.Property{Name: p.Name, Value: p.Value}
	}
	return &list
}

// How sure it is that a component is what it is said to be.
var certain, doubtful float32 = 1, 0.5

// evidence is about identity, not origin: where the component lies, and what
// says that it is this one.
func (v *version) evidence(c *inventory.Component, d *sbom.Description) *cdx.Evidence {
	out := &cdx.Evidence{}
	if len(d.Locations) > 0 {
		list := make([]cdx.EvidenceOccurrence, len(d.Locations))
		for i, path := range d.Locations {
			list[i].Location = path
		}
		out.Occurrences = &list
	}
	if c.Kind == inventory.Distribution {
		out.Identity = v.identity(c, d)
	}
	if out.Occurrences == nil && out.Identity == nil {
		return nil
	}
	return out
}

func (v *version) identity(c *inventory.Component, d *sbom.Description) *cdx.EvidenceIdentityChoice {
	methods := []cdx.EvidenceIdentityMethod{{Technique: cdx.EvidenceIdentityTechniqueManifestAnalysis, Confidence: &certain}}
	if c.NameFrom != "" && c.NameFrom != "METADATA" {
		methods[0] = cdx.EvidenceIdentityMethod{Technique: cdx.EvidenceIdentityTechniqueFilename, Confidence: &doubtful}
	}
	identity := cdx.EvidenceIdentity{Field: cdx.EvidenceIdentityFieldTypePURL, Confidence: methods[0].Confidence}
	if d.PURL == "" {
		identity.Field = cdx.EvidenceIdentityFieldTypeName
	}
	if c.Class == provenance.Verified {
		methods = append(methods, cdx.EvidenceIdentityMethod{Technique: cdx.EvidenceIdentityTechniqueHashComparison, Confidence: &certain})
		identity.Confidence = &certain
	}
	identity.Methods = &methods
	if v.identities {
		return &cdx.EvidenceIdentityChoice{Identities: &[]cdx.EvidenceIdentity{identity}}
	}
	return &cdx.EvidenceIdentityChoice{Identity: &identity}
}
