package spdx

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	v23 "github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

func goldenDocument(t *testing.T) *sbom.Document {
	t.Helper()
	f, err := os.Open("../../fixtures/golden/emit/inventory.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	inv, err := inventory.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return &sbom.Document{
		Inventory: inv, Created: time.Unix(1700000000, 0), Tool: sbom.Tool{Name: "pysbom", Version: "0.0"},
		Author: sbom.Party{Name: "Makers", URL: "https://example.org/"}, Supplier: sbom.Party{Name: "Example Ltd", Email: "x@example.org"},
	}
}

func written(t *testing.T, emit sbom.Emitter, doc *sbom.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := emit(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unescaped is v as the library marshals it, without escapes for HTML.
func unescaped(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestLibraryMarshalsTheSame: what stands in for the library's types marshals
// to the bytes that they would.
func TestLibraryMarshalsTheSame(t *testing.T) {
	d := newDocument(goldenDocument(t))
	for i := range d.packages() {
		p := d.pkg(i)
		if ours, theirs := unescaped(t, p), unescaped(t, p.library()); ours != theirs {
			t.Errorf("package %d:\n%s%s", i, ours, theirs)
		}
	}
	for i := range d.relationships {
		r := &d.relationships[i]
		if ours, theirs := unescaped(t, r), unescaped(t, r.library()); ours != theirs {
			t.Errorf("relationship %d:\n%s%s", i, ours, theirs)
		}
	}
}

// TestLibraryWritesTheSame: the library, given all elements and annotations,
// writes the JSON value that we write.
func TestLibraryWritesTheSame(t *testing.T) {
	doc := goldenDocument(t)
	ours := written(t, writeJSON, doc)
	var whole v23.Document
	if err := json.Unmarshal(ours, &whole); err != nil {
		t.Fatal(err)
	}
	d := newDocument(doc)
	model := d.header("", d.Timestamp())
	model.DocumentNamespace = whole.DocumentNamespace
	model.OtherLicenses = d.licences
	for i := range d.packages() {
		p := d.pkg(i)
		lib := p.library()
		lib.Annotations = []v23.Annotation{{
			Annotator: common.Annotator{AnnotatorType: "Tool", Annotator: d.toolName()}, AnnotationDate: d.Timestamp(),
			AnnotationType: "OTHER", AnnotationComment: comment(p.pairs),
		}}
		model.Packages = append(model.Packages, lib)
	}
	for _, r := range d.relationships {
		model.Relationships = append(model.Relationships, r.library())
	}
	var theirs bytes.Buffer
	if err := spdxjson.Write(model, &theirs, spdxjson.EscapeHTML(false)); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, ours); err != nil {
		t.Fatal(err)
	}
	if a, b := sortedLines(compact.String()), sortedLines(strings.TrimSpace(theirs.String())); a != b {
		t.Errorf("ours:\n%s\ntheirs:\n%s", a, b)
	}
}

// sortedLines is a JSON object with its members in the order of their names.
func sortedLines(s string) string {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return err.Error()
	}
	out, _ := json.MarshalIndent(v, "", " ")
	return string(out)
}

// pairsOf reads the pairs of comments back, by package.
func pairsOf(comments map[string]string) map[string][]string {
	out := map[string][]string{}
	for id, text := range comments {
		out[id] = strings.Split(text, "\n")
	}
	return out
}

// TestPairs: both forms carry the pairs of the model, package by package.
// No validator notices when they are lost.
func TestPairs(t *testing.T) {
	doc := goldenDocument(t)
	d := newDocument(doc)
	want, wantUnmarked := map[string][]string{}, map[string][]string{}
	for i := range d.packages() {
		p := d.pkg(i)
		for _, pair := range p.pairs {
			line := pair.Name + "=" + pair.Value
			want[p.ID] = append(want[p.ID], line)
			wantUnmarked[p.ID] = append(wantUnmarked[p.ID], unmark(line))
		}
	}
	if len(want) != d.packages() {
		t.Errorf("%d packages have pairs, of %d", len(want), d.packages())
	}

	fromJSON := map[string]string{}
	read, err := spdxjson.Read(bytes.NewReader(written(t, writeJSON, doc)))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range read.Packages {
		if len(p.Annotations) != 1 {
			t.Fatalf("%s has %d annotations", p.PackageSPDXIdentifier, len(p.Annotations))
		}
		fromJSON["SPDXRef-"+string(p.PackageSPDXIdentifier)] = p.Annotations[0].AnnotationComment
	}
	if len(read.Annotations) != 0 {
		t.Errorf("JSON: %d annotations of the document", len(read.Annotations))
	}
	if got := pairsOf(fromJSON); !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("JSON:\n%v\nwant\n%v", got, want)
	}

	fromTags := map[string]string{}
	read, err = tagvalue.Read(bytes.NewReader(written(t, writeTagValue, doc)))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range read.Annotations {
		fromTags["SPDXRef-"+string(a.AnnotationSPDXIdentifier.ElementRefID)] = a.AnnotationComment
	}
	if got := pairsOf(fromTags); !maps.EqualFunc(got, wantUnmarked, slices.Equal) {
		t.Errorf("tag-value:\n%v\nwant\n%v", got, wantUnmarked)
	}
}

// TestTagValueSaysTheSame: the packages, relationships and licences that the
// library reads from both forms are the same, but for what would be a marker.
func TestTagValueSaysTheSame(t *testing.T) {
	doc := goldenDocument(t)
	fromTags, err := tagvalue.Read(bytes.NewReader(written(t, writeTagValue, doc)))
	if err != nil {
		t.Fatal(err)
	}
	d := newDocument(doc)
	byID := map[common.ElementID]*v23.Package{}
	for _, p := range fromTags.Packages {
		p.IsFilesAnalyzedTagPresent = false
		byID[p.PackageSPDXIdentifier] = p
	}
	if len(fromTags.Packages) != d.packages() || len(byID) != d.packages() {
		t.Errorf("%d packages, want %d", len(byID), d.packages())
	}
	for i := range d.packages() {
		p := d.pkg(i)
		p.unmark()
		p.Summary, p.SourceInfo = stripText(p.Summary), stripText(p.SourceInfo)
		for k := range p.ExternalRefs {
			p.ExternalRefs[k].Comment = stripText(p.ExternalRefs[k].Comment)
		}
		got := byID[elementID(p.ID)]
		if a, b := unescaped(t, got), unescaped(t, p.library()); a != b {
			t.Errorf("tag-value: %s\nJSON: %s", a, b)
		}
	}
	if len(fromTags.Relationships) != len(d.relationships) {
		t.Errorf("%d relationships, want %d", len(fromTags.Relationships), len(d.relationships))
	}
	for i, r := range fromTags.Relationships {
		if a, b := unescaped(t, r), unescaped(t, &d.relationships[i]); a != b {
			t.Errorf("relationship %d: %s, want %s", i, a, b)
		}
	}
	for i, l := range fromTags.OtherLicenses {
		if l.LicenseIdentifier != d.licences[i].LicenseIdentifier || l.ExtractedText != unmark(d.licences[i].ExtractedText) {
			t.Errorf("licence %d: %+v, want %+v", i, l, d.licences[i])
		}
	}
	if len(fromTags.OtherLicenses) != len(d.licences) {
		t.Errorf("%d licences, want %d", len(fromTags.OtherLicenses), len(d.licences))
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"requests": "requests", "": "", "Relationship": `"Relationship"`, "relationship": "relationship", "NONE": `"NONE"`,
		"Person: x": `"Person: x"`, "SHA3-256: 00": `"SHA3-256: 00"`, "2020-01-01T00:00:00Z": `"2020-01-01T00:00:00Z"`, "2020.1": "2020.1",
		"<text>x</text>": "<text >x</text >",
	} {
		if got := line(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func stripText(s string) string {
	return strings.TrimSuffix(strings.TrimPrefix(s, "<text>"), "</text>")
}

// TestReferencesResolve: every end of a relationship exists, IDs are unique
// and in the alphabet, every LicenseRef is defined.
func TestReferencesResolve(t *testing.T) {
	d := newDocument(goldenDocument(t))
	ids := map[string]bool{documentRef: true}
	for i := range d.packages() {
		p := d.pkg(i)
		if ids[p.ID] {
			t.Errorf("%s: twice", p.ID)
		}
		ids[p.ID] = true
		if p.ID != refPrefix+idString(strings.TrimPrefix(p.ID, refPrefix)) {
			t.Errorf("%s: outside the alphabet", p.ID)
		}
		for ref := range sbom.LicenseRefs(p.LicenseDeclared) {
			if !slices.ContainsFunc(d.licences, func(l *v23.OtherLicense) bool { return l.LicenseIdentifier == ref }) {
				t.Errorf("%s: %s is not defined", p.ID, ref)
			}
		}
	}
	contained := map[string]int{}
	for _, r := range d.relationships {
		if !ids[r.From] || !ids[r.To] {
			t.Errorf("%v leads nowhere", r)
		}
		if r.Type == "CONTAINS" {
			contained[r.To]++
		}
	}
	for id := range ids {
		if id != documentRef && id != rootRef && contained[id] != 1 {
			t.Errorf("%s: contained %d times", id, contained[id])
		}
	}
}

func TestDownloadLocation(t *testing.T) {
	for _, test := range []struct {
		class provenance.Class
		o     provenance.Origin
		want  string
	}{
		{provenance.Recorded, archive("https://files.example.org/a.whl"), "https://files.example.org/a.whl"},
		{provenance.Reported, archive("http://files.example.org:8080/a.whl"), "http://files.example.org:8080/a.whl"},
		{provenance.Cached, archive("https://files.example.org/a b.whl"), "https://files.example.org/a%20b.whl"},
		{provenance.Verified, archive("https://files.example.org/a.whl"), noAssertion},
		{provenance.Locked, archive("https://files.example.org/a.whl"), noAssertion},
		{provenance.Candidate, archive("https://files.example.org/a.whl"), noAssertion},
		{provenance.ClassUnknown, archive("https://files.example.org/a.whl"), noAssertion},
		{provenance.Recorded, archive("file:///srv/a.whl"), noAssertion},
		{provenance.Recorded, archive("ftp://files.example.org/a.whl"), noAssertion},
		{provenance.Recorded, archive("https://localhost/a.whl"), noAssertion}, // the validator wants a dot
		{provenance.Recorded, archive(""), noAssertion},
		{provenance.Recorded, provenance.Origin{Kind: provenance.KindDirectory, Artifact: provenance.Artifact{URL: "https://example.org/"}}, noAssertion},
		{provenance.Recorded, vcs("https://git.example.org/x", "git", "abc", ""), "git+https://git.example.org/x@abc"},
		{provenance.Recorded, vcs("git@git.example.net:x.git", "git", "abc", "a b"), "git+ssh://git@git.example.net/x.git@abc#a%20b"},
		{provenance.Recorded, vcs("https://svn.example.org/x", "svn", "12", ""), "svn+https://svn.example.org/x@12"},
		{provenance.Recorded, vcs("file:///srv/x", "git", "abc", ""), noAssertion},
		{provenance.Recorded, vcs("https://git.example.org/x", "cvs", "abc", ""), noAssertion},
		{provenance.Locked, vcs("https://git.example.org/x", "git", "abc", ""), noAssertion},
	} {
		c := &inventory.Component{Kind: inventory.Distribution, Name: "x", Class: test.class, Origin: test.o}
		if got := downloadLocation(c); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.class, test.o.Artifact.URL, got, test.want)
		}
	}
}

func archive(url string) provenance.Origin {
	return provenance.Origin{Kind: provenance.KindArchive, Artifact: provenance.Artifact{URL: url}}
}

func vcs(url, system, commit, subdirectory string) provenance.Origin {
	return provenance.Origin{
		Kind: provenance.KindVCS, Artifact: provenance.Artifact{URL: url}, Subdirectory: subdirectory,
		Commit: provenance.Commit{System: system, ID: commit},
	}
}

func TestElementRef(t *testing.T) {
	for id, want := range map[string]string{
		"lib/site-packages#a_b@1.0+x": "SPDXRef-lib-site-packages-a-b-1.0-x", "": "SPDXRef--", "DOCUMENT": "SPDXRef-DOCUMENT-", "\u00fc": "SPDXRef--",
	} {
		if got := elementRef(id); got != want {
			t.Errorf("%q: %s, want %s", id, got, want)
		}
	}
}

func TestActor(t *testing.T) {
	for _, test := range []struct {
		p    sbom.Party
		want string
	}{
		{sbom.Party{Name: "Ada Example", Email: "ada@example.org"}, "Person: Ada Example (ada@example.org)"},
		{sbom.Party{Email: "ada@example.org"}, "Person: ada@example.org"},
		{sbom.Party{Name: "Example Ltd."}, "Organization: Example Ltd."},
		{sbom.Party{Name: "The (Old) Team", URL: "https://example.org/(x)"}, "Organization: The [Old] Team (https://example.org/[x])"},
	} {
		if got := actor(test.p, test.p.Organization()); got != test.want {
			t.Errorf("%+v: %s, want %s", test.p, got, test.want)
		}
	}
}

func TestDeclare(t *testing.T) {
	listed := func(list ...inventory.Licence) inventory.Licences { return inventory.Licences{Listed: list} }
	for _, test := range []struct {
		l         inventory.Licences
		want      string // before the digest
		wantTexts []string
	}{
		{inventory.Licences{}, noAssertion, nil},
		{inventory.Licences{Expression: "MIT"}, "MIT", nil},
		{listed(inventory.Licence{ID: "MIT"}), "MIT", nil},
		{inventory.Licences{Expression: "MIT AND LicenseRef-X"}, "MIT AND LicenseRef-X", []string{"The metadata that declares LicenseRef-X does not hold its text."}},
		{listed(inventory.Licence{Name: "My Licence"}), "LicenseRef-My-Licence-", []string{"My Licence"}},
		{listed(inventory.Licence{Name: "My Licence", Text: "Do as you like."}), "LicenseRef-My-Licence-", []string{"Do as you like."}},
		{listed(inventory.Licence{Name: "\u00fc"}), "LicenseRef-", []string{"\u00fc"}},
		{
			listed(inventory.Licence{ID: "MIT"}, inventory.Licence{Name: "Other"}), "LicenseRef-MIT-Other-",
			[]string{"Declared side by side, without an operator between them:\n- MIT\n- Other"},
		},
		{
			listed(inventory.Licence{ID: "MIT"}, inventory.Licence{Name: "Other", Text: "All of it."}), "LicenseRef-MIT-Other-",
			[]string{"Declared side by side, without an operator between them:\n- MIT\n- Other\n\nOther:\n\nAll of it."},
		},
	} {
		others := map[string]*v23.OtherLicense{}
		got := declare(test.l, others)
		var texts []string
		for _, l := range others {
			texts = append(texts, l.ExtractedText)
		}
		digest, ok := strings.CutPrefix(got, test.want)
		if !ok || strings.Trim(digest, "0123456789abcdef") != "" || !slices.Equal(texts, test.wantTexts) {
			t.Errorf("%+v: %s %q, want %s %q", test.l, got, texts, test.want, test.wantTexts)
		}
	}
}

// TestLicenceRefsDiffer: two texts under one name are two licences, the same
// text in two packages is one.
func TestLicenceRefsDiffer(t *testing.T) {
	others := map[string]*v23.OtherLicense{}
	a, b, c := addLicence("Own", "text", others), addLicence("Own", "other text", others), addLicence("Own", "text", others)
	if a == b || a != c || len(others) != 2 {
		t.Errorf("%s, %s, %s: %d licences", a, b, c, len(others))
	}
}
