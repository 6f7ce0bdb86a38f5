package sbom

import (
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
)

// Reference is a place that belongs to a component.
type Reference struct {
	Type    string // in CycloneDX's words
	URL     string // a URI
	Comment string
	Hashes  []Hash // of the file at URL
}

const (
	refDistribution = "distribution"
	refVCS          = "vcs"
	refWebsite      = "website"
	refOther        = "other"
)

// labels are the labels of Project-URL that say what they lead to, as
// [plainLabel] writes them: the well-known ones with their aliases, then some
// that many projects use. A download page is no artifact: it has no row.
//
// https://packaging.python.org/en/latest/specifications/well-known-project-urls/
var labels = map[string]string{
	"homepage": refWebsite,
	"source":   refVCS, "repository": refVCS, "sourcecode": refVCS, "github": refVCS,
	"changelog": "release-notes", "changes": "release-notes", "whatsnew": "release-notes", "history": "release-notes",
	"releasenotes":  "release-notes",
	"documentation": "documentation", "docs": "documentation",
	"issues": "issue-tracker", "bugs": "issue-tracker", "issue": "issue-tracker", "tracker": "issue-tracker",
	"issuetracker": "issue-tracker", "bugtracker": "issue-tracker",

	"home": refWebsite, "website": refWebsite,
	"gitlab": refVCS, "code": refVCS, "git": refVCS,
	"bugreports": "issue-tracker", "issuestracker": "issue-tracker",
	"releases": "release-notes", "news": "release-notes",
	"mailinglist": "mailing-list",
	"chat":        "chat", "discord": "chat", "gitter": "chat", "matrix": "chat", "slack": "chat",
	"mastodon": "social", "twitter": "social",
	"license": "license",
	"support": "support",
}

// references lists the places of c: the one it came from, as far as the class
// of its evidence allows, then those that its metadata names. A URL that no
// URI can be made of becomes a property.
func (d *Description) references(c *inventory.Component, hashes []Hash, p *properties) {
	d.References = make([]Reference, 0, 2+len(c.ProjectURLs))
	d.addOrigin(c, hashes)
	if c.HomePage != "" && !d.addReference(refWebsite, c.HomePage, "") {
		p.add("pysbom:home-page", c.HomePage)
	}
	for _, u := range c.ProjectURLs {
		typ, ok := labels[plainLabel(u.Label)]
		if !ok {
			typ = refOther
		}
		if !d.addReference(typ, u.URL, "Project-URL: "+u.Label) {
			p.add("pysbom:project-url", u.Label+", "+u.URL)
		}
	}
	for _, r := range d.References {
		if r.Type == refWebsite {
			d.HomePage = r.URL
			break
		}
	}
}

// addOrigin adds the reference that evidence of c's class may fill, with the
// digests of what is there. Directories have none: nobody else can go there.
func (d *Description) addOrigin(c *inventory.Component, hashes []Hash) {
	o := &c.Origin
	if c.Class < provenance.Locked || o.Artifact.URL == "" || o.Kind == provenance.KindDirectory {
		return
	}
	url, ok := URI(o.Artifact.URL)
	if !ok {
		return
	}
	r := Reference{Type: refDistribution, URL: url}
	if o.Kind == provenance.KindVCS {
		r.Type, r.Comment = refVCS, "origin"
		if o.Commit.ID != "" {
			r.URL = withFragment(url, o.Commit.ID)
		}
	} else {
		r.Hashes = hashes
	}
	switch c.Class {
	case provenance.Locked:
		r.Comment = "from a lock file"
	case provenance.Verified:
		r.Comment = "content identical; not a record of download"
	}
	d.References = append(d.References, r)
}

func withFragment(url, fragment string) string {
	url, _, _ = strings.Cut(url, "#")
	var b strings.Builder
	b.WriteString(url)
	b.WriteByte('#')
	writeEscaped(&b, fragment, inQuery)
	return b.String()
}

// addReference reports whether the document now has a reference of that type
// to url. The first of two alike stays.
func (d *Description) addReference(typ, url, comment string) bool {
	url, ok := URI(url)
	if !ok {
		return false
	}
	for _, r := range d.References {
		if r.Type == typ && r.URL == url {
			return true
		}
	}
	d.References = append(d.References, Reference{Type: typ, URL: url, Comment: inventory.Line(comment)})
	return true
}

// plainLabel returns label in lower case without punctuation and white space.
func plainLabel(label string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r > '~':
			return r
		}
		return -1
	}, label)
}
