package provenance

import (
	"fmt"
	"strings"
)

// Conflict is a claim that cannot hold beside the one that was kept.
type Conflict struct {
	Field       string `json:"field"` // as in the JSON of an Origin: "kind", "artifact.url", "artifact.hashes.sha256", "commit.id"
	Kept        string `json:"kept"`
	KeptSource  string `json:"keptSource"`
	Other       string `json:"other"`
	OtherSource string `json:"otherSource"`
}

// String returns "FIELD: KEPT (SOURCE), but OTHER (SOURCE)".
func (c Conflict) String() string {
	return fmt.Sprintf("%s: %s (%s), but %s (%s)", c.Field, c.Kept, c.KeptSource, c.Other, c.OtherSource)
}

// Reconcile returns the origin that the strongest evidence claims, unmixed: a
// weaker claim never fills a gap in a stronger one. The Class says how strong
// that is; it is ClassUnknown, with the zero Origin, where nothing is claimed.
// The Origin shares the maps of the evidence.
//
// Precedence, of evidence with an Origin: the stronger [Class]; within
// [Recorded], direct_url.json before provenance_url.json before other records;
// then the order of ev. Candidates that were not chosen claim nothing.
//
// The conflicts are between the kept claim and each other one, in the order of
// ev: another kind, another commit, another digest by the same algorithm of
// what may be the same file, and, where both classes claim an origin, another
// URL. Evidence of class [Candidate] is a guess and contradicts nothing, and
// [Verified], which is about content, only a digest of a file of the same
// name. The sdist that a wheel was built from is another file than the wheel.
func Reconcile(ev []Evidence) (Origin, Class, []Conflict) {
	best := -1
	for i := range ev {
		if !ev[i].Origin.IsZero() && (best < 0 || stronger(&ev[i], &ev[best])) {
			best = i
		}
	}
	if best < 0 {
		return Origin{}, ClassUnknown, nil
	}
	var conflicts []Conflict
	for i := range ev {
		if i != best && !ev[i].Origin.IsZero() {
			conflicts = appendConflicts(conflicts, &ev[best], &ev[i])
		}
	}
	return ev[best].Origin, ev[best].Class, conflicts
}

func stronger(a, b *Evidence) bool {
	if a.Class != b.Class {
		return a.Class > b.Class
	}
	return a.Class == Recorded && recordRank(a.Source) < recordRank(b.Source)
}

func recordRank(source string) int {
	switch source {
	case DirectURLFile:
		return 0
	case ProvenanceURLFile:
		return 1
	}
	return 2
}

func appendConflicts(list []Conflict, kept, other *Evidence) []Conflict {
	if kept.Class <= Candidate || other.Class <= Candidate {
		return list
	}
	differ := func(field, a, b string) {
		c := Conflict{Field: field, Kept: a, KeptSource: kept.Source, Other: b, OtherSource: other.Source}
		for _, have := range list {
			if have == c {
				return
			}
		}
		list = append(list, c)
	}
	k, o := &kept.Origin, &other.Origin
	content := kept.Class == Verified || other.Class == Verified
	if k.Kind != o.Kind && k.Kind != KindUnknown && o.Kind != KindUnknown && !content {
		differ("kind", k.Kind.String(), o.Kind.String())
	}
	if kept.Class.ClaimsOrigin() && other.Class.ClaimsOrigin() && differentURL(k.Artifact.URL, o.Artifact.URL) {
		differ("artifact.url", k.Artifact.URL, o.Artifact.URL)
	}
	if k.Commit.ID != "" && o.Commit.ID != "" && !strings.EqualFold(k.Commit.ID, o.Commit.ID) {
		differ("commit.id", k.Commit.ID, o.Commit.ID)
	}
	if !sameFile(&k.Artifact, &o.Artifact, !content) {
		return list
	}
	for _, name := range k.Artifact.Hashes.names() {
		if digest, ok := o.Artifact.Hashes[name]; ok && !strings.EqualFold(digest, k.Artifact.Hashes[name]) {
			differ("artifact.hashes."+name, k.Artifact.Hashes[name], digest)
		}
	}
	return list
}

// sameFile reports whether two artifacts are the same file by name, and guess
// where one of them has none.
func sameFile(a, b *Artifact, guess bool) bool {
	if a.Filename == "" || b.Filename == "" {
		return guess
	}
	return a.Filename == b.Filename
}

// differentURL reports whether two URLs lead to different places. Spelling
// does not count: case of scheme and host, percent-encoding, a user, "git+", a
// fragment, a slash at the end. An unknown URL differs from none.
func differentURL(a, b string) bool {
	return a != "" && b != "" && a != b && spelling(a) != spelling(b)
}

func spelling(url string) string {
	if scheme, rest := cutScheme(url); strings.Contains(scheme, "+") {
		_, scheme, _ = strings.Cut(scheme, "+")
		url = scheme + rest
	}
	u := splitURL(url)
	u.scheme = strings.ToLower(u.scheme)
	u.authority = strings.ToLower(u.authority[lastAt(u.authority):])
	u.path = strings.TrimRight(unescape(u.path), "/")
	u.fragment = ""
	return u.String()
}
