package inventory

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// full is an inventory in which every field of every type is filled.
func full() *Inventory {
	inv := &Inventory{Schema: Schema}
	fill(reflect.ValueOf(inv).Elem(), 1)
	inv.Schema = Schema
	e := &inv.Environments[0]
	c := inv.Components[0]
	c.Licences.Expression, c.Licences.Listed[0].ID = "MIT OR Apache-2.0", "MIT"
	c.Env, c.Needs, e.Top = e.ID, []string{c.ID}, []string{c.ID}
	c.Origin.Artifact.Hashes, c.Evidence[0].Origin.Artifact.Hashes, c.Evidence[0].Candidates[0].Hashes = digests(), digests(), digests()
	return inv
}

func digests() provenance.Hashes { return provenance.Hashes{"sha256": "00ff"} }

// fill sets v, and all it holds, to something that is not zero.
func fill(v reflect.Value, n int64) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(n)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("text"), reflect.ValueOf("text"))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	}
}

func encode(t *testing.T, inv *Inventory) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, inv); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNothingIsLost(t *testing.T) {
	want := full()
	data := encode(t, want)
	got, err := Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back:\n%s\nwritten:\n%s", encode(t, got), data)
	}
	if again := encode(t, got); !bytes.Equal(again, data) {
		t.Errorf("written again:\n%s\nfirst:\n%s", again, data)
	}
}

// Every member that we write is in the schema: with additionalProperties
// switched off everywhere, the fullest inventory still is valid.
func TestSchemaKnowsEveryMember(t *testing.T) {
	data, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	strict := strings.ReplaceAll(string(data), `"properties": {`, `"additionalProperties": false, "properties": {`)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strict))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("strict.json", doc); err != nil {
		t.Fatal(err)
	}
	s := c.MustCompile("strict.json")
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encode(t, full())))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Error(err)
	}
	value.(map[string]any)["components"].([]any)[0].(map[string]any)["strange"] = true
	if s.Validate(value) == nil {
		t.Error("a member that no schema knows: the test could not fail")
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := schema(t)
	for _, tt := range []struct{ name, old, new string }{
		{"another version", Schema, "pysbom/inventory/2"},
		{"a class that is none", `"class":"candidate"`, `"class":"certain"`},
		{"a digest in upper case", `"00ff"`, `"00FF"`},
		{"a component without a name", `"name":"text","version":"text","summary"`, `"version":"text","summary"`},
	} {
		good := encode(t, full())
		bad := bytes.Replace(good, []byte(tt.old), []byte(tt.new), 1)
		if bytes.Equal(good, bad) {
			t.Errorf("%s: nothing to replace in %s", tt.name, good)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(value) == nil {
			t.Errorf("%s: accepted", tt.name)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := string(encode(t, full()))
	for _, tt := range []struct{ name, data, want string }{
		{"nothing", "", "ends too early"},
		{"not JSON", "x", "byte 1: not JSON"},
		{"cut", good[:len(good)/2], "ends too early"},
		{"more behind it", good + "{}", "more text behind the inventory"},
		{"another document", `{"bomFormat":"CycloneDX"}`, "schema: missing"},
		{"another document with members of ours", `{"bomFormat":"CycloneDX","components":[{"evidence":{}}]}`, "schema: missing"},
		{"a later schema", strings.Replace(good, "inventory/1", "inventory/2", 1), `this program reads "pysbom/inventory/1"`},
		{"a word that is none", strings.Replace(good, `"class":"candidate"`, `"class":"sure"`, 1), "class: unknown word"},
		{"a wrong type", strings.Replace(good, `"complete":true`, `"complete":1`, 1), "complete"},
		{"no such environment", strings.Replace(good, `"env":"text"`, `"env":"other"`, 1), "no such environment"},
		{"no such component", strings.Replace(good, `"needs":["text"]`, `"needs":["other"]`, 1), "no such component"},
		{"no such top", strings.Replace(good, `"top":["text"]`, `"top":["other"]`, 1), "no such component"},
		{"a null component", strings.Replace(good, `"components":[`, `"components":[null,`, 1), "components[0]: null"},
	} {
		_, err := Decode(strings.NewReader(tt.data))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := Decode(strings.NewReader(strings.Replace(good, `"subject":{`, `"subject":{"later":1,`, 1))); err != nil {
		t.Errorf("an unknown member: %v", err)
	}
}

// What somebody wrote into an inventory by hand is cleaned like metadata.
func TestDecodeCleans(t *testing.T) {
	inv := full()
	c := inv.Components[0]
	c.Name, c.Summary = "evil\nPackageName: other", "bell\a\u202e"
	c.HomePage, c.Origin.Artifact.URL = "https://user:hunter2@example.org/", "https://user:hunter2@example.org/x.whl"
	c.Licences.Listed[0].Text = "two\r\nlines\x00"
	c.Licences.Expression, c.Licences.Listed[0].ID, c.Licences.Listed[0].Name = "mit or invented", "Invented-1.0", ""
	got, err := Decode(bytes.NewReader(encode(t, inv)))
	if err != nil {
		t.Fatal(err)
	}
	g := got.Components[0]
	if g.Name != "evil PackageName: other" || g.Summary != "bell" || g.Licences.Listed[0].Text != "two\nlines" {
		t.Errorf("%q %q %q", g.Name, g.Summary, g.Licences.Listed[0].Text)
	}
	if l := g.Licences; l.Expression != "" || len(l.Listed) != 2 || l.Listed[0].Name != "Invented-1.0" || l.Listed[1].Name != "mit or invented" {
		t.Errorf("licences %+v", l)
	}
	if out := encode(t, got); bytes.Contains(out, []byte("hunter2")) {
		t.Errorf("credentials: %s", out)
	}
}

func TestBuildIsValid(t *testing.T) {
	fsys := fstest.MapFS{
		"pyvenv.cfg": {Data: []byte("version = 3.11.7\n")},
		"lib/python3.11/site-packages/a-1.dist-info/METADATA":            {Data: []byte("Name: A\nVersion: 1+x\nRequires-Dist: b\nAuthor: A, B\nAuthor-email: C <c@example.org>\nLicense: BSD\nProject-URL: Home, https://u:p@example.org\n")},
		"lib/python3.11/site-packages/a-1.dist-info/direct_url.json":     {Data: []byte(`{"url":"https://example.org/a.whl","archive_info":{"hash":"sha256=` + strings.Repeat("ab", 32) + `"}}`)},
		"lib/python3.11/site-packages/b-1.dist-info/RECORD":              {},
		"lib/python3.11/site-packages/~c-1.dist-info/METADATA":           {},
		"lib/python3.11/site-packages/d-1.dist-info/provenance_url.json": {Data: []byte(`{}`)},
		"lib/python3.11/site-packages/d-1.dist-info/METADATA":            {Data: []byte("Name: d\nVersion: 1\n")},
	}
	inv := Build(t.Context(), installed.Find(t.Context(), installed.Root{FS: fsys}), Config{Subject: Subject{Name: "s"}})
	data := encode(t, inv)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(value); err != nil {
		t.Error(err)
	}
	if len(inv.Components) != 4 || len(inv.Warnings) != 3 {
		t.Errorf("%d components, %d warnings:\n%s", len(inv.Components), len(inv.Warnings), data)
	}
	var any map[string]json.RawMessage
	if json.Unmarshal(data, &any) != nil || len(any) != 6 {
		t.Errorf("%d members", len(any))
	}
	got, err := Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, got); !bytes.Equal(again, data) {
		t.Errorf("from the inventory:\n%s\nfrom the environment:\n%s", again, data)
	}
}
