package provenance

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	goodDirect     = `{"url":"` + whlURL + `","archive_info":{"hash":"sha256=` + sha256A + `"}}`
	goodProvenance = `{"url":"` + pipURL + `","archive_info":{"hashes":{"sha256":"` + sha256A + `"}}}`
)

func TestFromRecords(t *testing.T) {
	const dir = "lib/site-packages/x-1.dist-info"
	for _, c := range []struct {
		name         string
		direct, prov []byte
		files        []string // of the evidence
		problems     []string // as errors
	}{
		{"neither", nil, nil, nil, nil},
		{"direct", []byte(goodDirect), nil, []string{dir + "/direct_url.json"}, nil},
		{"provenance", nil, []byte(goodProvenance), []string{dir + "/provenance_url.json"}, nil},
		{"both", []byte(goodDirect), []byte(goodProvenance), []string{dir + "/direct_url.json", dir + "/provenance_url.json"},
			[]string{dir + "/provenance_url.json: must not stand beside direct_url.json (PEP 710)"}},
		{"empty file beside good one", []byte{}, []byte(goodProvenance), []string{dir + "/provenance_url.json"}, []string{
			dir + "/direct_url.json: not valid JSON at byte 0 (PEP 610)",
			dir + "/provenance_url.json: must not stand beside direct_url.json (PEP 710)"}},
		{"good one beside broken", []byte(goodDirect), []byte("{}"), []string{dir + "/direct_url.json"}, []string{
			dir + "/provenance_url.json: url: missing (PEP 710)",
			dir + "/provenance_url.json: must not stand beside direct_url.json (PEP 710)"}},
		{"contradictory and without URL", []byte(`{"vcs_info":{"commit_id":"` + sha1A + `"},"dir_info":{"editable":true}}`), nil, nil, []string{
			dir + "/direct_url.json: url: missing (PEP 610)",
			dir + "/direct_url.json: more than one of vcs_info, archive_info and dir_info (PEP 610)"}},
	} {
		evidence, problems := FromRecords(dir, c.direct, c.prov)
		var files, texts []string
		for _, e := range evidence {
			files = append(files, e.File)
			if e.Class != Recorded || e.Source != filepath.Base(e.File) || e.Origin.IsZero() {
				t.Errorf("%s: %+v", c.name, e)
			}
		}
		for _, p := range problems {
			texts = append(texts, p.Error())
		}
		if !reflect.DeepEqual(files, c.files) || !reflect.DeepEqual(texts, c.problems) {
			t.Errorf("%s:\n got %q %q\nwant %q %q", c.name, files, texts, c.files, c.problems)
		}
	}
}

func TestFromRecordsSaysWhatWasRemoved(t *testing.T) {
	for data, want := range map[string]bool{
		goodDirect: false,
		`{"url":"https://u:p@h.example.org/x.whl","archive_info":{}}`:                                   true,
		`{"url":"https://h.example.org/x.whl","archive_info":{},"index_url":"https://u@h.example.org"}`: false, // no key of PEP 610
	} {
		evidence, _ := FromRecords("", []byte(data), nil)
		if evidence[0].CredentialsRemoved != want {
			t.Errorf("%s: %+v", data, evidence[0])
		}
	}
	evidence, _ := FromRecords("", nil, []byte(`{"url":"https://h.example.org/x.whl","index_url":"https://u@h.example.org"}`))
	if !evidence[0].CredentialsRemoved {
		t.Errorf("%+v", evidence[0])
	}
}

// A wheel in Poetry's cache is no record of an origin.
func TestFromRecordsInstallerCache(t *testing.T) {
	const data = `{"archive_info": {}, "url": "file:///home/me/.cache/pypoetry/artifacts/7e/42/12/cd512fbb1274bf257081cb661ba45881d717adc618df1a73d3a5532da8/six-1.17.0-py2.py3-none-any.whl"}`
	evidence, _ := FromRecords("", []byte(data), nil)
	if len(evidence) != 1 || evidence[0].Class != Candidate || evidence[0].Origin.Artifact.URL != "" {
		t.Errorf("%+v", evidence)
	}
}

func TestRead(t *testing.T) {
	fsys := fstest.MapFS{
		"direct.dist-info/direct_url.json":      {Data: []byte(goodDirect)},
		"prov.dist-info/provenance_url.json":    {Data: []byte(goodProvenance)},
		"both.dist-info/direct_url.json":        {Data: []byte(goodDirect)},
		"both.dist-info/provenance_url.json":    {Data: []byte(goodProvenance)},
		"none.dist-info/METADATA":               {},
		"broken.dist-info/direct_url.json":      {Data: []byte("{")},
		"broken.dist-info/provenance_url.json":  {Data: []byte(goodProvenance)},
		"odd.dist-info/direct_url.json":         {Data: []byte(`{"url":"https://u:p@h.example.org/x","dir_info":{}}`)},
		"less.dist-info/direct_url.json":        {Data: []byte(`{"url":"https://h.example.org/x"}`)},
		"dir.dist-info/direct_url.json/x":       {},
		"pipe.dist-info/direct_url.json":        {Mode: fs.ModeNamedPipe},
		"device.dist-info/provenance_url.json":  {Mode: fs.ModeDevice},
		"huge.dist-info/provenance_url.json":    {Data: []byte(goodProvenance + strings.Repeat(" ", 16<<20))},
		"biggest.dist-info/provenance_url.json": {Data: []byte(goodProvenance + strings.Repeat(" ", 16<<20-len(goodProvenance)))},
	}
	for dir, want := range map[string]struct {
		evidence int
		err      string
	}{
		"direct":  {1, ""},
		"prov":    {1, ""},
		"both":    {2, ""},
		"none":    {0, ""},
		"absent":  {0, ""},
		"broken":  {1, "broken.dist-info/direct_url.json: not valid JSON at byte 1 (PEP 610)"},
		"odd":     {1, ""},
		"less":    {1, ""},
		"dir":     {0, "dir.dist-info/direct_url.json: not a regular file"},
		"pipe":    {0, "pipe.dist-info/direct_url.json: not a regular file"},
		"device":  {0, "device.dist-info/provenance_url.json: not a regular file"},
		"huge":    {0, "huge.dist-info/provenance_url.json: more than 16777216 bytes (PEP 710)"},
		"biggest": {1, ""},
	} {
		evidence, err := Read(fsys, dir+".dist-info")
		text := ""
		if err != nil {
			text = err.Error()
		}
		if len(evidence) != want.evidence || text != want.err {
			t.Errorf("%s: %d pieces of evidence, error %q", dir, len(evidence), text)
		}
	}
}

// Links are followed as far as the file system lets them.
func TestReadStaysInTheRoot(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("secret.json", goodDirect)
	write("root/store.json", goodProvenance)
	write("root/x.dist-info/METADATA", "")
	for name, target := range map[string]string{"direct_url.json": "../../secret.json", "provenance_url.json": "../store.json"} {
		if err := os.Symlink(target, filepath.Join(dir, "root", "x.dist-info", name)); err != nil {
			t.Skip(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "root"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	evidence, err := Read(root.FS(), "x.dist-info")
	if len(evidence) != 1 || evidence[0].Source != ProvenanceURLFile || err == nil {
		t.Errorf("%+v, %v", evidence, err)
	}
}

func BenchmarkFromRecords(b *testing.B) {
	for _, c := range []struct {
		name         string
		direct, prov []byte
	}{
		{"direct", []byte(`{"archive_info": {"hash": "sha256=` + sha256A + `", "hashes": {"sha256": "` + sha256A + `"}}, "url": "` + whlURL + `"}`), nil},
		{"vcs", []byte(`{"url": "` + gitURL + `", "vcs_info": {"vcs": "git", "requested_revision": "1.3.1", "commit_id": "` + sha1A + `"}}`), nil},
		{"provenance", nil, []byte(goodProvenance)},
		{"credentials", nil, []byte(`{"url":"https://u:p@h.example.org/x.whl?X-Amz-Signature=abc&a=b","archive_info":{"hashes":{"sha256":"` + sha256A + `"}}}`)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				FromRecords("lib/python3.13/site-packages/x-1.dist-info", c.direct, c.prov)
			}
		})
	}
}
