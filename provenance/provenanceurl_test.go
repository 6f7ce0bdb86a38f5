package provenance

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const (
	pipURL   = "https://files.example.org/packages/07/51/pip-23.0.1-py3-none-any.whl"
	pipFile  = "pip-23.0.1-py3-none-any.whl"
	sdistURL = "https://files.example.org/packages/1d/43/micropipenv-0.0.1.tar.gz"
	blake2sA = "fffeaf3d0bd71dc960ca2113af890a2f2198f2466f8cd58ce4b77c1fc54601ff"
)

func index(url, filename string, hashes Hashes) *Origin {
	return &Origin{Kind: KindIndex, Artifact: Artifact{URL: url, Filename: filename, Hashes: hashes}, BuiltLocally: isSdist(filename)}
}

var provenanceURLCases = []recordCase{
	// the examples of the PEP
	{"one hash", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), nil},
	{"more hashes", `{"archive_info":{"hashes":{"blake2s":"` + blake2sA + `","sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"blake2s": blake2sA, "sha256": sha256A}), nil},
	{"sdist", `{"archive_info":{"hashes":{"sha256":"` + sha256B + `"}},"url":"` + sdistURL + `"}`,
		&Origin{Kind: KindIndex, Artifact: Artifact{URL: sdistURL, Filename: "micropipenv-0.0.1.tar.gz", Hashes: Hashes{"sha256": sha256B}}, BuiltLocally: true}, nil},
	{"legacy hash", `{"archive_info":{"hash":"sha256=` + sha256B + `","hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid archive_info.hash"}},
	{"name not canonical", `{"archive_info":{"hashes":{"SHA-256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes.SHA-256", "violation provenance-url-invalid archive_info.hashes"}},
	{"no hash", `{"archive_info":{"hashes":{}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes"}},
	{"no hash, as the PEP prints it", "{\n  \"archive_info\": {\n    \"hashes\": {}\n   }\n  \"url\": \"" + pipURL + "\"\n}", nil,
		[]string{"violation provenance-url-invalid"}},

	// hashes
	{"name in upper case", `{"archive_info":{"hashes":{"SHA256":"` + sha256A + `","sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid archive_info.hashes.SHA256"}},
	{"digest in upper case", `{"archive_info":{"hashes":{"sha256":"` + strings.ToUpper(sha256A) + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), nil},
	{"weak beside strong", `{"archive_info":{"hashes":{"md5":"` + md5A + `","sha1":"` + sha1A + `","sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation weak-hash archive_info.hashes.md5", "violation weak-hash archive_info.hashes.sha1"}},
	{"weak only", `{"archive_info":{"hashes":{"md5":"` + md5A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation weak-hash archive_info.hashes.md5", "violation provenance-url-invalid archive_info.hashes"}},
	{"not guaranteed", `{"archive_info":{"hashes":{"ripemd160":"` + sha1A + `","sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid archive_info.hashes.ripemd160"}},
	{"shake", `{"archive_info":{"hashes":{"shake_256":"` + sha256A + `","sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid archive_info.hashes.shake_256"}},
	{"no sha256", `{"archive_info":{"hashes":{"blake2s":"` + blake2sA + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"blake2s": blake2sA}), []string{"advice provenance-url-no-sha256 archive_info.hashes"}},
	{"digest with a prefix", `{"archive_info":{"hashes":{"sha256":"sha256=` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes.sha256", "violation provenance-url-invalid archive_info.hashes"}},
	{"digest no digits", `{"archive_info":{"hashes":{"sha256":"` + strings.Repeat("g", 64) + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes.sha256", "violation provenance-url-invalid archive_info.hashes"}},
	{"digest no string", `{"archive_info":{"hashes":{"sha256":null}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes.sha256", "violation provenance-url-invalid archive_info.hashes"}},
	{"hashes a list", `{"archive_info":{"hashes":["` + sha256A + `"]},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes"}},
	{"hashes missing", `{"archive_info":{},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hashes"}},
	{"only the legacy hash", `{"archive_info":{"hash":"sha256=` + sha256A + `"},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info.hash", "violation provenance-url-invalid archive_info.hashes"}},
	{"legacy hash null", `{"archive_info":{"hash":null,"hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid archive_info.hash"}},

	// keys
	{"draft", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `","index_url":"https://u:s3cret@index.example.org/simple/"}`,
		&Origin{Kind: KindIndex, Artifact: Artifact{URL: pipURL, Filename: pipFile, Hashes: Hashes{"sha256": sha256A}, Index: "https://index.example.org/simple/"}},
		[]string{"warning provenance-url-draft index_url", "warning credentials-in-url index_url"}},
	{"draft, null", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `","index_url":null}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid index_url"}},
	{"subdirectory", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `","subdirectory":"x"}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid subdirectory"}},
	{"further keys", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"},"size":1},"url":"` + pipURL + `","https://s3cret@h/":{}}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}),
		[]string{"violation provenance-url-invalid (other)", "violation provenance-url-invalid archive_info.size"}},
	{"wrong case", `{"Archive_Info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"` + pipURL + `"}`,
		index(pipURL, pipFile, nil), []string{"violation key-case Archive_Info", "violation provenance-url-invalid archive_info"}},
	{"duplicate", `{"archive_info":{"hashes":{"md5":"` + md5A + `"}},"url":"` + pipURL + `","archive_info":{"hashes":{"sha256":"` + sha256A + `"}}}`,
		index(pipURL, pipFile, Hashes{"sha256": sha256A}), []string{"warning duplicate-key archive_info"}},
	{"archive_info missing", `{"url":"` + pipURL + `"}`, index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info"}},
	{"archive_info null", `{"url":"` + pipURL + `","archive_info":null}`, index(pipURL, pipFile, nil), []string{"violation provenance-url-invalid archive_info"}},
	{"url missing", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}}}`, index("", "", Hashes{"sha256": sha256A}), []string{"violation provenance-url-invalid url"}},

	// URLs
	{"find-links", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"file:///srv/wheels/` + pipFile + `"}`,
		index("file:///srv/wheels/"+pipFile, pipFile, Hashes{"sha256": sha256A}), nil},
	{"credentials", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"https://u:s3@cret@files.example.org/a/` + pipFile + `#sha256=` + sha256A + `&token=s3cret"}`,
		index("https://files.example.org/a/"+pipFile+"#sha256="+sha256A, pipFile, Hashes{"sha256": sha256A}), []string{"warning credentials-in-url url"}},
	{"local version", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"https://files.example.org/torch-2.12.1%2Bcu130-cp311-cp311-linux_x86_64.whl"}`,
		index("https://files.example.org/torch-2.12.1%2Bcu130-cp311-cp311-linux_x86_64.whl", "torch-2.12.1+cu130-cp311-cp311-linux_x86_64.whl", Hashes{"sha256": sha256A}), nil},
	{"relative", `{"archive_info":{"hashes":{"sha256":"` + sha256A + `"}},"url":"../` + pipFile + `"}`,
		index("../"+pipFile, pipFile, Hashes{"sha256": sha256A}), []string{"warning provenance-url-invalid url"}},

	// of which nothing can be used
	{"empty object", `{}`, nil, []string{"violation provenance-url-invalid url"}},
	{"null", `null`, nil, []string{"violation provenance-url-invalid"}},
	{"no JSON", `https://files.example.org/s3cret`, nil, []string{"violation provenance-url-invalid"}},
}

func TestProvenanceURL(t *testing.T) {
	for _, c := range provenanceURLCases {
		t.Run(c.name, func(t *testing.T) {
			evidence, problems := FromRecords("", nil, []byte(c.data))
			if got := describe(problems); !reflect.DeepEqual(got, c.problems) {
				t.Errorf("problems\n got %q\nwant %q", got, c.problems)
			}
			p, err := ParseProvenanceURL([]byte(c.data))
			noSecret(t, nil, nil, err)
			if c.origin == nil {
				if err == nil || p != nil || len(evidence) > 0 {
					t.Errorf("got %+v, %v, want an error", p, err)
				}
				return
			}
			if err != nil || len(evidence) != 1 {
				t.Fatalf("%v, evidence %+v", err, evidence)
			}
			for _, got := range []Origin{evidence[0].Origin, p.Origin()} {
				if !reflect.DeepEqual(got, *c.origin) {
					t.Errorf("origin\n got %+v\nwant %+v", got, *c.origin)
				}
			}
			if err := p.Validate(); (err == nil) != c.wantValid() {
				t.Errorf("Validate: %v", err)
			}
			noSecret(t, evidence, problems, p.Validate())
		})
	}
}

func TestProvenanceURLMessages(t *testing.T) {
	p, err := ParseProvenanceURL([]byte(`{"url":"` + pipURL + `","archive_info":{},"index_url":"https://index.example.org/simple/"}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = "provenance_url.json: index_url: a key of the draft of July 2024 (PEP 710)\n" +
		"provenance_url.json: archive_info.hashes: missing (PEP 710)"
	if got := p.Validate(); got == nil || got.Error() != want {
		t.Errorf("got %v", got)
	}
}

func TestProvenanceURLWritten(t *testing.T) {
	p := &ProvenanceURL{URL: pipURL, ArchiveInfo: &ArchiveInfo{Hashes: Hashes{"sha256": sha256A}}}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(data, &keys); err != nil || len(keys) != 2 {
		t.Errorf("%s has not two keys", data)
	}
	again, err := ParseProvenanceURL(data)
	if err != nil || !reflect.DeepEqual(again, p) {
		t.Errorf("%s: %+v, %v", data, again, err)
	}
	for what, p := range map[string]*ProvenanceURL{
		"zero":   {},
		"legacy": {URL: pipURL, ArchiveInfo: &ArchiveInfo{Hash: "sha256=" + sha256A, Hashes: Hashes{"sha256": sha256A}}},
		"md5":    {URL: pipURL, ArchiveInfo: &ArchiveInfo{Hashes: Hashes{"md5": md5A}}},
		"draft":  {URL: pipURL, ArchiveInfo: p.ArchiveInfo, IndexURL: "https://index.example.org/simple/"},
	} {
		if p.Validate() == nil {
			t.Errorf("%s is valid", what)
		}
	}
}

func TestProvenanceURLExamples(t *testing.T) {
	for name, data := range exampleFiles(t, "provenance_url/*.json") {
		p, err := ParseProvenanceURL(data)
		if strings.HasSuffix(name, "LITERAL-not-json.json") {
			if err == nil {
				t.Errorf("%s is read", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := p.Validate(); (err == nil) != strings.HasPrefix(filepath.Base(name), "valid-") {
			t.Errorf("%s: Validate: %v", name, err)
		}
		o := p.Origin()
		if o.Kind != KindIndex || o.Artifact.URL != p.URL || o.BuiltLocally != strings.Contains(name, "sdist") ||
			(o.Artifact.Index != "") != strings.Contains(name, "index_url") {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
