package provenance

import "strings"

// ProvenanceURLFile is the name of the record that [ParseProvenanceURL] reads.
const ProvenanceURLFile = "provenance_url.json"

// ProvenanceURL is the content of a provenance_url.json: the record of a
// distribution that was installed by name, from an index or from a
// --find-links location. It names the file that was downloaded, which is an
// sdist where the installed wheel was built from one.
//
// https://peps.python.org/pep-0710/
type ProvenanceURL struct {
	URL         string       `json:"url"` // as it is written, credentials included; Origin removes them
	ArchiveInfo *ArchiveInfo `json:"archive_info"`
	IndexURL    string       `json:"index_url,omitempty"` // only in the draft of July 2024

	problems []*SpecError // found while parsing
}

// ParseProvenanceURL reads a provenance_url.json and keeps what can be used of
// it. The error is about a record of which nothing can be: it is no JSON
// object, or it names neither a URL nor a hash. [ProvenanceURL.Validate] tells
// what else is wrong.
func ParseProvenanceURL(data []byte) (*ProvenanceURL, error) {
	p, problems := parseProvenanceURL(data)
	if p == nil {
		return nil, joinSpecErrors(problems)
	}
	return p, nil
}

// Validate reports all that breaks PEP 710, in the record that was parsed and
// in the fields as they are now, as [errors.Join] of [*SpecError]. A program
// that writes the record calls it first. The draft's index_url breaks it.
func (p *ProvenanceURL) Validate() error {
	r := provenanceURLReport(p.problems)
	p.origin(&r)
	return r.validity()
}

// Origin returns the place that p names, without credentials. Its hashes are
// those that PEP 710 allows, so never sha1 or md5.
func (p *ProvenanceURL) Origin() Origin {
	o, _ := p.origin(nil)
	return o
}

func provenanceURLReport(problems []*SpecError) report {
	return report{spec: "PEP 710", file: ProvenanceURLFile, invalid: CodeProvenanceURLInvalid, errs: problems[:len(problems):len(problems)]}
}

// parseProvenanceURL returns nil where nothing can be used, and why.
func parseProvenanceURL(data []byte) (*ProvenanceURL, []*SpecError) {
	r := provenanceURLReport(nil)
	top, ok := r.readObject(data)
	if !ok {
		return nil, r.errs
	}
	r.checkKeys(top, "", true, "url", "archive_info", "index_url")
	p := &ProvenanceURL{URL: r.str(top, "", "url"), IndexURL: r.str(top, "", "index_url")}
	if _, ok := top.lookup("index_url"); ok && p.IndexURL == "" {
		r.violation("index_url", "not a key of the record")
	}
	if v, ok := r.object(top, "", "archive_info"); ok {
		r.checkKeys(v, "archive_info.", true, "hashes", "hash")
		p.ArchiveInfo = &ArchiveInfo{Hashes: r.hashes(v)}
		if h, ok := v.lookup("hash"); ok {
			p.ArchiveInfo.Hash = h.text
			r.violation("archive_info.hash", "must not be present")
		}
	}
	if p.URL == "" && (p.ArchiveInfo == nil || len(p.ArchiveInfo.Hashes) == 0) {
		r.violation("url", "missing")
		return nil, r.errs
	}
	p.problems = r.errs
	return p, r.errs
}

// origin builds the Origin and says in r what stands against it.
func (p *ProvenanceURL) origin(r *report) (o Origin, removed bool) {
	o.Kind = KindIndex
	o.Artifact.URL, removed = r.url("url", p.URL, false)
	o.Artifact.Filename = URLFilename(o.Artifact.URL)
	o.BuiltLocally = isSdist(o.Artifact.Filename)
	if p.IndexURL != "" {
		var more bool
		r.add(Warning, CodeProvenanceURLDraft, "index_url", "a key of the draft of July 2024")
		o.Artifact.Index, more = r.url("index_url", p.IndexURL, false)
		removed = removed || more
	}
	if p.ArchiveInfo == nil {
		r.violation("archive_info", "missing")
		return o, removed
	}
	if p.ArchiveInfo.Hash != "" {
		r.violation("archive_info.hash", "must not be present")
	}
	o.Artifact.Hashes = p.ArchiveInfo.allowed(r)
	return o, removed
}

// allowed returns the digests that PEP 710 allows, under the names it demands.
func (a *ArchiveInfo) allowed(r *report) Hashes {
	if len(a.Hashes) == 0 {
		r.violation("archive_info.hashes", "missing")
		return nil
	}
	out := make(Hashes, len(a.Hashes))
	for _, name := range a.Hashes.names() {
		algorithm, known := algorithmOf(name)
		switch digest := strings.ToLower(a.Hashes[name]); {
		case name == "sha1" || name == "md5":
			r.add(Violation, CodeWeakHash, hashKey(name), "must not be used")
		case !known || !algorithm.strong:
			r.violation(hashKey(name), "not an allowed hash under its canonical name")
		case !algorithm.accepts(digest):
			r.violation(hashKey(name), "not a digest of "+name)
		default:
			out[name] = digest
		}
	}
	if len(out) == 0 {
		r.violation("archive_info.hashes", "no allowed hash")
		return nil
	}
	if out["sha256"] == "" {
		r.add(Advice, CodeProvenanceURLNoSHA256, "archive_info.hashes", "no sha256")
	}
	return out
}
