package spdx

import (
	"cmp"
	"strings"

	"github.com/spdx/tools-golang/spdx/v2/common"
	v23 "github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// checksumAlgorithms are the names of hashlib's algorithms in SPDX.
var checksumAlgorithms = map[string]common.ChecksumAlgorithm{
	"md5": common.MD5, "sha1": common.SHA1, "sha224": common.SHA224,
	"sha256": common.SHA256, "sha384": common.SHA384, "sha512": common.SHA512,
	"sha3_256": common.SHA3_256, "sha3_384": common.SHA3_384, "sha3_512": common.SHA3_512,
	"blake2b": common.BLAKE2b_512,
}

// pkg is a [v23.Package] of which this package fills in what it has. It
// marshals to the same JSON without the library's detour over each actor,
// identifier and reference, which costs more than all the rest.
type pkg struct {
	Name             string            `json:"name"`
	ID               string            `json:"SPDXID"`
	Version          string            `json:"versionInfo,omitempty"`
	FileName         string            `json:"packageFileName,omitempty"`
	Supplier         string            `json:"supplier,omitempty"`
	Originator       string            `json:"originator,omitempty"`
	DownloadLocation string            `json:"downloadLocation"`
	FilesAnalyzed    bool              `json:"filesAnalyzed"`
	Checksums        []common.Checksum `json:"checksums,omitempty"`
	HomePage         string            `json:"homepage,omitempty"`
	SourceInfo       string            `json:"sourceInfo,omitempty"`
	LicenseConcluded string            `json:"licenseConcluded,omitempty"`
	LicenseDeclared  string            `json:"licenseDeclared,omitempty"`
	CopyrightText    string            `json:"copyrightText,omitempty"`
	Summary          string            `json:"summary,omitempty"`
	ExternalRefs     []reference       `json:"externalRefs,omitempty"`
	Purpose          string            `json:"primaryPackagePurpose,omitempty"`

	pairs []sbom.Property // of its annotation
}

// reference is a [v23.PackageExternalReference].
type reference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
	Comment  string `json:"comment,omitempty"`
}

// library returns p as tools-golang has it, without the annotation.
func (p *pkg) library() *v23.Package {
	out := &v23.Package{
		PackageName: p.Name, PackageSPDXIdentifier: elementID(p.ID), PackageVersion: p.Version,
		PackageFileName: p.FileName, PackageDownloadLocation: p.DownloadLocation, PackageChecksums: p.Checksums,
		PackageHomePage: p.HomePage, PackageSourceInfo: p.SourceInfo, PackageSummary: p.Summary,
		PackageLicenseConcluded: p.LicenseConcluded, PackageLicenseDeclared: p.LicenseDeclared,
		PackageCopyrightText: p.CopyrightText, PrimaryPackagePurpose: p.Purpose,
	}
	if kind, name, ok := strings.Cut(p.Supplier, ": "); ok {
		out.PackageSupplier = &common.Supplier{SupplierType: kind, Supplier: name}
	} else if p.Supplier != "" { // an empty one cannot be written
		out.PackageSupplier = &common.Supplier{Supplier: p.Supplier}
	}
	if kind, name, ok := strings.Cut(p.Originator, ": "); ok {
		out.PackageOriginator = &common.Originator{OriginatorType: kind, Originator: name}
	}
	for _, r := range p.ExternalRefs {
		out.PackageExternalReferences = append(out.PackageExternalReferences, &v23.PackageExternalReference{
			Category: r.Category, RefType: r.Type, Locator: r.Locator, ExternalRefComment: r.Comment,
		})
	}
	return out
}

func elementID(ref string) common.ElementID {
	return common.ElementID(strings.TrimPrefix(ref, refPrefix))
}

// emptyPackage is a package of which nothing but the name is known.
func emptyPackage(ref, name, version, purpose string) *pkg {
	if name == "" {
		name = "unnamed"
	}
	return &pkg{
		Name: name, ID: ref, Version: version, Supplier: noAssertion, DownloadLocation: noAssertion,
		LicenseConcluded: noAssertion, LicenseDeclared: noAssertion, CopyrightText: noAssertion, Purpose: purpose,
	}
}

// newPackage translates what may be said of c.
func newPackage(c *inventory.Component, ref, declared string, policy sbom.PurlPolicy) *pkg {
	d := sbom.Describe(c, policy)
	purpose := "LIBRARY"
	if c.Kind == inventory.Interpreter {
		purpose = "APPLICATION"
	}
	p := emptyPackage(ref, d.Name, d.Version, purpose)
	p.LicenseDeclared = declared
	p.Summary = d.Summary
	p.SourceInfo = sourceInfo(c)
	p.DownloadLocation = downloadLocation(c)
	if isURL(d.HomePage) {
		p.HomePage = d.HomePage
	}
	if c.Class >= provenance.Verified {
		p.FileName = inventory.Line(c.Origin.Artifact.Filename)
	}
	for _, h := range d.Hashes {
		if alg, ok := checksumAlgorithms[h.Algorithm]; ok {
			p.Checksums = append(p.Checksums, common.Checksum{Algorithm: alg, Value: h.Value})
		}
	}
	if !d.Supplier.IsZero() {
		p.Supplier = actor(d.Supplier, d.Supplier.Organization())
	}
	if len(d.Authors) > 0 {
		p.Originator = actor(d.Authors[0], d.Authors[0].Organization())
	}
	p.ExternalRefs = externalReferences(d)
	p.pairs = append(d.Properties, extraPairs(c, d)...)
	return p
}

// extraPairs are what CycloneDX has fields for and SPDX has none.
func extraPairs(c *inventory.Component, d *sbom.Description) []sbom.Property {
	var pairs []sbom.Property
	for _, path := range d.Locations {
		pairs = append(pairs, sbom.Property{Name: "pysbom:location", Value: path})
	}
	if len(d.Authors) > 1 {
		for _, author := range d.Authors[1:] {
			pairs = append(pairs, sbom.Property{Name: "pysbom:author", Value: author.String()})
		}
	}
	if c.NameFrom != "" && c.NameFrom != "METADATA" {
		pairs = append(pairs, sbom.Property{Name: "pysbom:name:source", Value: inventory.Line(c.NameFrom)})
	}
	if c.Kind != inventory.Interpreter {
		pairs = append(pairs, sbom.Property{Name: "pysbom:dependencies", Value: completeness(c.NeedsComplete)})
	}
	return pairs
}

// brackets keeps the round ones for addresses.
var brackets = strings.NewReplacer("(", "[", ")", "]")

// actor writes p as SPDX does: a kind, and a name with the address in
// brackets.
func actor(p sbom.Party, organization bool) string {
	kind := "Person: "
	if organization {
		kind = "Organization: "
	}
	name, address := brackets.Replace(p.Label()), brackets.Replace(cmp.Or(p.Email, p.URL))
	if address == "" || address == name {
		return kind + name
	}
	return kind + name + " (" + address + ")"
}

func purlReference(purl string) reference {
	return reference{Category: common.CategoryPackageManager, Type: common.TypePackageManagerPURL, Locator: purl}
}

// externalReferences are the purl, and the places that belong to the package.
func externalReferences(d *sbom.Description) []reference {
	var list []reference
	if d.PURL != "" {
		list = append(list, purlReference(d.PURL))
	}
	for _, r := range d.References {
		list = append(list, reference{Category: common.CategoryOther, Type: r.Type, Locator: r.URL, Comment: r.Comment})
	}
	return list
}
