package sbom_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/cyclonedx"
	"github.com/pysbom/pysbom/sbom/spdx"
)

var update = flag.Bool("update", false, "write the golden files anew")

const golden = "../fixtures/golden/emit"

func formats() []sbom.Format { return append(cyclonedx.Formats(), spdx.Formats()...) }

// goldenInventory is the handmade inventory: every kind of origin, every class
// of evidence, hostile strings, two environments.
func goldenInventory(t testing.TB) *inventory.Inventory {
	t.Helper()
	f, err := os.Open(filepath.Join(golden, "inventory.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	inv, err := inventory.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func newDocument(inv *inventory.Inventory) *sbom.Document {
	return &sbom.Document{
		Inventory: inv,
		Created:   time.Date(2026, 11, 23, 6, 43, 21, 0, time.FixedZone("", 3600)),
		Tool:      sbom.Tool{Name: "pysbom", Version: "0.0"},
		Author:    sbom.Party{Name: "Grace Example", Email: "grace@example.org"},
		Supplier:  sbom.Party{Name: "Example Ltd", URL: "https://example.org/"},
		PURL:      sbom.PurlPolicy{PrivateIndexes: []string{"index.example.org"}},
	}
}

// oneEnvironment is inv with its last environment only.
func oneEnvironment(inv *inventory.Inventory) *inventory.Inventory {
	out := *inv
	out.Environments = inv.Environments[len(inv.Environments)-1:]
	out.Components = nil
	for _, c := range inv.Components {
		if c.Env == out.Environments[0].ID {
			out.Components = append(out.Components, c)
		}
	}
	return &out
}

func emit(t testing.TB, f sbom.Format, doc *sbom.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Emit(&b, doc); err != nil {
		t.Fatalf("%s@%s: %v", f.Name, f.Version, err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	want := map[string]string{
		"cyclonedx-json@1.5": "cyclonedx-1.5.json", "cyclonedx-json@1.6": "cyclonedx-1.6.json",
		"cyclonedx-xml@1.6": "cyclonedx-1.6.xml", "spdx-json@2.3": "spdx-2.3.json", "spdx-tag-value@2.3": "spdx-2.3.spdx",
	}
	for _, f := range formats() {
		name, ok := want[f.Name+"@"+f.Version]
		if !ok {
			continue
		}
		got := emit(t, f, newDocument(goldenInventory(t)))
		path := filepath.Join(golden, name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, data) {
			t.Errorf("%s differs from %s at %s", f.Name, path, firstDifference(data, got))
		}
	}
}

func firstDifference(want, got []byte) string {
	w, g := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return "line " + string(w[i]) + "\nnow " + strings.Join(g[i:min(i+1, len(g))], "")
		}
	}
	return "the end"
}

// TestDeterminism: the same document gives the same bytes on any number of
// processors, and again after other formats were made of it.
func TestDeterminism(t *testing.T) {
	inv := syntheticDocument(300).Inventory
	for _, inv := range []*inventory.Inventory{inv, goldenInventory(t)} {
		doc := newDocument(inv)
		before, _ := json.Marshal(inv)
		first := map[string][]byte{}
		for _, f := range formats() {
			first[f.Name+f.Version] = emit(t, f, doc)
		}
		procs := runtime.GOMAXPROCS(1)
		for _, f := range formats() {
			if !bytes.Equal(emit(t, f, doc), first[f.Name+f.Version]) {
				t.Errorf("%s@%s: other bytes the second time, on one processor", f.Name, f.Version)
			}
		}
		runtime.GOMAXPROCS(procs)
		if after, _ := json.Marshal(inv); !bytes.Equal(before, after) {
			t.Error("an emitter changed the inventory")
		}
	}
}

// TestSerial: the time is no part of a document's identity, everything else
// is.
func TestSerial(t *testing.T) {
	identity := func(f sbom.Format, doc *sbom.Document) string {
		out := string(emit(t, f, doc))
		for _, before := range []string{"urn:uuid:", "https://pysbom.github.io/spdx/golden-1.0-"} {
			if _, after, ok := strings.Cut(out, before); ok {
				return after[:36]
			}
		}
		t.Fatalf("%s: no identity", f.Name)
		return ""
	}
	seen := map[string]string{}
	for _, f := range formats() {
		base := newDocument(goldenInventory(t))
		id := identity(f, base)
		if id[14] != '5' || !strings.Contains("89ab", id[19:20]) {
			t.Errorf("%s is no UUID of version 5", id)
		}
		if other, ok := seen[id]; ok {
			t.Errorf("%s@%s and %s have one identity", f.Name, f.Version, other)
		}
		seen[id] = f.Name + "@" + f.Version
		later := *base
		later.Created = base.Created.Add(time.Hour)
		if identity(f, &later) != id {
			t.Errorf("%s@%s: the time is part of the identity", f.Name, f.Version)
		}
		if bytes.Equal(emit(t, f, &later), emit(t, f, base)) {
			t.Errorf("%s@%s: the time is not in the document", f.Name, f.Version)
		}
		for what, change := range map[string]func(*sbom.Document){
			"tool":      func(d *sbom.Document) { d.Tool.Version = "0.1" },
			"author":    func(d *sbom.Document) { d.Author = sbom.Party{} },
			"policy":    func(d *sbom.Document) { d.PURL.Internal = []string{"recorded"} },
			"lifecycle": func(d *sbom.Document) { d.Lifecycle = "build" },
			"inventory": func(d *sbom.Document) { d.Inventory.Components[3].Summary += "x" },
			"edge":      func(d *sbom.Document) { d.Inventory.Components[3].Needs = []string{d.Inventory.Components[0].ID} },
		} {
			doc := newDocument(goldenInventory(t))
			change(doc)
			if identity(f, doc) == id {
				t.Errorf("%s@%s: %s is no part of the identity", f.Name, f.Version, what)
			}
		}
	}
}

// TestWriteError: what cannot be written is an error, not half a document.
func TestWriteError(t *testing.T) {
	for _, f := range formats() {
		if err := f.Emit(fullDisk{}, syntheticDocument(50)); err == nil {
			t.Errorf("%s@%s: no error", f.Name, f.Version)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write(p []byte) (int, error) { return 0, io.ErrShortWrite }
