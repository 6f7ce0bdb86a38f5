package provenance

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestOriginIsZero(t *testing.T) {
	if o := (Origin{Artifact: Artifact{Hashes: Hashes{}}}); !o.IsZero() {
		t.Errorf("%+v claims something", o)
	}
	for _, o := range []Origin{
		{Kind: KindConda},
		{Subdirectory: "x"},
		{Commit: Commit{System: "git"}},
		{Editable: true},
		{BuiltLocally: true},
		{Artifact: Artifact{URL: "x"}},
		{Artifact: Artifact{Filename: "x"}},
		{Artifact: Artifact{Index: "x"}},
		{Artifact: Artifact{Hashes: Hashes{"md5": "x"}}},
		{Artifact: Artifact{Size: 1}},
		{Artifact: Artifact{UploadTime: time.Unix(1, 0)}},
		{Artifact: Artifact{Yanked: "x"}},
	} {
		if o.IsZero() {
			t.Errorf("%+v claims nothing", o)
		}
	}
}

// The words are read by other programs.
func TestWords(t *testing.T) {
	kinds := []Kind{KindUnknown, KindIndex, KindArchive, KindVCS, KindDirectory, KindOSPackage, KindConda}
	classes := []Class{ClassUnknown, Candidate, Locked, Verified, Cached, Reported, Recorded}
	got, err := json.Marshal([]any{kinds, classes, Kind(99), Class(-1)})
	const want = `[["unknown","index","archive","vcs","directory","os-package","conda"],` +
		`["unknown","candidate","locked","verified","cached","reported","recorded"],"unknown","unknown"]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	for i, c := range classes {
		if c.ClaimsOrigin() != (i >= 4) {
			t.Errorf("%v claims an origin: %v", c, c.ClaimsOrigin())
		}
	}
	var k Kind
	if err := k.UnmarshalText([]byte("Index")); err == nil {
		t.Error("Index is read")
	}
}

func TestEvidenceSurvivesJSON(t *testing.T) {
	for _, c := range append(directURLCases, provenanceURLCases...) {
		before, _ := FromRecords("x.dist-info", []byte(c.data), []byte(c.data))
		data, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		var after []Evidence
		if err := json.Unmarshal(data, &after); err != nil {
			t.Fatal(err)
		}
		for i := range before {
			if len(before[i].Origin.Artifact.Hashes) == 0 {
				before[i].Origin.Artifact.Hashes = nil
			}
		}
		if !reflect.DeepEqual(after, before) {
			t.Errorf("%s:\n got %+v\nwant %+v", data, after, before)
		}
	}
}
