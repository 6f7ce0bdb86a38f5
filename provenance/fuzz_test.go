package provenance

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

const canary = "sw0rdf1sh" // sought in any case

// checkRecord puts data through FromRecords and checks what comes out.
func checkRecord(t *testing.T, data []byte, isDirect bool) {
	t.Helper()
	direct, prov := data, []byte(nil)
	if !isDirect {
		direct, prov = nil, data
	}
	evidence, problems := FromRecords("x.dist-info", direct, prov)
	for _, e := range evidence {
		checkOrigin(t, e.Origin)
	}
	if d, err := ParseDirectURL(data); err == nil {
		checkText(t, d.URL, d.Subdirectory)
		checkArchive(t, d.ArchiveInfo)
		if v := d.VCSInfo; v != nil {
			checkText(t, v.VCS, v.CommitID, v.RequestedRevision)
		}
	}
	if p, err := ParseProvenanceURL(data); err == nil {
		checkText(t, p.URL, p.IndexURL)
		checkArchive(t, p.ArchiveInfo)
	}
	for _, p := range problems {
		if !cleanString(p.Error()) || p.Code == "" || p.Msg == "" {
			t.Fatalf("problem %+q", p.Error())
		}
	}
	if len(evidence) == 0 && len(problems) == 0 && data != nil {
		t.Fatal("neither evidence nor a problem")
	}
}

func checkArchive(t *testing.T, a *ArchiveInfo) {
	t.Helper()
	if a == nil {
		return
	}
	checkText(t, a.Hash)
	for name, digest := range a.Hashes {
		checkText(t, name, digest)
	}
}

func checkText(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !cleanString(s) {
			t.Fatalf("%+q", s)
		}
	}
}

func checkOrigin(t *testing.T, o Origin) {
	t.Helper()
	texts := []string{o.Artifact.URL, o.Artifact.Filename, o.Artifact.Index, o.Subdirectory, o.Commit.System, o.Commit.ID, o.Commit.Requested}
	for name, digest := range o.Artifact.Hashes {
		texts = append(texts, name, digest)
		if digest == "" || !isHex(digest) || strings.ToLower(name+digest) != name+digest {
			t.Fatalf("hash %q %q", name, digest)
		}
	}
	checkText(t, texts...)
	if again, removed := cleanURL(o.Artifact.URL, true); removed || again != o.Artifact.URL {
		t.Fatalf("%q is not clean: %q", o.Artifact.URL, again)
	}
	if strings.ContainsAny(o.Artifact.Filename, `/\`) {
		t.Fatalf("filename %q", o.Artifact.Filename)
	}
}

func cleanString(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// secretURLs are URLs with the canary as a password, as it is and encoded,
// between two texts of the fuzzer's.
func secretURLs(head, tail string) []string {
	return []string{
		head + "//user:" + canary + "@h.example.org/" + tail,
		head + url.QueryEscape("//user:"+canary+"@h.example.org/") + tail,
	}
}

// checkSecrets plants the canary in every text of a record, keys included.
func checkSecrets(t *testing.T, template, head, tail string, isDirect bool) {
	t.Helper()
	for _, secret := range secretURLs(head, tail) {
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		data := []byte(strings.ReplaceAll(template, "$", string(quoted)))
		direct, prov := data, []byte(nil)
		if !isDirect {
			direct, prov = nil, data
		}
		evidence, problems := FromRecords("x.dist-info", direct, prov)
		out, err := json.Marshal(evidence)
		if err != nil || len(evidence) == 0 {
			t.Fatalf("%s: %v %v", data, problems, err)
		}
		if text := fmt.Sprint(string(out), problems); strings.Contains(strings.ToLower(text), canary) {
			t.Fatalf("%q leaks: %s", secret, text)
		}
		if !evidence[0].CredentialsRemoved {
			t.Fatalf("%q: nothing removed, %+v", secret, evidence[0])
		}
		checkOrigin(t, evidence[0].Origin)
		if isDirect {
			_, err = ParseDirectURL([]byte(secret))
		} else {
			_, err = ParseProvenanceURL([]byte(secret))
		}
		if err != nil && strings.Contains(strings.ToLower(err.Error()), canary) {
			t.Fatal(err)
		}
	}
}

var secretSeeds = [][2]string{
	{"https:", "x.whl"}, {"git+ssh:", "r.git@v1"}, {"", ""}, {"file:", "a@b"}, {"file:/", ""}, {"https://h/?to=", "&a=b"},
	{"https://a:b@h/", "?x=@"}, {"C:", `\x`}, {"https://a@", "#token=x"}, {"git@h:", ""}, {"https://h:p", ""}, {"https://h/%", ";x"},
	{"https://h/a;b=", "c"}, {"https://h/#", "?@"}, {"${A}:${B}@", ""}, {`\\`, `\\@`}, {"git+", "git@"}, {"https://[::1]:8", ""},
}

func FuzzDirectURL(f *testing.F) {
	for i, c := range directURLCases {
		if len(c.data) < 1000 {
			s := secretSeeds[i%len(secretSeeds)]
			f.Add([]byte(c.data), s[0], s[1])
		}
	}
	templates := []string{
		`{"url":$,"archive_info":{"hash":$,"hashes":{$:$,"sha256":$}},"subdirectory":$,$:$}`,
		`{"url":$,"vcs_info":{"vcs":"git","commit_id":$,"requested_revision":$},"subdirectory":$}`,
		`{"url":$,"vcs_info":{"vcs":$,"commit_id":$,"requested_revision":$,$:1,$:1},"dir_info":$}`,
		`{"url":$,"dir_info":{"editable":$}}`,
	}
	f.Fuzz(func(t *testing.T, data []byte, head, tail string) {
		checkRecord(t, data, true)
		for _, template := range templates {
			checkSecrets(t, template, head, tail, true)
		}
	})
}

func FuzzProvenanceURL(f *testing.F) {
	for i, c := range provenanceURLCases {
		s := secretSeeds[i%len(secretSeeds)]
		f.Add([]byte(c.data), s[0], s[1])
	}
	templates := []string{
		`{"url":$,"archive_info":{"hash":$,"hashes":{$:$,"sha256":$}},"index_url":$,$:$}`,
		`{"archive_info":{"hashes":{"sha256":"` + sha256A + `"},$:$},"url":$,"URL":$}`,
	}
	f.Fuzz(func(t *testing.T, data []byte, head, tail string) {
		checkRecord(t, data, false)
		for _, template := range templates {
			checkSecrets(t, template, head, tail, false)
		}
	})
}
