package sbom_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// validatorPython is a Python that has the official validators: the value of
// PYSBOM_PYTHON. The test is skipped without one, unless PYSBOM_REQUIRE lists
// "validators".
func validatorPython(t *testing.T) string {
	python := os.Getenv("PYSBOM_PYTHON")
	if python == "" {
		if strings.Contains(os.Getenv("PYSBOM_REQUIRE"), "validators") {
			t.Fatal("PYSBOM_PYTHON is not set, and validators are required")
		}
		t.Skip("PYSBOM_PYTHON is not set")
	}
	return python
}

// verdicts runs validate.py over files, each "FORMAT VERSION FILE", and
// returns its lines by file.
func verdicts(t *testing.T, python string, files [][3]string) map[string]string {
	t.Helper()
	args := []string{"testdata/validate.py"}
	for _, f := range files {
		args = append(args, f[:]...)
	}
	cmd := exec.Command(python, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("validate.py: %v\n%s", err, stderr.String())
	}
	lines := map[string]string{}
	for line := range strings.Lines(string(out)) {
		_, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		path, _, _ = strings.Cut(path, ": ")
		lines[path] = line
	}
	return lines
}

func TestValidators(t *testing.T) {
	python := validatorPython(t)
	dir := t.TempDir()
	var good, bad [][3]string
	save := func(list *[][3]string, f sbom.Format, name string, data []byte) {
		path := filepath.Join(dir, name+"-"+f.Version+f.Ext)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		*list = append(*list, [3]string{f.Name, f.Version, path})
	}
	all := goldenInventory(t)
	plain := newDocument(all)
	plain.Author, plain.Supplier, plain.Lifecycle = sbom.Party{Name: "Makers", URL: "https://example.org"}, sbom.Party{}, "my own phase"
	for _, f := range formats() {
		save(&good, f, "several", emit(t, f, newDocument(all)))
		save(&good, f, "one", emit(t, f, newDocument(oneEnvironment(all))))
		save(&good, f, "plain", emit(t, f, plain))
		save(&good, f, "empty", emit(t, f, newDocument(&inventory.Inventory{Subject: inventory.Subject{Name: "empty"}})))
		save(&bad, f, "broken", broken(t, f, emit(t, f, newDocument(all))))
	}
	lines := verdicts(t, python, append(good, bad...))
	for _, f := range good {
		if !strings.HasPrefix(lines[f[2]], "ok ") {
			t.Errorf("%s@%s: %s", f[0], f[1], lines[f[2]])
		}
	}
	for _, f := range bad {
		if !strings.HasPrefix(lines[f[2]], "bad ") {
			t.Errorf("%s@%s: the validator takes a broken document: %q", f[0], f[1], lines[f[2]])
		}
	}
}

// TestValidatorsHostile: whatever stands in the place of every string of an
// inventory but its licence identifiers, documents are valid.
func TestValidatorsHostile(t *testing.T) {
	python := validatorPython(t)
	dir := t.TempDir()
	var files [][3]string
	for i, seed := range []string{
		"", "\n", "a\nPackageName: evil\nSPDXID: SPDXRef-x", "<text>", "</text>]]>", "\x00\x1b\xff\ufffe\u2028", "Person: ", "NONE", "Relationship",
		"https://x y/\u00fc?[#a#b", "javascript:x", "#=", "(x)", "SHA256: 00", "2020-01-01T00:00:00Z",
	} {
		inv := clone(goldenInventory(t))
		for _, s := range stringsOf(reflect.ValueOf(inv)) {
			s.SetString(seed)
		}
		for _, c := range inv.Components {
			c.Licences.Expression = ""
			for k := range c.Licences.Listed {
				c.Licences.Listed[k].ID = ""
			}
		}
		doc := &sbom.Document{
			Inventory: inv, Tool: sbom.Tool{Name: "pysbom", Version: "0"}, Lifecycle: seed,
			Author: sbom.Party{Name: seed, Email: seed}, Supplier: sbom.Party{Name: seed, URL: seed},
		}
		for _, f := range formats() {
			if f.Version == "1.5" || f.Version == "1.7" {
				continue
			}
			path := filepath.Join(dir, fmt.Sprint(i)+"-"+f.Version+f.Ext)
			if err := os.WriteFile(path, emit(t, f, doc), 0o644); err != nil {
				t.Fatal(err)
			}
			files = append(files, [3]string{f.Name, f.Version, path})
		}
	}
	lines := verdicts(t, python, files)
	for _, f := range files {
		if !strings.HasPrefix(lines[f[2]], "ok ") {
			t.Errorf("%s@%s: %s", f[0], f[1], lines[f[2]])
		}
	}
}

// broken spoils one small thing that only a validator sees.
func broken(t *testing.T, f sbom.Format, data []byte) []byte {
	old, with := `"type":"library"`, `"type":"librarian"`
	switch f.Name {
	case "cyclonedx-xml":
		old, with = `type="library"`, `type="librarian"`
	case "spdx-json":
		old, with = `"algorithm":"SHA256","checksumValue":"`, `"algorithm":"SHA256","checksumValue":"zz`
	case "spdx-tag-value":
		old, with = "PackageChecksum: SHA256: ", "PackageChecksum: SHA256: 00"
	}
	out := bytes.Replace(data, []byte(old), []byte(with), 1)
	if bytes.Equal(out, data) {
		t.Fatalf("%s: nothing to break", f.Name)
	}
	return out
}

// spdxSchema is the official schema, where it lies beside the checkout.
func spdxSchema(t *testing.T) *jsonschema.Schema {
	path := "../../shared/data/schema/spdx-2.3.schema.json"
	if _, err := os.Stat(path); err != nil {
		t.Skip("no schema here")
	}
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSPDXSchema(t *testing.T) {
	schema := spdxSchema(t)
	for _, doc := range []*sbom.Document{newDocument(goldenInventory(t)), syntheticDocument(5000)} {
		for _, f := range formats() {
			if f.Name != "spdx-json" {
				continue
			}
			data := emit(t, f, doc)
			if err := validateJSON(schema, data); err != nil {
				t.Errorf("%d components: %.2000s", len(doc.Inventory.Components), err)
			}
			if validateJSON(schema, bytes.Replace(data, []byte(`"LIBRARY"`), []byte(`"LIBRARIAN"`), 1)) == nil {
				t.Error("the schema takes a broken document")
			}
		}
	}
}

func validateJSON(schema *jsonschema.Schema, data []byte) error {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	return schema.Validate(value)
}
