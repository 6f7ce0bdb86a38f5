package provenance

import (
	"reflect"
	"slices"
	"testing"
)

func claim(class Class, source string, kind Kind, a Artifact) Evidence {
	return Evidence{Class: class, Source: source, Origin: Origin{Kind: kind, Artifact: a, BuiltLocally: isSdist(a.Filename)}}
}

func wheel(hash string) Artifact {
	return Artifact{URL: pipURL, Filename: pipFile, Hashes: Hashes{"sha256": hash}}
}

func TestReconcile(t *testing.T) {
	direct := claim(Recorded, DirectURLFile, KindArchive, wheel(sha256A))
	prov := claim(Recorded, ProvenanceURLFile, KindIndex, wheel(sha256A))
	conda := claim(Recorded, "conda-meta", KindConda, Artifact{URL: "https://conda.example.org/x.conda"})
	reported := claim(Reported, "report.json", KindIndex, wheel(sha256A))
	cached := claim(Cached, "origin.json", KindIndex, wheel(sha256A))
	verified := claim(Verified, "index", KindIndex, wheel(sha256A))
	locked := claim(Locked, "uv.lock", KindIndex, wheel(sha256A))
	candidate := claim(Candidate, "index", KindIndex, wheel(sha256B))
	sdist := Artifact{URL: sdistURL, Filename: "micropipenv-0.0.1.tar.gz", Hashes: Hashes{"sha256": sha256B}}
	ambiguous := Evidence{Class: Locked, Source: "poetry.lock", Candidates: []Artifact{wheel(sha256A), sdist}}
	uv := claim(Recorded, DirectURLFile, KindArchive, Artifact{URL: pipURL, Filename: pipFile})
	git := Evidence{Class: Recorded, Source: DirectURLFile, Origin: *gitOrigin("https://git.example.org/p", sha1A, "")}
	gitLocked := Evidence{Class: Locked, Source: "uv.lock", Origin: *gitOrigin("git+ssh://git@git.example.org/p", "c30497666375a506a29fa8ef3c761a392dea0c3b", "")}
	withHash := func(e Evidence, hash string) Evidence {
		e.Origin.Artifact = wheel(hash)
		return e
	}
	withURL := func(e Evidence, url string) Evidence {
		e.Origin.Artifact.URL = url
		return e
	}

	for _, c := range []struct {
		name      string
		ev        []Evidence
		best      int // index in ev, -1 for none
		conflicts []string
	}{
		{"nothing", nil, -1, nil},
		{"candidates are not chosen", []Evidence{ambiguous}, -1, nil},
		{"one", []Evidence{candidate}, 0, nil},
		{"agreement", []Evidence{locked, verified, cached, reported, prov}, 4, nil},
		{"class before order", []Evidence{candidate, locked, verified}, 2, nil},
		{"order within a class", []Evidence{cached, cached}, 0, nil},
		{"records rank only as records", []Evidence{reported, claim(Reported, DirectURLFile, KindIndex, Artifact{URL: pipURL})}, 0, nil},
		{"conda beside pip's record", []Evidence{conda, prov}, 1, []string{
			"kind: index (provenance_url.json), but conda (conda-meta)",
			"artifact.url: " + pipURL + " (provenance_url.json), but https://conda.example.org/x.conda (conda-meta)"}},
		{"both records", []Evidence{prov, direct}, 1, []string{"kind: archive (direct_url.json), but index (provenance_url.json)"}},
		{"hash", []Evidence{prov, withHash(locked, sha256B)}, 0, []string{
			"artifact.hashes.sha256: " + sha256A + " (provenance_url.json), but " + sha256B + " (uv.lock)"}},
		{"hash, said twice", []Evidence{prov, withHash(locked, sha256B), withHash(locked, sha256B)}, 0, []string{
			"artifact.hashes.sha256: " + sha256A + " (provenance_url.json), but " + sha256B + " (uv.lock)"}},
		{"a gap is not filled", []Evidence{uv, claim(Cached, "uv", KindArchive, wheel(sha256B))}, 0, nil},
		{"other algorithm", []Evidence{prov, claim(Locked, "x.lock", KindIndex, Artifact{Hashes: Hashes{"md5": md5A}})}, 0, nil},
		{"same algorithm, no name", []Evidence{prov, claim(Locked, "x.lock", KindIndex, Artifact{Hashes: Hashes{"sha256": sha256B}})}, 0, []string{
			"artifact.hashes.sha256: " + sha256A + " (provenance_url.json), but " + sha256B + " (x.lock)"}},
		{"the sdist and the wheel of it", []Evidence{claim(Recorded, ProvenanceURLFile, KindIndex, sdist), verified, locked}, 0, nil},
		{"guess", []Evidence{prov, candidate}, 0, nil},
		{"content says nothing of the kind", []Evidence{direct, verified}, 0, nil},
		{"content of a file of that name", []Evidence{direct, withHash(verified, sha256B)}, 0, []string{
			"artifact.hashes.sha256: " + sha256A + " (direct_url.json), but " + sha256B + " (index)"}},
		{"URL", []Evidence{prov, withURL(reported, "https://mirror.example.org/"+pipFile)}, 0, []string{
			"artifact.url: " + pipURL + " (provenance_url.json), but https://mirror.example.org/" + pipFile + " (report.json)"}},
		{"URL of a lock", []Evidence{prov, withURL(locked, "https://mirror.example.org/"+pipFile)}, 0, nil},
		{"spelling of a URL", []Evidence{withURL(prov, "https://Files.example.org/a/b%2Bc.whl#sha256=00"), withURL(reported, "HTTPS://files.example.org/a/b+c.whl")}, 0, nil},
		{"commit", []Evidence{git, gitLocked}, 0, []string{
			"commit.id: " + sha1A + " (direct_url.json), but c30497666375a506a29fa8ef3c761a392dea0c3b (uv.lock)"}},
		{"kind of a lock", []Evidence{git, locked}, 0, []string{"kind: vcs (direct_url.json), but index (uv.lock)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.ev)
			origin, class, conflicts := Reconcile(c.ev)
			var want Origin
			wantClass := ClassUnknown
			if c.best >= 0 {
				want, wantClass = c.ev[c.best].Origin, c.ev[c.best].Class
			}
			if !reflect.DeepEqual(origin, want) || class != wantClass {
				t.Errorf("got %v %+v, want %v %+v", class, origin, wantClass, want)
			}
			var texts []string
			for _, conflict := range conflicts {
				texts = append(texts, conflict.String())
			}
			if !reflect.DeepEqual(texts, c.conflicts) {
				t.Errorf("conflicts\n got %q\nwant %q", texts, c.conflicts)
			}
			if !reflect.DeepEqual(before, c.ev) {
				t.Error("the evidence was changed")
			}
		})
	}
}

// Where ranks differ, the order of the evidence does not matter.
func TestReconcileOrder(t *testing.T) {
	ev := []Evidence{
		claim(Recorded, DirectURLFile, KindArchive, wheel(sha256A)),
		claim(Recorded, ProvenanceURLFile, KindIndex, wheel(sha256B)),
		claim(Reported, "report.json", KindIndex, wheel(sha256B)),
		claim(Locked, "uv.lock", KindIndex, wheel(sha256B)),
	}
	want, _, conflicts := Reconcile(ev)
	for range 24 {
		ev = append(ev[1:], ev[0])
		ev[0], ev[1] = ev[1], ev[0]
		got, class, again := Reconcile(ev)
		if !reflect.DeepEqual(got, want) || class != Recorded || len(again) != len(conflicts) {
			t.Errorf("%+v %v %v", got, class, again)
		}
	}
}

func TestReconcileOneIsFree(t *testing.T) {
	ev := []Evidence{claim(Recorded, ProvenanceURLFile, KindIndex, wheel(sha256A))}
	if n := testing.AllocsPerRun(100, func() { Reconcile(ev) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
