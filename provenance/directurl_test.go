package provenance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const (
	sha256A = "236bcb61156d76c4b8a05821b988c7b8c35bf0da28a4b614e8d6ab5212c25c6f"
	sha256B = "8bfe29f17c10e2f2e619de8033a07a224058d96b3bfe2ed61777596f7ffd7fa9"
	sha1A   = "7921be1537eac1e97bc40179a57f0349c2aee67d"
	md5A    = "d41d8cd98f00b204e9800998ecf8427e"
)

// recordCase is one record. problems are "LEVEL CODE KEY" in order. The record
// is valid where none is above advice, and unusable where origin is nil.
type recordCase struct {
	name, data string
	origin     *Origin
	problems   []string
}

func (c recordCase) wantValid() bool {
	for _, p := range c.problems {
		if !strings.HasPrefix(p, "advice ") {
			return false
		}
	}
	return true
}

func describe(list []*SpecError) []string {
	var out []string
	for _, e := range list {
		key := e.Key
		if strings.HasPrefix(key, "archive_info.hashes.H") {
			key = "archive_info.hashes.(n)"
		}
		out = append(out, strings.TrimSpace(e.Level.String()+" "+e.Code+" "+key))
	}
	return out
}

func archive(url, filename string, hashes Hashes) *Origin {
	return &Origin{Kind: KindArchive, Artifact: Artifact{URL: url, Filename: filename, Hashes: hashes}, BuiltLocally: isSdist(filename)}
}

func gitOrigin(url, commit, requested string) *Origin {
	return &Origin{Kind: KindVCS, Artifact: Artifact{URL: url}, Commit: Commit{System: "git", ID: commit, Requested: requested}}
}

func directory(url string) *Origin {
	return &Origin{Kind: KindDirectory, Artifact: Artifact{URL: url}}
}

const (
	zipURL = "https://files.example.org/pip/archive/1.3.1.zip"
	whlURL = "https://files.example.org/pip-1.3.1-py3-none-any.whl"
	gitURL = "https://git.example.org/pip.git"
)

var directURLCases = []recordCase{
	// the examples of the specification
	{"source archive", `{"url": "` + zipURL + `", "archive_info": {"hashes": {"sha256": "` + sha256A + `"}}}`,
		archive(zipURL, "1.3.1.zip", Hashes{"sha256": sha256A}), nil},
	{"source archive, older form", `{"url": "` + zipURL + `", "archive_info": {"hash": "sha256=` + sha256A + `"}}`,
		archive(zipURL, "1.3.1.zip", Hashes{"sha256": sha256A}), nil},
	{"git with tag", `{"url": "` + gitURL + `", "vcs_info": {"vcs": "git", "requested_revision": "1.3.1", "commit_id": "` + sha1A + `"}}`,
		gitOrigin(gitURL, sha1A, "1.3.1"), nil},
	{"directory", `{"url": "file:///home/user/project", "dir_info": {}}`, directory("file:///home/user/project"), nil},
	{"editable", `{"url": "file:///home/user/project", "dir_info": {"editable": true}}`,
		&Origin{Kind: KindDirectory, Artifact: Artifact{URL: "file:///home/user/project"}, Editable: true}, nil},

	// hashes: none, one form, both
	{"uv", `{"url":"` + whlURL + `","archive_info":{}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil), []string{"advice direct-url-no-hash archive_info"}},
	{"both forms", `{"url":"` + whlURL + `","archive_info":{"hash":"sha256=` + sha256A + `","hashes":{"sha256":"` + sha256A + `"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}), nil},
	{"forms disagree", `{"url":"` + whlURL + `","archive_info":{"hash":"sha256=` + sha256B + `","hashes":{"sha256":"` + sha256A + `","md5":"` + md5A + `"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"md5": md5A}), []string{"violation direct-url-hash-mismatch archive_info.hash"}},
	{"forms differ in case", `{"url":"` + whlURL + `","archive_info":{"hash":"SHA256=` + strings.ToUpper(sha256A) + `","hashes":{"sha256":"` + sha256A + `"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}), nil},
	{"hash not among hashes", `{"url":"` + whlURL + `","archive_info":{"hash":"md5=` + md5A + `","hashes":{"sha256":"` + sha256A + `"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A, "md5": md5A}), []string{"warning direct-url-invalid archive_info.hash"}},
	{"hash beside empty hashes", `{"url":"` + whlURL + `","archive_info":{"hash":"sha256=` + sha256A + `","hashes":{}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}), []string{"warning direct-url-invalid archive_info.hash"}},
	{"hash beside a broken digest", `{"url":"` + whlURL + `","archive_info":{"hash":"sha256=` + sha256A + `","hashes":{"sha256":"zz"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil), []string{
			"violation direct-url-invalid archive_info.hashes.sha256",
			"violation direct-url-hash-mismatch archive_info.hash",
			"advice direct-url-no-hash archive_info"}},
	{"hash without =", `{"url":"` + whlURL + `","archive_info":{"hash":"` + sha256A + `"}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil), []string{"violation direct-url-invalid archive_info.hash", "advice direct-url-no-hash archive_info"}},
	{"empty hash", `{"url":"` + whlURL + `","archive_info":{"hash":""}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil), []string{"violation direct-url-invalid archive_info.hash", "advice direct-url-no-hash archive_info"}},
	{"md5 and sha1 are legal", `{"url":"` + zipURL + `","archive_info":{"hashes":{"md5":"` + md5A + `","sha1":"` + sha1A + `"}}}`,
		archive(zipURL, "1.3.1.zip", Hashes{"md5": md5A, "sha1": sha1A}), nil},
	{"an algorithm of OpenSSL", `{"url":"` + zipURL + `","archive_info":{"hashes":{"md5-sha1":"` + md5A + sha1A + `"}}}`,
		archive(zipURL, "1.3.1.zip", Hashes{"md5-sha1": md5A + sha1A}), nil},
	{"upper case", `{"url":"` + zipURL + `","archive_info":{"hashes":{"SHA256":"` + strings.ToUpper(sha256A) + `"}}}`,
		archive(zipURL, "1.3.1.zip", Hashes{"sha256": sha256A}), []string{"advice direct-url-invalid archive_info.hashes.SHA256"}},
	{"three cases, two digests", `{"url":"` + zipURL + `","archive_info":{"hashes":{"SHA256":"` + sha256A + `","Sha256":"` + sha256B + `","sha256":"` + sha256A + `"}}}`,
		archive(zipURL, "1.3.1.zip", nil), []string{
			"advice direct-url-invalid archive_info.hashes.SHA256",
			"advice direct-url-invalid archive_info.hashes.Sha256",
			"violation direct-url-hash-mismatch archive_info.hashes.Sha256",
			"violation direct-url-hash-mismatch archive_info.hashes.sha256",
			"advice direct-url-no-hash archive_info"}},
	{"digest too short", `{"url":"` + zipURL + `","archive_info":{"hashes":{"sha256":"abcd"}}}`,
		archive(zipURL, "1.3.1.zip", nil), []string{"violation direct-url-invalid archive_info.hashes.sha256", "advice direct-url-no-hash archive_info"}},
	{"shake", `{"url":"` + zipURL + `","archive_info":{"hashes":{"shake_128":"abcd"}}}`,
		archive(zipURL, "1.3.1.zip", nil), []string{"violation direct-url-invalid archive_info.hashes.shake_128", "advice direct-url-no-hash archive_info"}},
	{"digest no string", `{"url":"` + zipURL + `","archive_info":{"hashes":{"md5":12345}}}`,
		archive(zipURL, "1.3.1.zip", nil), []string{"violation direct-url-invalid archive_info.hashes.md5", "advice direct-url-no-hash archive_info"}},
	{"hashes a list", `{"url":"` + zipURL + `","archive_info":{"hashes":[]}}`,
		archive(zipURL, "1.3.1.zip", nil), []string{"violation direct-url-invalid archive_info.hashes", "advice direct-url-no-hash archive_info"}},

	{"digest no digits", `{"url":"` + zipURL + `","archive_info":{"hashes":{"SHA256":"` + strings.Repeat("g", 64) + `"}}}`,
		archive(zipURL, "1.3.1.zip", nil), []string{"advice direct-url-invalid archive_info.hashes.SHA256",
			"violation direct-url-invalid archive_info.hashes.SHA256", "advice direct-url-no-hash archive_info"}},

	// which info
	{"no info, a wheel", `{"url":"` + whlURL + `"}`, archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil), []string{"violation direct-url-invalid"}},
	{"no info", `{"url":"` + gitURL + `"}`, &Origin{Artifact: Artifact{URL: gitURL}}, []string{"violation direct-url-invalid"}},
	{"two infos", `{"url":"` + zipURL + `","archive_info":{},"dir_info":{}}`, &Origin{Artifact: Artifact{URL: zipURL}}, []string{"violation direct-url-invalid"}},
	{"null is absent", `{"url":"` + zipURL + `","archive_info":{"hashes":null,"hash":"sha256=` + sha256A + `"},"dir_info":null,"subdirectory":null}`,
		archive(zipURL, "1.3.1.zip", Hashes{"sha256": sha256A}), nil},
	{"info no object", `{"url":"` + whlURL + `","archive_info":[]}`, archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil),
		[]string{"violation direct-url-invalid archive_info", "violation direct-url-invalid"}},
	{"unknown keys", `{"url":"` + zipURL + `","archive_info":{"hash":"sha256=` + sha256A + `","x":1},"y":[{}]}`,
		archive(zipURL, "1.3.1.zip", Hashes{"sha256": sha256A}), nil},

	// vcs_info
	{"no commit", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git"}}`, gitOrigin(gitURL, "", ""), []string{"violation direct-url-invalid vcs_info.commit_id"}},
	{"commit is a branch", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"main"}}`, gitOrigin(gitURL, "", ""), []string{"violation direct-url-invalid vcs_info.commit_id"}},
	{"commit no string", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":12345}}`, gitOrigin(gitURL, "", ""), []string{"violation direct-url-invalid vcs_info.commit_id"}},
	{"git of sha256", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"` + sha256A + `"}}`, gitOrigin(gitURL, sha256A, ""), nil},
	{"commit abbreviated", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"7921be1"}}`, gitOrigin(gitURL, "", ""), []string{"violation direct-url-invalid vcs_info.commit_id"}},
	{"no vcs", `{"url":"` + gitURL + `","vcs_info":{"commit_id":"` + sha1A + `"}}`,
		&Origin{Kind: KindVCS, Artifact: Artifact{URL: gitURL}, Commit: Commit{ID: sha1A}}, []string{"violation direct-url-invalid vcs_info.vcs"}},
	{"svn", `{"url":"svn+ssh://svn.example.org/p/trunk","vcs_info":{"vcs":"svn","commit_id":"1234"}}`,
		&Origin{Kind: KindVCS, Artifact: Artifact{URL: "svn+ssh://svn.example.org/p/trunk"}, Commit: Commit{System: "svn", ID: "1234"}}, nil},
	{"bzr", `{"url":"https://bzr.example.org/p","vcs_info":{"vcs":"bzr","commit_id":"me@example.org-2020-abc"}}`,
		&Origin{Kind: KindVCS, Artifact: Artifact{URL: "https://bzr.example.org/p"}, Commit: Commit{System: "bzr", ID: "me@example.org-2020-abc"}}, nil},
	{"prefix", `{"url":"git+` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"}}`, gitOrigin(gitURL, sha1A, ""), []string{"warning direct-url-invalid url"}},
	{"prefix of nothing", `{"url":"git+:ssh://h.example.org/r.git","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"}}`,
		gitOrigin("git+:ssh://h.example.org/r.git", sha1A, ""), nil},
	{"prefix of ssh", `{"url":"git+ssh://git@h.example.org/r.git","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"}}`,
		gitOrigin("ssh://git@h.example.org/r.git", sha1A, ""), nil},
	{"user git", `{"url":"https://git@git.example.org/p.git","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"}}`,
		gitOrigin("https://git@git.example.org/p.git", sha1A, ""), nil},
	{"scp", `{"url":"git@git.example.org:p.git","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"}}`,
		gitOrigin("git@git.example.org:p.git", sha1A, ""), []string{"warning direct-url-invalid url"}},
	{"subdirectory", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"},"subdirectory":"a/b/"}`,
		&Origin{Kind: KindVCS, Artifact: Artifact{URL: gitURL}, Commit: Commit{System: "git", ID: sha1A}, Subdirectory: "a/b"}, nil},
	{"subdirectory leaves", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"},"subdirectory":"a/../../b"}`,
		gitOrigin(gitURL, sha1A, ""), []string{"violation direct-url-invalid subdirectory"}},
	{"subdirectory absolute", `{"url":"` + gitURL + `","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"},"subdirectory":"\\etc"}`,
		gitOrigin(gitURL, sha1A, ""), []string{"violation direct-url-invalid subdirectory"}},

	// dir_info
	{"directory over https", `{"url":"https://h.example.org/p","dir_info":{}}`, directory("https://h.example.org/p"), []string{"warning direct-url-invalid url"}},
	{"directory relative", `{"url":"file:relative","dir_info":{}}`, directory("file:relative"), []string{"warning direct-url-invalid url"}},
	{"directory FILE", `{"url":"FILE:///p","dir_info":{}}`, directory("FILE:///p"), nil},
	{"directory with four slashes", `{"url":"file:////p","dir_info":{}}`, directory("file:////p"), nil},
	{"editable no boolean", `{"url":"file:///p","dir_info":{"editable":"yes"}}`, directory("file:///p"), []string{"violation direct-url-invalid dir_info.editable"}},
	{"editable null", `{"url":"file:///p","dir_info":{"editable":null}}`, directory("file:///p"), nil},

	// habits of tools
	{"Poetry's None", `{"url":"file://None/srv/mono","vcs_info":{"vcs":"git","commit_id":"` + sha1A + `"}}`,
		gitOrigin("file:///srv/mono", sha1A, ""), []string{"advice file-url-host url"}},
	{"Poetry's cache", `{"archive_info": {}, "url": "file:///C:/Users/me/AppData/Local/pypoetry/Cache/artifacts/7e/42/12/cd512fbb1274bf257081cb661ba45881d717adc618df1a73d3a5532da8/six-1.17.0-py2.py3-none-any.whl"}`,
		&Origin{Artifact: Artifact{Filename: "six-1.17.0-py2.py3-none-any.whl"}},
		[]string{"advice direct-url-no-hash archive_info", "advice installer-cache-url url"}},
	{"not quite Poetry's cache", `{"archive_info": {"hash":"sha256=` + sha256A + `"}, "url": "file:///artifacts/7e/42/12/cd51/six-1.17.0-py2.py3-none-any.whl"}`,
		archive("file:///artifacts/7e/42/12/cd51/six-1.17.0-py2.py3-none-any.whl", "six-1.17.0-py2.py3-none-any.whl", Hashes{"sha256": sha256A}), nil},
	{"a directory named cache", `{"archive_info": {"hash":"sha256=` + sha256A + `"}, "url": "file:///srv/cache/six-1.17.0-py2.py3-none-any.whl"}`,
		archive("file:///srv/cache/six-1.17.0-py2.py3-none-any.whl", "six-1.17.0-py2.py3-none-any.whl", Hashes{"sha256": sha256A}), nil},

	// credentials
	{"credentials", `{"url":"https://alice:s3cret@files.example.org/x.whl?X-Amz-Signature=s3cret","archive_info":{"hash":"sha256=` + sha256A + `"}}`,
		archive("https://files.example.org/x.whl", "x.whl", Hashes{"sha256": sha256A}), []string{"warning credentials-in-url url"}},
	{"user git of an archive", `{"url":"https://git@files.example.org/x.whl","archive_info":{"hash":"sha256=` + sha256A + `"}}`,
		archive("https://files.example.org/x.whl", "x.whl", Hashes{"sha256": sha256A}), nil},
	{"environment variables", `{"url":"https://${USER}:${PASSWORD}@files.example.org/x.whl","archive_info":{"hash":"sha256=` + sha256A + `"}}`,
		archive("https://${USER}:${PASSWORD}@files.example.org/x.whl", "x.whl", Hashes{"sha256": sha256A}), nil},
	{"secrets in other places", `{"url":"` + gitURL + `","vcs_info":{"vcs":"https://A:S3cret@h","commit_id":"https://a:s3cret@h","requested_revision":"https://a:s3cret@h"},"subdirectory":"https://a:s3cret@h"}`,
		&Origin{Kind: KindVCS, Artifact: Artifact{URL: gitURL}}, []string{"violation direct-url-invalid vcs_info.vcs", "violation direct-url-invalid vcs_info.commit_id"}},
	{"a key that is a secret", `{"url":"` + whlURL + `","archive_info":{"hashes":{"https://alice:s3cret@h/":"00"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil),
		[]string{"violation direct-url-invalid archive_info.hashes.(other)", "advice direct-url-no-hash archive_info"}},

	// JSON
	{"wrong case", `{"URL":"https://evil.example.org/x.whl","url":"` + whlURL + `","archive_info":{"Hash":"md5=x","hash":"sha256=` + sha256A + `"}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}),
		[]string{"violation key-case URL", "violation key-case archive_info.Hash"}},
	{"long s", `{"url":"` + whlURL + `","archive_info":{"haſh":"md5=x"}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil), []string{"violation key-case archive_info.(other)", "advice direct-url-no-hash archive_info"}},
	{"duplicate key", `{"url":"https://evil.example.org/x.whl","archive_info":{"hash":"sha256=` + sha256A + `"},"url":"` + whlURL + `"}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}), []string{"warning duplicate-key url"}},
	{"duplicate key, escaped", `{"url":"https://evil.example.org/x.whl","archive_info":{"hash":"sha256=` + sha256A + `"},"\u0075rl":"` + whlURL + `"}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}), []string{"warning duplicate-key url"}},
	{"duplicate digest", `{"url":"` + whlURL + `","archive_info":{"hashes":{"sha256":"` + sha256B + `","sha256":"` + sha256A + `"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", Hashes{"sha256": sha256A}), []string{"warning duplicate-key archive_info.hashes.sha256"}},
	{"byte order mark", "\ufeff" + `{"url":"` + whlURL + `"}`, archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil),
		[]string{"warning record-encoding", "violation direct-url-invalid"}},
	{"not UTF-8", `{"url":"file:///p` + "\xff" + `","dir_info":{}}`, directory("file:///p\ufffd"), []string{"warning record-encoding"}},
	{"half a surrogate pair", `{"url":"file:///p\ud800x","dir_info":{}}`, directory("file:///p\ufffdx"), []string{"warning record-encoding"}},
	{"surrogate pair", `{"url":"file:///p\ud83d\ude00","dir_info":{}}`, directory("file:///p😀"), nil},
	{"control characters", `{"url":"file:///p\u001b[31m\u0085","dir_info":{}}`, directory("file:///p[31m"), []string{"warning record-encoding"}},
	{"a key that would be cleaned into another", `{"url":"` + whlURL + `","u\u0000rl":"https://evil.example.org/","archive_info":{"hashes":{"sha256\u0007":"` + sha256A + `"}}}`,
		archive(whlURL, "pip-1.3.1-py3-none-any.whl", nil),
		[]string{"warning record-encoding", "violation direct-url-invalid archive_info.hashes.(other)", "advice direct-url-no-hash archive_info"}},
	{"relative URL", `{"url":"x.whl","archive_info":{"hash":"sha256=` + sha256A + `"}}`,
		archive("x.whl", "", Hashes{"sha256": sha256A}), []string{"warning direct-url-invalid url"}},
	{"URL missing, hash there", `{"archive_info":{"hash":"sha256=` + sha256A + `"}}`,
		archive("", "", Hashes{"sha256": sha256A}), []string{"violation direct-url-invalid url"}},
	{"URL no string", `{"url":1,"archive_info":{"hash":"sha256=` + sha256A + `"}}`,
		archive("", "", Hashes{"sha256": sha256A}), []string{"violation direct-url-invalid url"}},

	// of which nothing can be used
	{"empty object", `{}`, nil, []string{"violation direct-url-invalid url"}},
	{"empty URL", `{"url":"","dir_info":{}}`, nil, []string{"violation direct-url-invalid url"}},
	{"only wrong case", `{"URL":"` + whlURL + `"}`, nil, []string{"violation key-case URL", "violation direct-url-invalid url"}},
	{"empty file", ``, nil, []string{"violation direct-url-invalid"}},
	{"list", `[]`, nil, []string{"violation direct-url-invalid"}},
	{"string", `"url"`, nil, []string{"violation direct-url-invalid"}},
	{"cut off", `{"url":"https://h.example.org`, nil, []string{"violation direct-url-invalid"}},
	{"two values", `{"url":"file:///p","dir_info":{}} {}`, nil, []string{"violation direct-url-invalid"}},
	{"NUL", "{\"url\":\"file:///p\x00\",\"dir_info\":{}}", nil, []string{"violation direct-url-invalid"}},
	{"UTF-16", "\xff\xfe{\x00}\x00", nil, []string{"violation direct-url-invalid"}},
	{"nested", `{"url":"file:///p","dir_info":{},"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, nil,
		[]string{"violation record-too-large"}},
	{"nested objects", strings.Repeat(`{"url":`, 100_000), nil, []string{"violation record-too-large"}},
	{"many keys", `{"url":"file:///p"` + strings.Repeat(`,"x":1`, 100_000) + `}`, nil, []string{"violation record-too-large"}},
	{"long keys", `{"url":"file:///p","dir_info":{}` + strings.Repeat(`,"`+strings.Repeat("x", 16000)+`":1`, 900) + `}`,
		directory("file:///p"), slices.Repeat([]string{"warning duplicate-key (other)"}, maxProblems)},
	{"advice hides no violation", `{"url":"file:///p","archive_info":{"hash":"x","hashes":{` + manyHashes(100) + `}}}`,
		archive("file:///p", "p", manyDigests(100)),
		append(slices.Repeat([]string{"advice direct-url-invalid archive_info.hashes.(n)"}, maxProblems), "violation direct-url-invalid archive_info.hash")},
	{"huge", `{"url":"file:///p","dir_info":{}}` + strings.Repeat(" ", 16<<20), nil, []string{"violation record-too-large"}},
}

func manyHashes(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"H%d":"00"`, i))
	}
	return strings.Join(list, ",")
}

func manyDigests(n int) Hashes {
	h := make(Hashes)
	for i := range n {
		h[fmt.Sprintf("h%d", i)] = "00"
	}
	return h
}

func TestDirectURL(t *testing.T) {
	for _, c := range directURLCases {
		t.Run(c.name, func(t *testing.T) {
			evidence, problems := FromRecords("", []byte(c.data), nil)
			if got := describe(problems); !reflect.DeepEqual(got, c.problems) {
				t.Errorf("problems\n got %q\nwant %q", got, c.problems)
			}
			d, err := ParseDirectURL([]byte(c.data))
			if c.origin == nil {
				if err == nil || d != nil || len(evidence) > 0 {
					t.Errorf("got %+v, %v, want an error", d, err)
				}
				return
			}
			if err != nil || len(evidence) != 1 {
				t.Fatalf("%v, evidence %+v", err, evidence)
			}
			for _, got := range []Origin{evidence[0].Origin, d.Origin()} {
				if len(got.Artifact.Hashes) == 0 {
					got.Artifact.Hashes = nil
				}
				if !reflect.DeepEqual(got, *c.origin) {
					t.Errorf("origin\n got %+v\nwant %+v", got, *c.origin)
				}
			}
			if err := d.Validate(); (err == nil) != c.wantValid() {
				t.Errorf("Validate: %v", err)
			}
			noSecret(t, evidence, problems, d.Validate())
		})
	}
}

// noSecret fails where "s3cret" is in what leaves the package.
func noSecret(t *testing.T, evidence []Evidence, problems []*SpecError, err error) {
	t.Helper()
	out, _ := json.Marshal([]any{evidence, problems})
	if text := fmt.Sprintf("%s %v", out, err); strings.Contains(strings.ToLower(text), "s3cret") {
		t.Errorf("leaks: %s", text)
	}
}

// Every problem of the strict check is a *SpecError that reads as the style
// of this project demands.
func TestDirectURLMessages(t *testing.T) {
	d, err := ParseDirectURL([]byte(`{"url":"https://a:b@h.example.org/x","vcs_info":{"vcs":"git"}}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = "direct_url.json: url: holds credentials (PEP 610)\n" +
		"direct_url.json: vcs_info.commit_id: missing (PEP 610)"
	if got := d.Validate(); got == nil || got.Error() != want {
		t.Errorf("got %v", got)
	}
	var e *SpecError
	if !errors.As(d.Validate(), &e) || e.Code != CodeCredentials {
		t.Errorf("got %+v", e)
	}
	if _, err := ParseDirectURL([]byte(`{`)); err == nil || err.Error() != "direct_url.json: not valid JSON at byte 1 (PEP 610)" {
		t.Errorf("got %v", err)
	}
}

// A record that a program makes is checked as one that was read, and what is
// marshalled is read again.
func TestDirectURLWritten(t *testing.T) {
	d := &DirectURL{URL: whlURL, ArchiveInfo: &ArchiveInfo{Hashes: Hashes{"sha256": sha256A}}}
	if err := d.Validate(); err != nil {
		t.Error(err)
	}
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseDirectURL(data)
	if err != nil || !reflect.DeepEqual(again, d) {
		t.Errorf("%s: %+v, %v", data, again, err)
	}
	d.DirInfo = &DirInfo{}
	if d.Validate() == nil {
		t.Error("two infos are valid")
	}
	if (&DirectURL{}).Validate() == nil {
		t.Error("the zero DirectURL is valid")
	}
	if o := (&DirectURL{}).Origin(); !o.IsZero() {
		t.Errorf("the zero DirectURL has origin %+v", o)
	}
}

// exampleFiles returns files that real installers wrote, where they are at
// hand.
func exampleFiles(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join("..", "..", "shared", "data", "examples", pattern))
	if len(paths) == 0 {
		t.Skip("no example files")
	}
	files := make(map[string][]byte)
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(p)] = data
	}
	return files
}

func TestDirectURLExamples(t *testing.T) {
	for name, data := range exampleFiles(t, "direct_url/*/*.direct_url.json") {
		d, err := ParseDirectURL(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		o := d.Origin()
		var want Origin
		switch base := filepath.Base(name); {
		case strings.HasPrefix(base, "subpkg"):
			want = Origin{Kind: KindVCS, Artifact: Artifact{URL: "file:///srv/spec/srv/src/mono"}, Subdirectory: "sub",
				Commit: Commit{System: "git", ID: "c30497666375a506a29fa8ef3c761a392dea0c3b", Requested: "v1"}}
		case strings.HasPrefix(base, "editpkg"):
			want = Origin{Kind: KindDirectory, Artifact: Artifact{URL: "file:///srv/spec/srv/src/editpkg"}, Editable: true}
		case strings.HasPrefix(base, "localpkg"):
			want = Origin{Kind: KindDirectory, Artifact: Artifact{URL: "file:///srv/spec/srv/src/localpkg"}}
		default:
			want = Origin{Kind: KindArchive, Artifact: o.Artifact, BuiltLocally: strings.HasPrefix(base, "docopt")}
			if hashed := o.Artifact.Hashes["sha256"] != ""; hashed == strings.Contains(name, "/uv/") || o.Artifact.Filename == "" {
				t.Errorf("%s: %+v", name, o.Artifact)
			}
		}
		if !reflect.DeepEqual(o, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, o, want)
		}
	}
}
