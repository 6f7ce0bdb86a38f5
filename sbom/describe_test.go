package sbom_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

const digest64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// valuesOf returns the values of the properties of that name.
func valuesOf(properties []sbom.Property, name string) []string {
	var out []string
	for _, p := range properties {
		if p.Name == name {
			out = append(out, p.Value)
		}
	}
	return out
}

// TestClassDecides: which class may fill which field of a document.
func TestClassDecides(t *testing.T) {
	for _, test := range []struct {
		class     provenance.Class
		hashes    bool // of the component
		reference bool
		comment   string
		property  bool // the hash as a property
	}{
		{provenance.Recorded, true, true, "", false},
		{provenance.Reported, true, true, "", false},
		{provenance.Cached, true, true, "", false},
		{provenance.Verified, true, true, "content identical; not a record of download", false},
		{provenance.Locked, false, true, "from a lock file", true},
		{provenance.Candidate, false, false, "", true},
		{provenance.ClassUnknown, false, false, "", true},
	} {
		c := &inventory.Component{
			Kind: inventory.Distribution, Name: "x", Version: "1", Class: test.class,
			Origin: provenance.Origin{Kind: provenance.KindIndex, Artifact: provenance.Artifact{
				URL: "https://files.example.org/x.whl", Filename: "x.whl", Hashes: provenance.Hashes{"sha256": digest64},
			}},
		}
		d := sbom.Describe(c, sbom.PurlPolicy{})
		if got := len(d.Hashes) == 1; got != test.hashes {
			t.Errorf("%s: component hashes %v", test.class, d.Hashes)
		}
		if got := len(d.References) == 1; got != test.reference {
			t.Errorf("%s: references %v", test.class, d.References)
		} else if got {
			r := d.References[0]
			if r.Type != "distribution" || r.Comment != test.comment || len(r.Hashes) != 1 {
				t.Errorf("%s: reference %+v", test.class, r)
			}
		}
		if got := slices.Equal(valuesOf(d.Properties, "pysbom:origin:hash"), []string{"sha256:" + digest64}); got != test.property {
			t.Errorf("%s: properties %v", test.class, d.Properties)
		}
		if got := valuesOf(d.Properties, "pysbom:origin:class"); !slices.Equal(got, []string{test.class.String()}) {
			t.Errorf("%s: class %v", test.class, got)
		}
	}
}

// TestUnnamedHashes: a digest that a format cannot name, or that is none, is
// a property; it is never silently away.
func TestUnnamedHashes(t *testing.T) {
	c := &inventory.Component{
		Kind: inventory.Distribution, Name: "x", Class: provenance.Recorded,
		Origin: provenance.Origin{Artifact: provenance.Artifact{Hashes: provenance.Hashes{
			"sha256": digest64, "blake2s": digest64, "sha224": digest64[:56], "sha512": "short", "md5": strings.ToUpper(digest64[:32]),
		}}},
	}
	d := sbom.Describe(c, sbom.PurlPolicy{})
	want := []string{"blake2s:" + digest64, "md5:" + strings.ToUpper(digest64[:32]), "sha224:" + digest64[:56], "sha512:short"}
	if got := valuesOf(d.Properties, "pysbom:origin:hash"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := fmt.Sprint(d.Hashes); got != fmt.Sprint([]sbom.Hash{{"sha224", digest64[:56]}, {"sha256", digest64}}) {
		t.Error(got)
	}
}

func TestOriginReferences(t *testing.T) {
	artifact := func(url string) provenance.Artifact { return provenance.Artifact{URL: url} }
	for _, test := range []struct {
		o    provenance.Origin
		want string
	}{
		{provenance.Origin{Kind: provenance.KindVCS, Artifact: artifact("https://git.example.org/x.git"), Commit: provenance.Commit{System: "git", ID: "abc"}}, "vcs https://git.example.org/x.git#abc origin"},
		{provenance.Origin{Kind: provenance.KindVCS, Artifact: artifact("git@git.example.org:x.git"), Commit: provenance.Commit{System: "git", ID: "a c"}}, "vcs ssh://git@git.example.org/x.git#a%20c origin"},
		{provenance.Origin{Kind: provenance.KindVCS, Artifact: artifact("https://git.example.org/x#egg=y")}, "vcs https://git.example.org/x#egg=y origin"},
		{provenance.Origin{Kind: provenance.KindDirectory, Artifact: artifact("file:///srv/x")}, ""},
		{provenance.Origin{Kind: provenance.KindArchive, Artifact: artifact("file:///srv/x.whl")}, "distribution file:///srv/x.whl "},
		{provenance.Origin{Kind: provenance.KindArchive, Artifact: artifact("javascript:x")}, ""},
		{provenance.Origin{Kind: provenance.KindIndex}, ""},
	} {
		c := &inventory.Component{Kind: inventory.Distribution, Name: "x", Class: provenance.Recorded, Origin: test.o}
		d := sbom.Describe(c, sbom.PurlPolicy{})
		got := ""
		for _, r := range d.References {
			got += r.Type + " " + r.URL + " " + r.Comment
		}
		if got != test.want {
			t.Errorf("%+v: %q, want %q", test.o, got, test.want)
		}
		if url := test.o.Artifact.URL; url != "" && !slices.Equal(valuesOf(d.Properties, "pysbom:origin:url"), []string{url}) {
			t.Errorf("%+v: no property has the URL", test.o)
		}
	}
}

func TestProjectURLs(t *testing.T) {
	c := &inventory.Component{
		Kind: inventory.Distribution, Name: "x", HomePage: "https://example.org/",
		ProjectURLs: []inventory.ProjectURL{
			{Label: "HomePage", URL: "https://example.org/"}, // the same again
			{Label: "Bug-Tracker!", URL: "https://example.org/bugs"},
			{Label: "Source Code", URL: "https://example.org/src"},
			{Label: "What's New", URL: "https://example.org/new"},
			{Label: "docs", URL: "https://example.org/docs"},
			{Label: "Download", URL: "https://example.org/download"},
			{Label: "Anything", URL: "https://example.org/any"},
			{Label: "Broken", URL: "no url"},
		},
	}
	d := sbom.Describe(c, sbom.PurlPolicy{})
	var got []string
	for _, r := range d.References {
		got = append(got, r.Type+" "+r.URL+" "+r.Comment)
	}
	want := []string{
		"website https://example.org/ ",
		"issue-tracker https://example.org/bugs Project-URL: Bug-Tracker!",
		"vcs https://example.org/src Project-URL: Source Code",
		"release-notes https://example.org/new Project-URL: What's New",
		"documentation https://example.org/docs Project-URL: docs",
		"other https://example.org/download Project-URL: Download",
		"other https://example.org/any Project-URL: Anything",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := valuesOf(d.Properties, "pysbom:project-url"); !slices.Equal(got, []string{"Broken, no url"}) {
		t.Errorf("the broken URL is %q", got)
	}
	if d.HomePage != "https://example.org/" {
		t.Errorf("home page %q", d.HomePage)
	}
}

func TestParties(t *testing.T) {
	author := func(source, name, email string) inventory.Party {
		return inventory.Party{Name: name, Email: email, Source: source}
	}
	for _, test := range []struct {
		parties     []inventory.Party
		authors     string
		supplier    string
		source      string
		maintainers string
	}{
		{nil, "", "", "", ""},
		{[]inventory.Party{author("Author", "A", "")}, "A", "A", "Author", ""},
		{[]inventory.Party{author("Author", "A", ""), author("Maintainer", "M", "")}, "A", "M", "Maintainer", ""},
		{[]inventory.Party{author("Author-email", "A", "a@x.org"), author("Maintainer", "M", "")}, "A <a@x.org>", "A <a@x.org>", "Author-email", "M"},
		{
			[]inventory.Party{author("Author-email", "A", "a@x.org"), author("Author-email", "", "b@x.org"), author("Maintainer-email", "M", "m@x.org"), author("Maintainer-email", "N", "")},
			"A <a@x.org>,b@x.org", "M <m@x.org>", "Maintainer-email", "N",
		},
		{[]inventory.Party{author("Author-email", "A", "a at x")}, "A <a at x>", "A <a at x>", "Author-email", ""},
		{[]inventory.Party{author("Author-email", "", ""), author("Author", "B", "")}, "B", "B", "Author", ""},
	} {
		c := &inventory.Component{Kind: inventory.Distribution, Name: "x", Parties: test.parties}
		d := sbom.Describe(c, sbom.PurlPolicy{})
		var authors []string
		for _, p := range d.Authors {
			authors = append(authors, p.String())
		}
		if got := strings.Join(authors, ","); got != test.authors {
			t.Errorf("%v: authors %q, want %q", test.parties, got, test.authors)
		}
		if got := d.Supplier.String(); got != test.supplier {
			t.Errorf("%v: supplier %q, want %q", test.parties, got, test.supplier)
		}
		if got := strings.Join(valuesOf(d.Properties, "pysbom:supplier:source"), ","); got != test.source {
			t.Errorf("%v: source %q, want %q", test.parties, got, test.source)
		}
		if got := strings.Join(valuesOf(d.Properties, "pysbom:maintainer"), ","); got != test.maintainers {
			t.Errorf("%v: maintainers %q, want %q", test.parties, got, test.maintainers)
		}
	}
}

func TestEvidenceProperties(t *testing.T) {
	c := &inventory.Component{
		Kind: inventory.Distribution, Name: "x", Class: provenance.Recorded, Source: "direct_url.json",
		Locations: []inventory.Location{{Path: "site/x-1.dist-info"}},
		Evidence: []provenance.Evidence{
			{Class: provenance.Recorded, Source: "direct_url.json", File: "site/x-1.dist-info/direct_url.json", CredentialsRemoved: true},
			{Class: provenance.Locked, Source: "uv.lock", File: "uv.lock", Line: 12, Candidates: make([]provenance.Artifact, 3)},
			{Class: provenance.Locked, Source: "pylock.toml", File: "locks/pylock.toml"},
		},
	}
	d := sbom.Describe(c, sbom.PurlPolicy{})
	for name, want := range map[string][]string{
		"pysbom:origin:evidence":            {"locked uv.lock:12", "locked pylock.toml locks/pylock.toml"},
		"pysbom:origin:candidates":          {"3"},
		"pysbom:origin:credentials-removed": {"true"},
	} {
		if got := valuesOf(d.Properties, name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestLicences(t *testing.T) {
	type licences = inventory.Licences
	listed := func(list ...inventory.Licence) licences { return licences{Listed: list} }
	for _, test := range []struct{ in, want licences }{
		{licences{Expression: "MIT"}, licences{Expression: "MIT"}},
		{licences{Expression: "(MIT OR GPL-2.0+) AND LicenseRef-x WITH y-exception"}, licences{Expression: "(MIT OR GPL-2.0+) AND LicenseRef-x WITH y-exception"}},
		{licences{Expression: "MIT MIT"}, listed(inventory.Licence{Name: "MIT MIT"})},
		{licences{Expression: "(MIT"}, listed(inventory.Licence{Name: "(MIT"})},
		{licences{Expression: "MIT AND"}, listed(inventory.Licence{Name: "MIT AND"})},
		{licences{Expression: "OR MIT"}, listed(inventory.Licence{Name: "OR MIT"})},
		{licences{Expression: "MIT)\nEVIL: x"}, listed(inventory.Licence{Name: "MIT) EVIL: x"})},
		{licences{Expression: "DocumentRef-a:LicenseRef-b"}, listed(inventory.Licence{Name: "DocumentRef-a:LicenseRef-b"})},
		{listed(inventory.Licence{ID: "MIT"}, inventory.Licence{Name: "X"}), listed(inventory.Licence{ID: "MIT"}, inventory.Licence{Name: "X"})},
		{listed(inventory.Licence{ID: "no id"}), listed(inventory.Licence{Name: "no id"})},
		{listed(inventory.Licence{ID: "GPL-2.0+"}, inventory.Licence{ID: "MIT+"}), listed(inventory.Licence{ID: "GPL-2.0+"}, inventory.Licence{Name: "MIT+"})},
		{listed(inventory.Licence{Text: "First\r\nSecond"}), listed(inventory.Licence{Name: "First", Text: "First\nSecond"})},
		{listed(inventory.Licence{}), licences{}},
		{listed(inventory.Licence{ID: "LicenseRef-x"}), listed(inventory.Licence{Name: "LicenseRef-x"})},
		{licences{Expression: "NOASSERTION"}, listed(inventory.Licence{Name: "NOASSERTION"})},
	} {
		got, want := sbom.Licences(test.in), test.want
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("%+v: %s, want %s", test.in, a, b)
		}
	}
	for expression, want := range map[string]string{"MIT": "MIT", "GPL-2.0+": "GPL-2.0+", "Apache-2.0+": "", "MIT OR ISC": "", "LicenseRef-x": "", "(MIT)": "", "": ""} {
		if got := sbom.LicenceID(expression); got != want {
			t.Errorf("LicenceID(%q) = %q", expression, got)
		}
	}
}
