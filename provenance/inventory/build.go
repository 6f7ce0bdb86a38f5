package inventory

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pysbom/pysbom/internal/licence"
	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
)

// Config is what Build is told besides the environments. Its zero value asks
// for nothing in particular.
type Config struct {
	Subject Subject
	Host    Platform // of the machine that the environments lie on and run on; zero when they do not
	Done    func()   // called for each distribution read, from several goroutines; may be nil

	PythonVersion string    // overrides what the environments show, for markers
	Platform      *Platform // overrides what the environments show, for markers
}

// Codes of warnings that arise in the join. Those of package installed and of
// package provenance are passed on as they are.
const (
	CodeRequirement = "requirement-invalid" // a Requires-Dist that PEP 508 does not allow: that edge is missing
	CodeLicence     = "license-expression"  // a License-Expression that is no valid SPDX expression
	CodeConflict    = "origin-conflict"     // two records of the origin that cannot both hold
)

// Build reads the distributions of envs and joins them with what their
// records say of their origin. It never fails: what could not be read is a
// Warning. An error of envs becomes one too.
func Build(ctx context.Context, envs iter.Seq2[*installed.Environment, error], cfg Config) *Inventory {
	inv := &Inventory{Schema: Schema, Subject: cfg.Subject, Roots: []Root{{}}}
	owners := &ownership{loaded: map[string]*territory{}}
	inv.Subject.clean()
	for env, err := range envs {
		if err != nil {
			inv.warn(err, "")
			continue
		}
		inv.add(ctx, env, owners, cfg)
	}
	for _, p := range owners.problems {
		inv.warn(p, "")
	}
	for _, r := range owners.roots {
		inv.addRoot(r)
	}
	inv.sort()
	return inv
}

// add joins one environment into inv.
func (inv *Inventory) add(ctx context.Context, env *installed.Environment, owners *ownership, cfg Config) {
	contents := env.Read(cfg.Done)
	settleRivals(ctx, contents)
	platform := platformOf(env, contents.Distributions, cfg.Host)
	if cfg.Platform != nil {
		platform = *cfg.Platform
	}
	python := env.Python
	pythonOwner := owners.interpreter(env)
	if pythonOwner != nil && majorMinor(upstream(pythonOwner.Version)) == majorMinor(python.Version) && strings.Count(python.Version, ".") < 2 {
		python.Version = upstream(pythonOwner.Version)
	}
	env.Python = python
	if cfg.PythonVersion != "" {
		python.Version = cfg.PythonVersion
	}
	markers := markerEnvironment(python, platform)

	nodes, warnings := join(env, contents.Distributions, owners)
	link(nodes, markers)
	owned := newOwned(contents.Distributions)
	bySystem := func(s *installed.Site, name string) bool {
		return owners.of(s.Root, env.Prefix, path.Join(s.Dir, name)) != nil
	}
	contents.Problems = append(contents.Problems, pthProblems(contents, owned, bySystem)...)
	e := Environment{ID: env.ID, Layout: env.Layout, Prefix: env.Prefix, Markers: markerValues(markers), Top: tops(nodes),
		Python: Python{Line(env.Python.Implementation), Line(env.Python.Version), Line(env.Python.Source)}, Complete: true}
	for _, m := range unowned(contents, owned, bySystem) {
		c := unownedModule(env, m)
		inv.Components = append(inv.Components, c)
		contents.Problems = append(contents.Problems, &installed.Problem{Code: CodeModuleUnowned, Path: c.Locations[0].Path, Msg: "can be imported, and no distribution installed it: what it is, is unknown"})
	}
	for _, p := range slices.Concat(env.Problems, contents.Problems) {
		e.Complete = e.Complete && !isHole(p)
		inv.warn(p, "")
	}
	for _, s := range contents.Sites {
		e.Sites = append(e.Sites, Site{Line(s.Label("")), s.Inherited})
	}
	for i := range env.Bases {
		inv.addRoot(&env.Bases[i])
	}
	for _, r := range contents.Roots {
		inv.addRoot(r)
	}
	inv.Environments = append(inv.Environments, e)
	inv.Warnings = append(inv.Warnings, warnings...)
	if c := interpreter(&e); c != nil {
		c.own(pythonOwner)
		c.reconcile(func(string, string, string) {})
		inv.Components = append(inv.Components, c)
	}
	for _, n := range nodes {
		inv.Components = append(inv.Components, n.component)
	}
}

// unownedModule is the component for code that no distribution stands for.
func unownedModule(env *installed.Environment, m installed.Module) *Component {
	name, _, _ := strings.Cut(m.Name, ".")
	where := Line(m.Site.Label(m.Name))
	return &Component{ID: siteID(env, m.Site) + "#module:" + Line(m.Name), Kind: Unowned, Env: env.ID, Name: Line(name),
		NameFrom: "directory", Locations: []Location{{where}}}
}

func (inv *Inventory) addRoot(r *installed.Root) {
	if !slices.ContainsFunc(inv.Roots, func(known Root) bool { return known.ID == r.ID }) {
		inv.Roots = append(inv.Roots, Root{Line(r.ID), Line(r.Path)})
	}
}

// interpreter returns the component for an environment's Python, nil when
// nothing is known of it.
func interpreter(e *Environment) *Component {
	name := e.Python.Implementation
	if name == "" && e.Python.Version == "" {
		return nil
	}
	if name == "" {
		name = "Python"
	}
	c := &Component{ID: "python:" + e.Prefix + "@" + e.Python.Version, Kind: Interpreter, Env: e.ID, Name: name, Version: e.Python.Version}
	if e.Python.Source != "" {
		c.Locations = []Location{{e.Python.Source}}
	}
	return c
}

// join makes the components of one environment, in parallel.
func join(env *installed.Environment, dists []*installed.Distribution, owners *ownership) ([]*node, []Warning) {
	nodes, warnings := make([]*node, len(dists)), make([][]Warning, len(dists))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(dists); i += workers {
				nodes[i], warnings[i] = component(env, dists[i])
			}
		})
	}
	wg.Wait()
	for i, n := range nodes {
		if p := owners.decide(env, dists[i]); p != nil {
			n.component.own(p)
			n.component.reconcile(func(code, path, msg string) {
				warnings[i] = append(warnings[i], Warning{code, Line(path), Line(msg), n.component.ID})
			})
		}
	}
	return nodes, slices.Concat(warnings...)
}

// component makes the component of d, its place in the graph, and what there
// is to warn of.
func component(env *installed.Environment, d *installed.Distribution) (*node, []Warning) {
	m := &d.Metadata
	c := &Component{
		Kind: Distribution, Env: env.ID, Format: string(d.Format), Name: Line(d.Name), Version: Line(d.Version), NameFrom: "METADATA",
		Summary: declared(m.Summary), HomePage: location(m.HomePage),
		Parties:   producers(m.Author, m.AuthorEmail, m.Maintainer, m.MaintainerEmail),
		Locations: []Location{{d.Path()}}, Installer: Line(d.Installer), Requested: d.Requested,
		Wheel: Wheel{Tags: slices.Sorted(slices.Values(d.Wheel.Tags)), Build: Line(d.Wheel.Build), Generator: Line(d.Wheel.Generator), BuiltLocally: d.BuiltLocally},
	}
	c.ID = componentID(env, d, c)
	if d.FromDir {
		c.NameFrom = "directory"
	}
	for _, u := range m.ProjectURLs {
		label, url, _ := strings.Cut(u, ",")
		if url = location(url); url != "" {
			c.ProjectURLs = append(c.ProjectURLs, ProjectURL{Line(label), url})
		}
	}
	for i, tag := range c.Wheel.Tags {
		c.Wheel.Tags[i] = Line(tag)
	}
	var warnings []Warning
	warn := func(code, path, msg string) {
		warnings = append(warnings, Warning{code, Line(path), Line(msg), c.ID})
	}
	for _, p := range d.Problems {
		warn(p.Code, p.Path, p.Msg)
	}
	c.licences(d, warn)
	c.origin(d, warn)
	n := &node{component: c, name: provenance.NormalizeName(c.Name), unread: d.FromDir}
	n.requirements(d, warn)
	return n, warnings
}

// componentID is unique: names are, within one site. An inherited site may
// belong to several environments.
func componentID(env *installed.Environment, d *installed.Distribution, c *Component) string {
	return siteID(env, d.Site) + "#" + provenance.NormalizeName(c.Name) + "@" + c.Version
}

func siteID(env *installed.Environment, s *installed.Site) string {
	if s.Inherited && env.Prefix != "." {
		return Line(env.Prefix + ":" + s.Label(""))
	}
	return Line(s.Label(""))
}

// location is declared for a URL, without credentials.
func location(url string) string {
	if url = declared(url); url == "" {
		return ""
	}
	clean, _ := provenance.CleanURL(url)
	return clean
}

func (c *Component) licences(d *installed.Distribution, warn func(code, path, msg string)) {
	m := &d.Metadata
	found, err := licence.Declared(m.LicenseExpression, m.Classifiers, dedent(m.License))
	if err != nil {
		warn(CodeLicence, d.Path()+"/METADATA", err.Error())
	}
	c.Licences = Licences{Expression: found.Expression, Source: found.Source}
	for _, raw := range found.Raw {
		c.Licences.Raw = append(c.Licences.Raw, Text(raw))
	}
	for _, l := range found.List {
		c.Licences.Listed = append(c.Licences.Listed, Licence{l.ID, Line(l.Name), Text(l.Text)})
	}
}

func (c *Component) origin(d *installed.Distribution, warn func(code, path, msg string)) {
	evidence, problems := provenance.FromRecords(d.Path(), d.DirectURL, d.ProvenanceURL)
	for _, p := range problems {
		if p.Level != provenance.Advice {
			warn(p.Code, p.File, strings.TrimPrefix(p.Error(), p.File+": "))
		}
	}
	for i := range evidence {
		evidence[i].Name, evidence[i].Version = provenance.NormalizeName(c.Name), c.Version
	}
	c.Evidence = evidence
	c.reconcile(warn)
}

// Add asks find for more evidence of every distribution, and settles its
// origin anew. What find returns is about the component that it was asked for.
func (inv *Inventory) Add(find func(*Component) ([]provenance.Evidence, []Warning)) {
	for _, c := range inv.Components {
		if c.Kind != Distribution {
			continue
		}
		evidence, warnings := find(c)
		for i := range warnings {
			w := &warnings[i]
			cleanAll(&w.Code, &w.Path, &w.Message)
			inv.Warnings = append(inv.Warnings, *w)
		}
		if len(evidence) == 0 {
			continue
		}
		known := len(c.Conflicts)
		c.Evidence = append(c.Evidence, evidence...)
		c.cleanEvidence()
		c.reconcile(func(code, path, msg string) {
			if known--; known < 0 { // those there were have been said
				inv.Warnings = append(inv.Warnings, Warning{code, path, Line(msg), c.ID})
			}
		})
	}
	inv.sort()
}

// reconcile settles Origin from Evidence, which it sorts, strongest first.
func (c *Component) reconcile(warn func(code, path, msg string)) {
	if len(c.Evidence) == 0 {
		return
	}
	slices.SortStableFunc(c.Evidence, func(a, b provenance.Evidence) int { return cmp.Compare(b.Class, a.Class) })
	c.Origin, c.Class, c.Conflicts = provenance.Reconcile(c.Evidence)
	for _, e := range slices.Backward(c.Evidence) {
		if e.Class == c.Class && e.Origin.Kind == c.Origin.Kind {
			c.Source = e.Source
		}
	}
	for _, conflict := range c.Conflicts {
		warn(CodeConflict, c.Locations[0].Path, conflict.String())
	}
}

func (n *node) requirements(d *installed.Distribution, warn func(code, path, msg string)) {
	if len(d.Metadata.RequiresDist) == 0 {
		return
	}
	n.requires = make([]pep508.Requirement, 0, len(d.Metadata.RequiresDist))
	for _, text := range d.Metadata.RequiresDist {
		r, err := pep508.Parse(text)
		if err != nil {
			n.unread = true
			warn(CodeRequirement, d.Path()+"/METADATA", "Requires-Dist: "+whereOnly(err))
			continue
		}
		n.requires = append(n.requires, r)
	}
}

// whereOnly is err without the text that it is about: a requirement may hold a
// URL with a password.
func whereOnly(err error) string {
	var syntax *pep508.SyntaxError
	if !errors.As(err, &syntax) {
		return "not one that PEP 508 allows"
	}
	return "column " + strconv.Itoa(syntax.Column) + ": " + syntax.Msg
}

// isHole reports whether p leaves it open what is installed. A leftover and a
// shadowed distribution do not.
func isHole(p *installed.Problem) bool {
	return p.Code != installed.CodeLeftover && p.Code != installed.CodeShadowed
}

func (inv *Inventory) warn(err error, component string) {
	w := Warning{Code: installed.CodeUnreadable, Message: Line(err.Error()), Component: component}
	var p *installed.Problem
	if errors.As(err, &p) {
		w.Code, w.Path, w.Message = p.Code, Line(p.Path), Line(p.Msg)
	}
	inv.Warnings = append(inv.Warnings, w)
}

// sort brings everything into the one order that all outputs have.
func (inv *Inventory) sort() {
	slices.SortFunc(inv.Environments, func(a, b Environment) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(inv.Components, func(a, b *Component) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(inv.Warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Component, b.Component))
	})
	inv.Warnings = slices.Compact(inv.Warnings) // a site that several environments read is as it is for each
}
