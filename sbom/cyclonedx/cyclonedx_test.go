package cyclonedx

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

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

func written(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func value(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLibraryReadsJSON: cyclonedx-go's own reader and writer make the same
// JSON value of our bytes, in each version.
func TestLibraryReadsJSON(t *testing.T) {
	doc := goldenDocument(t)
	for i := range versions {
		v := &versions[i]
		ours := written(t, func(b *bytes.Buffer) error { return v.writeJSON(b, doc) })
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(ours), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Fatal(err)
		}
		if bom.SpecVersion != v.spec {
			t.Errorf("%s: read as version %s", v.name, bom.SpecVersion)
		}
		theirs := written(t, func(b *bytes.Buffer) error { return cdx.NewBOMEncoder(b, cdx.BOMFileFormatJSON).Encode(&bom) })
		if !reflect.DeepEqual(value(t, ours), value(t, theirs)) {
			t.Errorf("%s: the library makes another document of ours:\n%s\n%s", v.name, ours, theirs)
		}
		if bytes.Contains(ours, []byte(":null")) {
			t.Errorf("%s: there is a null", v.name)
		}
	}
}

// TestXMLSaysTheSame: what the library reads from the XML form is what it
// reads from the JSON form.
func TestXMLSaysTheSame(t *testing.T) {
	doc := goldenDocument(t)
	for i := range versions {
		v := &versions[i]
		var fromJSON, fromXML cdx.BOM
		data := written(t, func(b *bytes.Buffer) error { return v.writeJSON(b, doc) })
		if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&fromJSON); err != nil {
			t.Fatal(err)
		}
		data = written(t, func(b *bytes.Buffer) error { return v.writeXML(b, doc) })
		if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatXML).Decode(&fromXML); err != nil {
			t.Fatal(err)
		}
		for _, bom := range []*cdx.BOM{&fromJSON, &fromXML} {
			bom.XMLName.Space, bom.XMLName.Local, bom.XMLNS, bom.JSONSchema, bom.BOMFormat, bom.SerialNumber = "", "", "", "", "", ""
			bom.SpecVersion = v.spec
			for i := range *bom.Components {
				unify((*bom.Components)[i].Evidence)
			}
		}
		a, _ := json.Marshal(fromJSON)
		b, _ := json.Marshal(fromXML)
		if string(a) != string(b) {
			t.Errorf("%s: JSON and XML differ:\n%s\n%s", v.name, a, b)
		}
	}
}

// unify makes a list of a single identity: XML does not tell them apart.
func unify(e *cdx.Evidence) {
	if e != nil && e.Identity != nil && e.Identity.Identity != nil {
		e.Identity = &cdx.EvidenceIdentityChoice{Identities: &[]cdx.EvidenceIdentity{*e.Identity.Identity}}
	}
}

// TestFrame: one element on each line.
func TestFrame(t *testing.T) {
	doc := goldenDocument(t)
	n := len(doc.Inventory.Components) + len(doc.Inventory.Environments)
	data := written(t, func(b *bytes.Buffer) error { return versions[0].writeJSON(b, doc) })
	lines := strings.Count(string(data), "\n")
	if want := 2 + 1 + n + 1 + 1 + n + 1 + 2 + 1; lines != want {
		t.Errorf("%d lines, want %d", lines, want)
	}
	empty := *doc
	empty.Inventory = &inventory.Inventory{Subject: inventory.Subject{Name: "x"}}
	data = written(t, func(b *bytes.Buffer) error { return versions[0].writeJSON(b, &empty) })
	value(t, data)
}

// TestDefaultVersion: the first row is the default.
func TestDefaultVersion(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Formats() {
		if !seen[f.Name] && f.Version != "1.6" {
			t.Errorf("%s: the default is %s", f.Name, f.Version)
		}
		seen[f.Name] = true
	}
	if len(seen) != 2 {
		t.Errorf("formats %v", seen)
	}
}

// TestHashNames: every digest that the properties leave to the formats has a
// name here.
func TestHashNames(t *testing.T) {
	digests := map[string]string{}
	for name, n := range map[string]int{
		"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128,
		"sha3_256": 64, "sha3_384": 96, "sha3_512": 128, "blake2b": 128, "sha224": 56,
	} {
		digests[name] = strings.Repeat("a", n)
	}
	c := &inventory.Component{
		Kind: inventory.Distribution, Name: "x", Class: provenance.Recorded,
		Origin: provenance.Origin{Artifact: provenance.Artifact{Hashes: digests}},
	}
	hashes := sbom.Describe(c, sbom.PurlPolicy{}).Hashes
	if len(hashes) != len(digests) {
		t.Fatalf("%d hashes of %d", len(hashes), len(digests))
	}
	if list := hashList(hashes); len(*list) != len(digests)-1 { // sha224 has none
		t.Errorf("%d names for %d digests", len(*list), len(digests))
	}
}
