package cyclonedx

import (
	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// rootRef is the bom-ref of the subject.
const rootRef = "root"

// document is one sbom.Document in one version: the elements of the frame that
// writeJSON and writeXML write.
type document struct {
	*sbom.Document
	v *version
	g *sbom.Graph
}

func newDocument(doc *sbom.Document, v *version) *document {
	return &document{doc, v, sbom.NewGraph(doc.Inventory, rootRef, inventory.Line)}
}

// section is a list of elements of the document: n of them, each named tag in
// XML.
type section struct {
	tag     string
	n       int
	element func(i int) any
}

// rendered is a document but for its frame.
type rendered struct {
	serial                                           string
	metadata, components, dependencies, compositions *sbom.Elements
}

// render has each section marshalled and makes the serial number of them, the
// metadata without its timestamp.
func (d *document) render(format string, marshal func(section) (*sbom.Elements, error)) (*rendered, error) {
	compositions := d.compositions()
	sections := [...]section{
		{"metadata", 1, func(int) any { return d.metadata("") }},
		{"component", d.components(), func(i int) any { return d.component(i) }},
		{"dependency", 1 + d.components(), func(i int) any { return d.dependency(i) }},
		{"composition", len(compositions), func(i int) any { return compositions[i] }},
		{"metadata", 1, func(int) any { return d.metadata(d.Timestamp()) }},
	}
	var parts [len(sections)]*sbom.Elements
	for i, s := range sections {
		var err error
		if parts[i], err = marshal(s); err != nil {
			return nil, err
		}
	}
	serial := sbom.Serial(format+"@"+d.v.name, parts[:4]...)
	return &rendered{serial, parts[4], parts[1], parts[2], parts[3]}, nil
}

// metadata is that of a document made at timestamp; with an empty one it is
// what the serial number rests on.
func (d *document) metadata(timestamp string) *cdx.Metadata {
	m := &cdx.Metadata{
		Timestamp:  timestamp,
		Lifecycles: &[]cdx.Lifecycle{lifecycle(d.Phase())},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
			Type: cdx.ComponentTypeApplication, Name: d.Tool.Name, Version: d.Tool.Version,
		}}},
		Component: d.root(),
	}
	if author := d.Author.Clean(); !author.IsZero() {
		if author.Organization() && d.v.manufacturer {
			m.Manufacturer = organization(author)
		} else {
			m.Authors = &[]cdx.OrganizationalContact{contact(author)}
		}
		if author.URL != "" && !d.v.manufacturer {
			m.Properties = &[]cdx.Property{{Name: "pysbom:author:url", Value: author.URL}}
		}
	}
	if supplier := d.Supplier.Clean(); !supplier.IsZero() {
		m.Supplier = organization(supplier)
	}
	return m
}

// lifecycle is a phase of the specification, or else one of the user's own.
func lifecycle(phase string) cdx.Lifecycle {
	switch p := cdx.LifecyclePhase(phase); p {
	case cdx.LifecyclePhaseDesign, cdx.LifecyclePhasePreBuild, cdx.LifecyclePhaseBuild, cdx.LifecyclePhasePostBuild,
		cdx.LifecyclePhaseOperations, cdx.LifecyclePhaseDiscovery, cdx.LifecyclePhaseDecommission:
		return cdx.Lifecycle{Phase: p}
	}
	return cdx.Lifecycle{Name: phase}
}

// root is the subject.
func (d *document) root() *cdx.Component {
	s := sbom.DescribeSubject(d.Inventory)
	return &cdx.Component{
		BOMRef: d.g.Root, Type: cdx.ComponentTypeApplication,
		Name: s.Name, Version: s.Version, PackageURL: s.PURL, Properties: propertyList(s.Properties),
	}
}

// components is how many components the document has beside the subject.
func (d *document) components() int { return len(d.g.Environments) + len(d.g.Components) }

// component returns element i of them: environments, then what they hold.
func (d *document) component(i int) *cdx.Component {
	if i < len(d.g.Environments) {
		return d.environment(i)
	}
	i -= len(d.g.Environments)
	return d.v.component(d.g.Components[i], d.g.Names[i], d.PURL)
}

func (d *document) environment(i int) *cdx.Component {
	e := &d.Inventory.Environments[i]
	return &cdx.Component{
		BOMRef: d.g.Environments[i], Type: cdx.ComponentTypePlatform,
		Name: inventory.Line(e.ID), Version: inventory.Line(e.Python.Version),
		Properties: propertyList(sbom.DescribeEnvironment(e)),
	}
}

// dependency returns element i of the graph: the subject, then what component
// returns.
func (d *document) dependency(i int) *cdx.Dependency {
	dep := &cdx.Dependency{Ref: d.g.Root}
	var needs []string
	switch envs := len(d.g.Environments); {
	case i == 0:
		needs = d.g.RootNeeds()
	case i <= envs:
		dep.Ref, needs = d.g.Environments[i-1], d.g.EnvironmentNeeds(i-1)
	default:
		dep.Ref, needs = d.g.Names[i-1-envs], d.g.Needs(i-1-envs)
	}
	if len(needs) > 0 { // a pointer to a nil slice would be null
		dep.Dependencies = &needs
	}
	return dep
}

// compositions states what is complete: each reference stands once.
func (d *document) compositions() []*cdx.Composition {
	var assemblies, dependencies [2][]cdx.BOMReference // incomplete, complete
	add := func(list *[2][]cdx.BOMReference, ref string, complete bool) {
		k := 0
		if complete {
			k = 1
		}
		list[k] = append(list[k], cdx.BOMReference(ref))
	}
	add(&assemblies, d.g.Root, d.g.Complete())
	for i, ref := range d.g.Environments {
		add(&assemblies, ref, d.Inventory.Environments[i].Complete)
	}
	for i, c := range d.g.Components {
		if c.Kind != inventory.Interpreter { // of its dependencies nothing is known
			add(&dependencies, d.g.Names[i], c.NeedsComplete)
		}
	}
	var out []*cdx.Composition
	for k, aggregate := range []cdx.CompositionAggregate{cdx.CompositionAggregateIncomplete, cdx.CompositionAggregateComplete} {
		c := &cdx.Composition{Aggregate: aggregate}
		if len(assemblies[k]) > 0 {
			c.Assemblies = &assemblies[k]
		}
		if len(dependencies[k]) > 0 {
			c.Dependencies = &dependencies[k]
		}
		if c.Assemblies != nil || c.Dependencies != nil {
			out = append(out, c)
		}
	}
	return out
}
