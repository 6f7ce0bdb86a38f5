package pipreport_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/pipreport"
)

func fixtures(t testing.TB) []*txtar.Archive {
	t.Helper()
	var list []*txtar.Archive
	for _, name := range []string{"report", "inspect"} {
		archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, archive)
	}
	return list
}

func TestFixtures(t *testing.T) {
	for _, archive := range fixtures(t) {
		file, want := archive.Files[0], string(archive.Files[1].Data)
		for coding, data := range map[string][]byte{
			"utf-8": file.Data, "utf-8-sig": append([]byte("\ufeff"), file.Data...),
			"utf-16-le": utf16Of(file.Data, 0), "utf-16-be": utf16Of(file.Data, 1),
		} {
			if !pipreport.Detect(data) {
				t.Errorf("%s %s: not detected", file.Name, coding)
			}
			r, err := pipreport.Parse("/some/where/"+file.Name, data)
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(r); got != want {
				t.Errorf("%s %s: got\n%s\nwant\n%s", file.Name, coding, got, want)
			}
		}
	}
}

// utf16Of encodes text with a byte order mark; the high byte stands at index
// high of each unit, in reverse.
func utf16Of(text []byte, bigEndian int) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + string(text))) {
		pair := [2]byte{byte(u), byte(u >> 8)}
		out = append(out, pair[bigEndian], pair[1-bigEndian])
	}
	return out
}

// describe prints all that a report says.
func describe(r *pipreport.Report) string {
	var b strings.Builder
	e := r.Environment
	fmt.Fprintf(&b, "%s of pip %s for %s %s %s\n", r.Source, r.PipVersion, e["python_full_version"], e["sys_platform"], e["platform_machine"])
	for _, it := range r.Items {
		o := it.Origin
		words := []string{it.Name, it.Version, "line", fmt.Sprint(it.Line), o.Kind.String()}
		if o.Kind == provenance.KindIndex || o.Kind == provenance.KindArchive {
			words = append(words, o.Artifact.Filename)
		}
		words = append(words, o.Artifact.URL)
		for _, name := range slices.Sorted(maps.Keys(o.Artifact.Hashes)) {
			words = append(words, name+":"+o.Artifact.Hashes[name][:4])
		}
		add := func(word, label string) {
			if word != "" {
				words = append(words, label+word)
			}
		}
		add(o.Commit.System, "")
		add(o.Commit.ID[:min(8, len(o.Commit.ID))], "")
		add(o.Commit.Requested, "of ")
		add(o.Subdirectory, "in ")
		for word, holds := range map[string]bool{"editable": o.Editable, "built": o.BuiltLocally} {
			if holds {
				words = append(words, word)
			}
		}
		add(o.Artifact.Yanked, "")
		if it.CredentialsRemoved {
			words = append(words, "credentials")
		}
		if it.Requested {
			words = append(words, "requested")
		}
		add(strings.Join(it.Extras, ","), "with ")
		b.WriteString(strings.Join(words, " ") + "\n")
		if it.Class != provenance.Reported || it.Source != r.Source || it.File != r.File || strings.Contains(it.File, "/") {
			fmt.Fprintf(&b, "%+v\n", it)
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning %d %s %s\n", w.Line, w.Code, w.Msg)
	}
	return b.String()
}

const empty = `"environment": {}, "pip_version": "26.3"`

func TestErrors(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{"", "r.json: ends within a JSON value"},
		{"[]", "r.json: must be a JSON object"},
		{"null", "r.json: must be a JSON object"},
		{"{", "r.json: ends within a JSON value"},
		{"{\n \"version\": ,}", "r.json:2:13: invalid character ',' looking for beginning of value"},
		{`{"version": "1", ` + empty + `}`, "r.json: install or installed: missing"},
		{`{"install": [], ` + empty + `}`, "r.json: version: missing"},
		{`{"version": "2", "install": [], ` + empty + `}`, `r.json: version: "2", and only "1" is read`},
		{`{"version": 1, "install": [], ` + empty + `}`, `r.json: version: 1, and only "1" is read`},
		{`{"version": "1", "install": {}, ` + empty + `}`, "r.json: install: must be an array"},
		{`{"version": "1", "install": [], ` + empty + `} {}`, "r.json: more than one JSON value"},
		{`{"version": "1", "install": [{]}`, "r.json:1:31: invalid character ']' looking for beginning of object key string"},
		{`{"version": "1", "install": [` + strings.Repeat("[", 20000), "r.json:1:10028: invalid character '[' exceeded max depth"},
		{`{"version": "1", "install": [` + strings.Repeat("0,", 100_000) + "0]}", "r.json: install: more than 100000 distributions"},
		{`{"version": "1", "install": []}`, ""},
		{`{"version": "2", "version": "1", "installed": [{}], "installed": [], "x": {}}`, ""},
	} {
		_, err := pipreport.Parse("r.json", []byte(test.data))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%.60q: %q, want %q", test.data, got, test.want)
		}
	}
	if _, err := pipreport.Parse("r.json", make([]byte, pipreport.MaxSize+1)); err == nil || err.Error() != "r.json: more than 268435456 bytes" {
		t.Error(err)
	}
}

// TestItems has items of which something is wrong.
func TestItems(t *testing.T) {
	const good = `"metadata": {"name": "a", "version": "1"}`
	for _, test := range []struct{ item, want string }{
		{`{}`, "install[0].metadata.name: not the name of a distribution"},
		{`{"metadata": {"name": "../a", "version": "1"}}`, "install[0].metadata.name: not the name of a distribution"},
		{`{"metadata": {"name": 1}}`, "install[0].metadata.name: must not be of type number"},
		{`{` + good + `}`, "install[0].download_info: missing"},
		{`{"download_info": null, ` + good + `}`, "install[0].download_info: must be a JSON object (a)"},
		{`{"download_info": {}, ` + good + `}`, "install[0].download_info.url: missing (a)"},
		{`{"download_info": {"url": "https://h.example.org/a-1.zip", "archive_info": {"hash": "sha256"}}, "is_direct": false, ` + good + `}`,
			`install[0].download_info.archive_info.hash: must be "<algorithm>=<digest>" (a) | index`},
		{`{"download_info": {"url": "https://h.example.org/a-1.zip", "archive_info": {}}, ` + good + `}`, "install[0].is_direct: missing | unknown"},
		{`{"download_info": {"url": "file:///a", "dir_info": {}}, ` + good + `}`, "| directory"},
		{`7`, "install[0]: must not be of type number"},
	} {
		r, err := pipreport.Parse("r.json", []byte(`{"version": "1", "install": [`+test.item+`]}`))
		if err != nil {
			t.Errorf("%s: %v", test.item, err)
			continue
		}
		var got []string
		for _, w := range r.Warnings {
			got = append(got, strings.TrimPrefix(w.Error(), "r.json:1: "))
		}
		for _, it := range r.Items {
			got = append(got, "| "+it.Origin.Kind.String())
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: %q, want %q", test.item, s, test.want)
		}
	}
}

var examples = filepath.Join("..", "..", "..", "shared", "data", "examples")

func readExample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examples, filepath.FromSlash(name)))
	if err != nil {
		t.Skip("no examples beside the checkout")
	}
	return data
}

// TestExamples reads what pip wrote, by encoding/json too, and compares.
func TestExamples(t *testing.T) {
	for name, direct := range map[string]bool{
		"install": false, "dryrun-requests": false, "from-pylock": false, "cached-wheel": false, "findlinks": false,
		"direct": true, "creds": true, "constraint-direct": true,
	} {
		data := readExample(t, "pip/report-"+name+".json")
		var want struct {
			Install []struct {
				Download struct {
					URL     string
					Archive *struct{ Hashes provenance.Hashes } `json:"archive_info"`
				} `json:"download_info"`
				Requested bool
				Metadata  struct{ Name, Version string }
			}
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		r, err := pipreport.Parse("report-"+name+".json", data)
		if err != nil || len(r.Warnings) > 0 || len(r.Items) != len(want.Install) || !pipreport.Detect(data) {
			t.Fatalf("%s: %v, %d items", name, err, len(r.Items))
		}
		if r.Environment["python_full_version"] != "3.11.7" || r.Environment["sys_platform"] != "linux" || r.PipVersion != "26.3" {
			t.Errorf("%s: %v", name, r.Environment)
		}
		lines := strings.Split(string(data), "\n")
		for i, it := range r.Items {
			in := want.Install[i]
			o := it.Origin
			if it.Name != strings.ToLower(strings.ReplaceAll(in.Metadata.Name, "_", "-")) || it.Version != in.Metadata.Version || it.Requested != in.Requested {
				t.Errorf("%s: %+v", name, it)
			}
			if o.Artifact.URL != in.Download.URL || it.CredentialsRemoved {
				t.Errorf("%s: %+v", name, it)
			}
			if a := in.Download.Archive; a != nil {
				kind := provenance.KindIndex
				if direct {
					kind = provenance.KindArchive
				}
				if o.Kind != kind || !maps.Equal(o.Artifact.Hashes, a.Hashes) || o.BuiltLocally != strings.HasSuffix(in.Download.URL, ".tar.gz") {
					t.Errorf("%s: %+v", name, it)
				}
			}
			if strings.TrimSpace(lines[it.Line-1]) != "{" || !strings.Contains(lines[it.Line], "download_info") {
				t.Errorf("%s: %s is not on line %d", name, it.Name, it.Line)
			}
		}
	}
}

// TestExampleInspect compares pip inspect with the direct_url.json files that
// it repeats.
func TestExampleInspect(t *testing.T) {
	r, err := pipreport.Parse("inspect-direct.json", readExample(t, "pip/inspect-direct.json"))
	if err != nil || len(r.Warnings) > 0 || len(r.Items) != 6 {
		t.Fatal(err, r)
	}
	for _, it := range r.Items {
		record, err := provenance.ParseDirectURL(readExample(t, "direct_url/pip/"+it.Name+"-"+it.Version+".direct_url.json"))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(it.Origin, record.Origin()) || it.Class != provenance.Reported || it.Source != pipreport.SourceInspect {
			t.Errorf("%+v, want %+v", it, record.Origin())
		}
	}
	r, err = pipreport.Parse("inspect.json", readExample(t, "pip/inspect.json"))
	if err != nil || len(r.Items)+len(r.Warnings) > 0 {
		t.Error(err, r)
	}
}

func TestDetect(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"url": "x"}`, `{"_meta": {"pipfile-spec": 6}}`, `# "pip_version"`, `["pip_version"]`} {
		if pipreport.Detect([]byte(text)) {
			t.Errorf("%q is taken for a report", text)
		}
	}
}

const canary = "sw0rdf1sh"

func TestNoSecrets(t *testing.T) {
	for _, archive := range fixtures(t) {
		text := strings.ReplaceAll(string(archive.Files[0].Data), "://", "://user:"+canary+"@")
		text = strings.ReplaceAll(text, "sha256=", "https://user:"+canary+"@h.example.org/")
		for _, text := range []string{text, text[:len(text)/2], strings.Replace(text, `"1"`, `"2"`, 1)} {
			r, err := pipreport.Parse("r.json", []byte(text))
			out, _ := json.Marshal(r)
			if all := fmt.Sprintf("%s %+v %v", out, r, err); strings.Contains(all, canary) {
				t.Error(all)
			}
			if err == nil && !r.Items[0].CredentialsRemoved {
				t.Errorf("%+v", r.Items[0])
			}
		}
	}
}

func FuzzPipReport(f *testing.F) {
	for _, archive := range fixtures(f) {
		f.Add(archive.Files[0].Data)
		f.Add(utf16Of(archive.Files[0].Data, 0))
	}
	f.Add([]byte(`{"version":"1","install":[{"download_info":{"url":"a"},"is_direct":1,"metadata":{"name":"\u0000"}},7,null,{}],"environment":{"\u0000":"\u0007"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		pipreport.Detect(data)
		r, err := pipreport.Parse("r.json", data)
		again, errAgain := pipreport.Parse("r.json", data)
		if !reflect.DeepEqual(r, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatal("not twice the same")
		}
		if err != nil {
			if !clean(err.Error()) {
				t.Fatalf("%+q", err)
			}
			return
		}
		texts := []string{r.PipVersion}
		for k, v := range r.Environment {
			texts = append(texts, k, v)
		}
		for i := range r.Warnings {
			texts = append(texts, r.Warnings[i].Error())
		}
		for _, it := range r.Items {
			if it.Name == "" || provenance.NormalizeName(it.Name) != it.Name || it.Class > provenance.Reported || it.Line < 1 || it.Origin.IsZero() {
				t.Fatalf("%+v", it)
			}
			_, removed := provenance.CleanURL(it.Origin.Artifact.URL)
			if _, both := provenance.CleanURL("git+" + it.Origin.Artifact.URL); removed && both { // the user "git" may stay
				t.Fatalf("%q", it.Origin.Artifact.URL)
			}
			texts = append(append(texts, it.Extras...), it.Version, it.Origin.Artifact.URL, it.Origin.Artifact.Filename)
		}
		for _, s := range texts {
			if !clean(s) {
				t.Fatalf("%+q", s)
			}
		}
	})
}

func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func BenchmarkParse(b *testing.B) {
	data := readExample(b, "pip/report-install.json")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pipreport.Parse("report.json", data); err != nil {
			b.Fatal(err)
		}
	}
}
