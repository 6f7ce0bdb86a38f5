package sbom

import (
	"strconv"
	"strings"
	"time"

	packageurl "github.com/package-url/packageurl-go"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
)

// Description is what a document may state of one component. Every string is
// one line that each format can hold (a licence's text has several), every URL
// a URI, whatever the inventory held.
type Description struct {
	Name       string // as METADATA declares it, or the package's that brought it; never empty
	Version    string // verbatim, that of Name
	Ancestor   string // the purl of the project's own, where a package brought it
	Summary    string
	PURL       string
	Licences   inventory.Licences
	Hashes     []Hash // of the artifact that was installed; none where only a lock or a guess names one
	References []Reference
	HomePage   string  // the URL of the first website among References
	Authors    []Party // whom METADATA calls authors, in its order
	Supplier   Party   // the best of authors and maintainers; never the index
	Locations  []string
	Properties []Property // in a fixed order; names may repeat
}

const noName = "unnamed" // elements of a document need a name

// Property is one fact in pysbom's own words: what no field of a format holds,
// and what says how sure the others are.
type Property struct{ Name, Value string }

// Describe states c. The inventory's own claims are taken as they are: whether
// a digest may stand as the component's hash is a matter of c.Class alone.
func Describe(c *inventory.Component, policy PurlPolicy) *Description {
	d := &Description{
		Name:     inventory.Line(c.Name),
		Version:  inventory.Line(c.Version),
		Summary:  inventory.Line(c.Summary),
		PURL:     PURL(c, policy),
		Ancestor: AncestorPURL(c),
		Licences: Licences(c.Licences),
	}
	if o := c.Owner; o != nil && inventory.Line(o.Name) != "" {
		d.Name, d.Version = inventory.Line(o.Name), inventory.Line(o.Version)
	}
	if d.Name == "" {
		d.Name = noName
	}
	hashes, otherHashes := splitHashes(c.Origin.Artifact.Hashes)
	if c.Class >= provenance.Verified {
		d.Hashes = hashes
	} else {
		otherHashes = allHashes(c.Origin.Artifact.Hashes)
	}
	for _, l := range c.Locations {
		if path := inventory.Line(l.Path); path != "" {
			d.Locations = append(d.Locations, path)
		}
	}
	p := properties{list: make([]Property, 0, 20)}
	p.origin(c, otherHashes)
	p.evidence(c)
	p.owner(c)
	p.installation(c)
	d.parties(c, &p)
	d.references(c, hashes, &p)
	d.Properties = p.list
	return d
}

// properties collects pairs; what is empty is left out.
type properties struct{ list []Property }

func (p *properties) add(name, value string) {
	if value = inventory.Line(value); value != "" {
		p.list = append(p.list, Property{name, value})
	}
}

func (p *properties) addTrue(name string, value bool) {
	if value {
		p.list = append(p.list, Property{name, "true"})
	}
}

// origin states where c came from, or would come from, the class of that
// claim, and the digests that no other field has. An interpreter has no class
// unless evidence was found.
func (p *properties) origin(c *inventory.Component, hashes []string) {
	o, a := &c.Origin, &c.Origin.Artifact
	if c.Kind != inventory.Distribution && c.Class == provenance.ClassUnknown {
		return
	}
	p.add("pysbom:origin:class", c.Class.String())
	if o.Kind != provenance.KindUnknown {
		p.add("pysbom:origin:kind", o.Kind.String())
	}
	p.add("pysbom:origin:source", c.Source)
	p.add("pysbom:origin:index", a.Index)
	p.add("pysbom:origin:url", a.URL)
	p.add("pysbom:origin:filename", a.Filename)
	for _, hash := range hashes {
		p.add("pysbom:origin:hash", hash)
	}
	if a.Size > 0 {
		p.add("pysbom:origin:size", strconv.FormatInt(a.Size, 10))
	}
	if !a.UploadTime.IsZero() {
		p.add("pysbom:origin:upload-time", a.UploadTime.UTC().Format(time.RFC3339Nano))
	}
	p.add("pysbom:origin:yanked", a.Yanked)
	p.addTrue("pysbom:origin:editable", o.Editable)
	p.add("pysbom:origin:subdirectory", o.Subdirectory)
	p.add("pysbom:origin:vcs", o.Commit.System)
	p.add("pysbom:origin:commit", o.Commit.ID)
	p.add("pysbom:origin:requested-revision", o.Commit.Requested)
	if o.BuiltLocally {
		p.add("pysbom:origin:built-from", "sdist")
	}
}

// evidence states which records spoke, and where they stand. The record that
// the origin rests on needs no line when it lies in the component's own
// directory: its name is the source.
func (p *properties) evidence(c *inventory.Component) {
	removed, candidates := false, 0
	for i := range c.Evidence {
		e := &c.Evidence[i]
		removed = removed || e.CredentialsRemoved
		candidates = max(candidates, len(e.Candidates))
		if e.Class == c.Class && e.Source == c.Source && e.Line <= 1 && isOwnRecord(c, e) {
			continue
		}
		p.add("pysbom:origin:evidence", e.Class.String()+" "+standing(e))
	}
	p.addTrue("pysbom:origin:credentials-removed", removed)
	if candidates > 0 {
		p.add("pysbom:origin:candidates", strconv.Itoa(candidates))
	}
	for _, conflict := range c.Conflicts {
		p.add("pysbom:origin:conflict", conflict.String())
	}
}

// standing names the record that e comes from and where in it, as
// "uv.lock locks/uv.lock:12".
func standing(e *provenance.Evidence) string {
	where := e.File
	if where != e.Source {
		where = strings.TrimSpace(e.Source + " " + where)
	}
	if e.Line > 0 {
		where += ":" + strconv.Itoa(e.Line)
	}
	return where
}

func isOwnRecord(c *inventory.Component, e *provenance.Evidence) bool {
	for _, l := range c.Locations {
		rest, ok := strings.CutPrefix(e.File, l.Path)
		if ok && len(rest) == len(e.Source)+1 && rest[0] == '/' && rest[1:] == e.Source {
			return true
		}
	}
	return false
}

// owner states which package brought c, and what c calls itself.
func (p *properties) owner(c *inventory.Component) {
	o := c.Owner
	if o == nil {
		return
	}
	p.add("pysbom:owner:type", o.Type)
	p.add("pysbom:owner:name", o.Name)
	p.add("pysbom:owner:version", o.Version)
	p.add("pysbom:owner:arch", o.Arch)
	p.add("pysbom:owner:distro", o.Distro)
	p.add("pysbom:owner:source", o.Source)
	p.add("pysbom:owner:purl", o.PURL)
	p.add("pysbom:name", c.Name)
	p.add("pysbom:version", c.Version)
	p.add("pysbom:ancestor", AncestorPURL(c))
}

// installation states what the installer left behind. A distribution without
// a format has a .dist-info directory.
func (p *properties) installation(c *inventory.Component) {
	if c.Format != "dist-info" {
		p.add("pysbom:format", c.Format)
	}
	p.add("pysbom:installer", c.Installer)
	p.addTrue("pysbom:requested", c.Requested)
	for _, tag := range c.Wheel.Tags {
		p.add("pysbom:wheel:tag", tag)
	}
	p.add("pysbom:wheel:build", c.Wheel.Build)
	p.add("pysbom:wheel:generator", c.Wheel.Generator)
	p.addTrue("pysbom:wheel:built-locally", c.Wheel.BuiltLocally)
	p.add("pysbom:environment", c.Env)
	if c.Format != "dist-info" {
		p.add("pysbom:format", c.Format)
	}
	p.add("pysbom:license:source", c.Licences.Source)
	for _, raw := range c.Licences.Raw {
		p.add("pysbom:license:raw", raw)
	}
	for _, requirement := range c.Missing {
		p.add("pysbom:missing-requirement", requirement)
	}
}

// DescribeSubject states the subject of inv. In a document of one environment
// it stands for that too.
func DescribeSubject(inv *inventory.Inventory) *Description {
	d := &Description{Name: inventory.Line(inv.Subject.Name), Version: inventory.Line(inv.Subject.Version)}
	if d.Name == "" {
		d.Name = noName
	}
	if purl, err := packageurl.FromString(inventory.Line(inv.Subject.PURL)); err == nil {
		d.PURL = purl.ToString()
	} else {
		var p properties
		p.add("pysbom:purl", inv.Subject.PURL)
		d.Properties = p.list
	}
	if len(inv.Environments) == 1 {
		d.Properties = append(d.Properties, DescribeEnvironment(&inv.Environments[0])...)
	}
	return d
}

// DescribeEnvironment states what no field of a format holds of an
// environment.
func DescribeEnvironment(e *inventory.Environment) []Property {
	var p properties
	p.add("pysbom:environment", e.ID)
	p.add("pysbom:environment:layout", e.Layout)
	p.add("pysbom:environment:prefix", e.Prefix)
	for _, site := range e.Sites {
		name := "pysbom:environment:site"
		if site.Inherited {
			name = "pysbom:environment:inherited-site"
		}
		p.add(name, site.Path)
	}
	p.add("pysbom:environment:python:implementation", e.Python.Implementation)
	p.add("pysbom:environment:python:version", e.Python.Version)
	p.add("pysbom:environment:python:source", e.Python.Source)
	for _, name := range sortedNames(e.Markers) {
		p.add("pysbom:environment:marker:"+strings.ReplaceAll(inventory.Line(name), "=", "_"), e.Markers[name])
	}
	return p.list
}
