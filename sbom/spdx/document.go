package spdx

import (
	"strings"

	"github.com/spdx/tools-golang/spdx/v2/common"
	v23 "github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

const (
	// namespaceBase stands before the name and the UUID of every document.
	namespaceBase = "https://pysbom.github.io/spdx/"

	refPrefix   = "SPDXRef-"
	documentRef = refPrefix + "DOCUMENT"
	rootRef     = refPrefix + "root"
	noAssertion = "NOASSERTION"
)

// document is one sbom.Document as SPDX's elements. Packages are the subject,
// then the environments where there are several, then the components.
type document struct {
	*sbom.Document
	g             *sbom.Graph // its names have the prefix of references
	declared      []string    // the declared licence of each component
	licences      []*v23.OtherLicense
	relationships []relationship
}

// relationship is a [v23.Relationship] that marshals to the same JSON without
// the library's detour over each of its parts.
type relationship struct {
	From string `json:"spdxElementId"`
	To   string `json:"relatedSpdxElement"`
	Type string `json:"relationshipType"`
}

func newDocument(doc *sbom.Document) *document {
	d := &document{Document: doc, g: sbom.NewGraph(doc.Inventory, rootRef, elementRef)}
	d.declare()
	d.relate()
	return d
}

// elementRef spells an ID in the alphabet of SPDX references, apart from the
// document's own.
func elementRef(id string) string {
	s := idString(id)
	if s == "" || s == "DOCUMENT" {
		s += "-"
	}
	return refPrefix + s
}

// idString replaces what no SPDX identifier may hold.
func idString(s string) string {
	clean := func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '-':
			return r
		}
		return '-'
	}
	return strings.Map(clean, s)
}

// relate lists the relationships: what the document describes, what contains
// what, what depends on what.
func (d *document) relate() {
	g := d.g
	n := 1 + len(g.Environments) + len(g.Components)
	for _, c := range g.Components {
		n += len(c.Needs)
	}
	d.relationships = make([]relationship, 0, n+len(g.Components)/4)
	add := func(from, typ, to string) { d.relationships = append(d.relationships, relationship{from, to, typ}) }
	addAll := func(from string, needs []string) {
		for _, to := range needs {
			add(from, common.TypeRelationshipDependsOn, to)
		}
	}
	add(documentRef, common.TypeRelationshipDescribe, g.Root)
	for _, name := range g.Environments {
		add(g.Root, common.TypeRelationshipContains, name)
	}
	for i, name := range g.Names {
		holder := g.Root
		if env := g.EnvironmentOf(i); env >= 0 {
			holder = g.Environments[env]
		}
		add(holder, common.TypeRelationshipContains, name)
	}
	addAll(g.Root, g.RootNeeds())
	for i, name := range g.Environments {
		addAll(name, g.EnvironmentNeeds(i))
	}
	for i, name := range g.Names {
		addAll(name, g.Needs(i))
	}
}

// packages is how many packages the document has.
func (d *document) packages() int { return 1 + len(d.g.Environments) + len(d.g.Components) }

// pkg returns package i.
func (d *document) pkg(i int) *pkg {
	envs := len(d.g.Environments)
	switch {
	case i == 0:
		return d.root()
	case i <= envs:
		return d.environment(i - 1)
	}
	i -= 1 + envs
	return newPackage(d.g.Components[i], d.g.Names[i], d.declared[i], d.PURL)
}

// root is the subject.
func (d *document) root() *pkg {
	s := sbom.DescribeSubject(d.Inventory)
	p := emptyPackage(d.g.Root, s.Name, s.Version, "APPLICATION")
	if supplier := d.Supplier.Clean(); !supplier.IsZero() {
		p.Supplier = actor(supplier, true)
	}
	p.ExternalRefs = externalReferences(s)
	p.pairs = append(assemblies(d.g.Complete()), s.Properties...)
	return p
}

// assemblies says whether everything that a package holds is in the document.
func assemblies(complete bool) []sbom.Property {
	return []sbom.Property{{Name: "pysbom:assemblies", Value: completeness(complete)}}
}

func (d *document) environment(i int) *pkg {
	e := &d.Inventory.Environments[i]
	p := emptyPackage(d.g.Environments[i], inventory.Line(e.ID), inventory.Line(e.Python.Version), "OTHER")
	p.pairs = append(assemblies(e.Complete), sbom.DescribeEnvironment(e)...)
	return p
}

func completeness(complete bool) string {
	if complete {
		return "complete"
	}
	return "incomplete"
}

// header is the library's document without any element.
func (d *document) header(uuid, created string) *v23.Document {
	info := &v23.CreationInfo{
		Creators:       []common.Creator{{CreatorType: "Tool", Creator: d.toolName()}},
		Created:        created,
		CreatorComment: "SBOM type: " + sbomType(d.Phase()) + "; lifecycle phase: " + d.Phase(),
	}
	if author := d.Author.Clean(); !author.IsZero() {
		kind, name, _ := strings.Cut(actor(author, author.Organization()), ": ")
		info.Creators = append(info.Creators, common.Creator{CreatorType: kind, Creator: name})
	}
	return &v23.Document{
		SPDXVersion: v23.Version, DataLicense: v23.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName: d.name(), DocumentNamespace: d.namespace(uuid), CreationInfo: info,
	}
}

func (d *document) toolName() string {
	return inventory.Line(d.Tool.Name + "-" + d.Tool.Version)
}

// sbomType is CISA's word for a document made in that phase.
func sbomType(phase string) string {
	switch phase {
	case "design":
		return "Design"
	case "pre-build":
		return "Source"
	case "build":
		return "Build"
	case "operations":
		return "Deployed"
	case "discovery":
		return "Runtime"
	}
	return "Analyzed"
}

// name is the document's own.
func (d *document) name() string {
	s := sbom.DescribeSubject(d.Inventory)
	if s.Version == "" {
		return s.Name
	}
	return s.Name + "-" + s.Version
}

func (d *document) namespace(uuid string) string {
	return namespaceBase + idString(d.name()) + "-" + uuid
}
