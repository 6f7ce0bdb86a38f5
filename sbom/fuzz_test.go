package sbom_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// FuzzEmit puts pieces of data in the place of the golden inventory's strings,
// and has it written in all formats.
func FuzzEmit(f *testing.F) {
	for _, seed := range []string{
		"", "x", "\n", "a\nPackageName: evil\nSPDXID: SPDXRef-evil", "<text>", "</text>", "a<text>b\nc</text>d", "]]>", "\x00\x1b\x7f", "\xff\xfe",
		"\u2028", "<!--", "&amp;", `"\`, "NOASSERTION", "SPDXRef-DOCUMENT", "Tool: x", "Person: ", "()", "MIT AND", "LicenseRef-x", "https://[", "%", "git@h:p",
		"javascript:x", "#", "=", "SHA256: 00", "\ufffe", "\r", " ", "\t", "root", "env:.", ": ", strings.Repeat("a", 3000),
	} {
		for at := range uint16(7) { // between them, in every string
			f.Add([]byte(seed), at)
		}
	}
	golden := goldenInventory(f)
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		if len(data) > 20000 { // the library's reader takes lines of up to 64 KiB
			return
		}
		inv := clone(golden)
		pieces := bytes.Split(data, []byte("\x00sep\x00"))
		for k, s := range stringsOf(reflect.ValueOf(inv)) {
			// every seventh string, from somewhere on
			if n := k + int(at); n%7 == 0 {
				s.SetString(string(pieces[n/7%len(pieces)]))
			}
		}
		doc := &sbom.Document{
			Inventory: inv, Created: time.Unix(0, 0), Tool: sbom.Tool{Name: "pysbom", Version: "0"},
			Author: sbom.Party{Name: string(pieces[0]), Email: string(data)}, Supplier: sbom.Party{Name: string(data), URL: string(pieces[0])},
			Lifecycle: string(pieces[len(pieces)-1]),
		}
		for _, format := range formats() {
			out := emit(t, format, doc)
			if !utf8.Valid(out) {
				t.Errorf("%s@%s: not UTF-8", format.Name, format.Version)
			}
			checkForm(t, format.Name, out, inv)
		}
	})
}

func clone(inv *inventory.Inventory) *inventory.Inventory {
	data, err := json.Marshal(inv)
	if err != nil {
		panic(err)
	}
	var out inventory.Inventory
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return &out
}

// stringsOf lists the strings below v, in the order of the fields.
func stringsOf(v reflect.Value) []reflect.Value {
	var out []reflect.Value
	switch v.Kind() {
	case reflect.Pointer:
		out = stringsOf(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				out = append(out, stringsOf(v.Field(i))...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, stringsOf(v.Index(i))...)
		}
	case reflect.String:
		if v.CanSet() && v.Type() != reflect.TypeFor[inventory.ComponentKind]() {
			out = append(out, v)
		}
	}
	return out
}

func checkForm(t *testing.T, name string, out []byte, inv *inventory.Inventory) {
	t.Helper()
	switch name {
	case "cyclonedx-json", "spdx-json":
		var document struct {
			Components, Dependencies []any
			Packages                 []map[string]any
		}
		if err := json.Unmarshal(out, &document); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		elements := len(inv.Components) + len(inv.Environments)
		if got := max(len(document.Components), len(document.Packages)-1); got != elements {
			t.Errorf("%s: %d elements, want %d", name, got, elements)
		}
		if name == "spdx-json" {
			checkTagValue(t, document.Packages, inv)
		}
	case "cyclonedx-xml":
		checkXML(t, out)
	}
}

// checkXML: well-formed, every bom-ref once.
func checkXML(t *testing.T, out []byte) {
	t.Helper()
	refs := map[string]bool{}
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("XML: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				if a.Name.Local == "bom-ref" {
					if refs[a.Value] || a.Value == "" {
						t.Errorf("XML: bom-ref %q is there twice, or empty", a.Value)
					}
					refs[a.Value] = true
				}
			}
		}
	}
}

// checkTagValue: the library reads from the tag-value form the packages that
// the JSON form has, and nothing beside them.
func checkTagValue(t *testing.T, packages []map[string]any, inv *inventory.Inventory) {
	t.Helper()
	doc := &sbom.Document{Inventory: inv, Tool: sbom.Tool{Name: "pysbom", Version: "0"}}
	var out []byte
	for _, f := range formats() {
		if f.Name == "spdx-tag-value" {
			out = emit(t, f, doc)
		}
	}
	read, err := tagvalue.Read(bytes.NewReader(out))
	if err != nil {
		t.Fatalf("tag-value: %v\n%s", err, out)
	}
	want, got := map[string]string{}, map[string]string{}
	unmark := strings.NewReplacer("<text>", "<text >", "</text>", "</text >")
	field := func(p map[string]any, name string) string {
		s, _ := p[name].(string)
		return unmark.Replace(s)
	}
	for _, p := range packages {
		want[field(p, "SPDXID")] = strings.Join([]string{
			unquote(field(p, "name")), unquote(field(p, "versionInfo")), field(p, "downloadLocation"), field(p, "licenseDeclared"), field(p, "summary"), field(p, "sourceInfo"), field(p, "homepage"),
		}, "|")
	}
	delete(want, "SPDXRef-root") // its supplier is the fuzzed document's
	for _, p := range read.Packages {
		got["SPDXRef-"+string(p.PackageSPDXIdentifier)] = strings.Join([]string{
			unquote(p.PackageName), unquote(p.PackageVersion), p.PackageDownloadLocation, p.PackageLicenseDeclared, p.PackageSummary, p.PackageSourceInfo, p.PackageHomePage,
		}, "|")
	}
	delete(got, "SPDXRef-root")
	if !maps.Equal(got, want) {
		t.Errorf("tag-value:\n%q\nwant\n%q", got, want)
	}
	if len(read.Packages) != len(packages) || len(read.Files) != 0 || len(read.Snippets) != 0 {
		t.Errorf("tag-value: %d packages, want %d; %d files", len(read.Packages), len(packages), len(read.Files))
	}
	checkAnnotations(t, read)
}

// unquote undoes what keeps a name from being taken for a tag.
func unquote(s string) string { return strings.Trim(s, `"`) }

// checkAnnotations: at most one per package, and every line a pair of ours.
func checkAnnotations(t *testing.T, read *spdx.Document) {
	t.Helper()
	var ids []string
	for _, a := range read.Annotations {
		ids = append(ids, string(a.AnnotationSPDXIdentifier.ElementRefID))
		for line := range strings.Lines(a.AnnotationComment) {
			name, _, ok := strings.Cut(line, "=")
			if !ok || !strings.HasPrefix(name, "pysbom:") {
				t.Errorf("an annotation has the line %q", line)
			}
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(read.Annotations) {
		t.Errorf("a package has several of the %d annotations", len(read.Annotations))
	}
}
