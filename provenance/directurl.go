package provenance

import (
	"path"
	"strings"
)

// DirectURLFile is the name of the record that [ParseDirectURL] reads.
const DirectURLFile = "direct_url.json"

// DirectURL is the content of a direct_url.json: the record of a distribution
// that was installed from a URL, a path or a repository, not by name. Exactly
// one of VCSInfo, ArchiveInfo and DirInfo is set in a valid one.
//
// https://packaging.python.org/en/latest/specifications/direct-url/
type DirectURL struct {
	URL          string       `json:"url"` // as it is written, credentials included; Origin removes them
	VCSInfo      *VCSInfo     `json:"vcs_info,omitempty"`
	ArchiveInfo  *ArchiveInfo `json:"archive_info,omitempty"`
	DirInfo      *DirInfo     `json:"dir_info,omitempty"`
	Subdirectory string       `json:"subdirectory,omitempty"`

	problems []*SpecError // found while parsing
}

// VCSInfo says which state of a repository was installed.
type VCSInfo struct {
	VCS               string `json:"vcs"`
	CommitID          string `json:"commit_id"`
	RequestedRevision string `json:"requested_revision,omitempty"`
}

// ArchiveInfo holds the hashes of an archive. Both forms may be absent.
type ArchiveInfo struct {
	Hashes Hashes `json:"hashes,omitempty"` // as written; nil where the key is absent
	Hash   string `json:"hash,omitempty"`   // the older form, "sha256=…"
}

// DirInfo says how a directory was installed.
type DirInfo struct {
	Editable bool `json:"editable,omitempty"`
}

// ParseDirectURL reads a direct_url.json and keeps what can be used of it. The
// error is about a record of which nothing can be: it is no JSON object, or it
// names neither a URL, a hash nor a commit. [DirectURL.Validate] tells what
// else is wrong.
//
// Python's json module is the measure: of a duplicate key the last one counts,
// keys are compared exactly ("URL" is not "url"), null is an absent value.
func ParseDirectURL(data []byte) (*DirectURL, error) {
	d, problems := parseDirectURL(data)
	if d == nil {
		return nil, joinSpecErrors(problems)
	}
	return d, nil
}

// Validate reports all that breaks the specification, in the record that was
// parsed and in the fields as they are now, as [errors.Join] of [*SpecError].
// A program that writes the record calls it first.
//
// It is stricter than Python's packaging: a digest must have the length of its
// algorithm, the commit of git and Mercurial must be a hash, a URL must be
// absolute, a subdirectory must stay inside, and nothing may authenticate. Only
// the case of an algorithm's name and of a digest does not matter here.
func (d *DirectURL) Validate() error {
	r := directURLReport(d.problems)
	d.origin(&r)
	return r.validity()
}

// Origin returns the place that d names, without credentials. It holds only
// what the record states clearly: a digest that cannot be one, or two that
// disagree, are left out.
func (d *DirectURL) Origin() Origin {
	o, _ := d.origin(nil)
	return o
}

func directURLReport(problems []*SpecError) report {
	return report{spec: "PEP 610", file: DirectURLFile, invalid: CodeDirectURLInvalid, errs: problems[:len(problems):len(problems)]}
}

// parseDirectURL returns nil where nothing can be used, and why.
func parseDirectURL(data []byte) (*DirectURL, []*SpecError) {
	r := directURLReport(nil)
	top, ok := r.readObject(data)
	if !ok {
		return nil, r.errs
	}
	r.checkKeys(top, "", false, "url", "vcs_info", "archive_info", "dir_info", "subdirectory")
	d := &DirectURL{URL: r.str(top, "", "url"), Subdirectory: r.str(top, "", "subdirectory")}
	if v, ok := r.object(top, "", "vcs_info"); ok {
		r.checkKeys(v, "vcs_info.", false, "vcs", "commit_id", "requested_revision")
		d.VCSInfo = &VCSInfo{
			VCS:               r.str(v, "vcs_info.", "vcs"),
			CommitID:          r.str(v, "vcs_info.", "commit_id"),
			RequestedRevision: r.str(v, "vcs_info.", "requested_revision"),
		}
	}
	if v, ok := r.object(top, "", "archive_info"); ok {
		r.checkKeys(v, "archive_info.", false, "hashes", "hash")
		d.ArchiveInfo = &ArchiveInfo{Hashes: r.hashes(v), Hash: r.str(v, "archive_info.", "hash")}
		if h, _ := v.lookup("hash"); h.kind == '"' && h.text == "" {
			r.violation(legacyHashKey, "empty")
		}
	}
	if v, ok := r.object(top, "", "dir_info"); ok {
		r.checkKeys(v, "dir_info.", false, "editable")
		d.DirInfo = &DirInfo{Editable: r.boolean(v, "dir_info.", "editable")}
	}
	if d.claimsNothing() {
		r.violation("url", "missing")
		return nil, r.errs
	}
	d.problems = r.errs
	return d, r.errs
}

func (d *DirectURL) claimsNothing() bool {
	return d.URL == "" &&
		(d.VCSInfo == nil || d.VCSInfo.CommitID == "") &&
		(d.ArchiveInfo == nil || len(d.ArchiveInfo.Hashes) == 0 && d.ArchiveInfo.Hash == "") &&
		(d.DirInfo == nil || !d.DirInfo.Editable)
}

// origin builds the Origin and says in r what stands against it.
func (d *DirectURL) origin(r *report) (o Origin, removed bool) {
	isGit := d.VCSInfo != nil && strings.EqualFold(d.VCSInfo.VCS, "git")
	o.Artifact.URL, removed = r.url("url", d.URL, isGit)
	if fixed, ok := withoutNone(o.Artifact.URL); ok {
		o.Artifact.URL = fixed
		r.add(Advice, CodeFileHost, "url", "the host of the file URL is None")
	}
	o.Subdirectory = r.subdirectory(d.Subdirectory)
	switch {
	case d.VCSInfo != nil && d.ArchiveInfo == nil && d.DirInfo == nil:
		d.VCSInfo.fill(&o, r)
	case d.ArchiveInfo != nil && d.VCSInfo == nil && d.DirInfo == nil:
		d.ArchiveInfo.fill(&o, r)
	case d.DirInfo != nil && d.VCSInfo == nil && d.ArchiveInfo == nil:
		d.DirInfo.fill(&o, r)
	case d.VCSInfo == nil && d.ArchiveInfo == nil && d.DirInfo == nil:
		r.violation("", "vcs_info, archive_info or dir_info: missing")
		if name := URLFilename(o.Artifact.URL); isArchive(name) {
			o.Kind = KindArchive
			o.Artifact.Filename, o.BuiltLocally = name, isSdist(name)
		}
	default:
		r.violation("", "more than one of vcs_info, archive_info and dir_info")
	}
	return o, removed
}

func (v *VCSInfo) fill(o *Origin, r *report) {
	o.Kind = KindVCS
	system := strings.ToLower(v.VCS)
	switch {
	case system == "":
		r.violation("vcs_info.vcs", "missing")
	case plainKey(system) != system:
		r.violation("vcs_info.vcs", "not the name of a command")
	default:
		o.Commit.System = system
		o.Artifact.URL = r.withoutPrefix(o.Artifact.URL, system)
	}
	switch {
	case v.CommitID == "":
		r.violation("vcs_info.commit_id", "missing")
	case !isCommit(system, v.CommitID):
		r.violation("vcs_info.commit_id", "not a commit of the system")
	default:
		o.Commit.ID = cleanText(v.CommitID)
	}
	o.Commit.Requested = cleanWord(v.RequestedRevision)
}

// withoutPrefix removes "git+" and "hg+", which pip and pyproject.toml write
// before a scheme, where the system would not understand it. "svn+ssh:" and
// "bzr+ssh:" are schemes.
func (r *report) withoutPrefix(url, system string) string {
	scheme, rest := cutScheme(url)
	tool, transport, _ := strings.Cut(scheme, "+")
	switch {
	case len(transport) < len("hg:") || !strings.EqualFold(tool, system):
		return url
	case strings.EqualFold(transport, "ssh:"):
		if system != "git" && system != "hg" {
			return url
		}
	default:
		r.add(Warning, CodeDirectURLInvalid, "url", "must not have the prefix "+system+"+")
	}
	return transport + rest
}

// isCommit reports whether id can be a commit of a system. Subversion has
// numbers, Bazaar and others have any text, but no white space.
func isCommit(system, id string) bool {
	switch system {
	case "git":
		return (len(id) == 40 || len(id) == 64) && isHex(id)
	case "hg":
		return len(id) == 40 && isHex(id)
	}
	return cleanWord(id) == id && !strings.ContainsAny(id, " \t\r\n")
}

func (a *ArchiveInfo) fill(o *Origin, r *report) {
	o.Kind = KindArchive
	o.Artifact.Hashes = a.merged(r)
	o.Artifact.Filename = URLFilename(o.Artifact.URL)
	o.BuiltLocally = isSdist(o.Artifact.Filename)
	if len(o.Artifact.Hashes) == 0 {
		r.add(Advice, CodeDirectURLNoHash, "archive_info", "no hash")
	}
	if splitURL(o.Artifact.URL).inPoetryCache() {
		o.Kind, o.Artifact.URL = KindUnknown, ""
		r.add(Advice, CodeInstallerCacheURL, "url", "a wheel in an installer's cache is no origin")
	}
}

const legacyHashKey = "archive_info.hash"

// merged returns the digests of both forms, under lower-case names.
func (a *ArchiveInfo) merged(r *report) Hashes {
	var out Hashes
	for _, name := range a.Hashes.names() {
		lower := strings.ToLower(name)
		if lower != name {
			r.add(Advice, CodeDirectURLInvalid, hashKey(name), "not lower case")
		}
		out = out.with(r, name, lower, a.Hashes[name])
	}
	if a.Hash != "" {
		out = a.withLegacy(r, out)
	}
	for name, digest := range out {
		if digest == "" {
			delete(out, name)
		}
	}
	return out
}

// withLegacy adds the digest of the older form to out. One that the newer form
// does not have breaks a MUST, but contradicts nothing.
func (a *ArchiveInfo) withLegacy(r *report, out Hashes) Hashes {
	name, digest, ok := strings.Cut(a.Hash, "=")
	if !ok {
		r.violation(legacyHashKey, `must be "<algorithm>=<digest>"`)
		return out
	}
	name = strings.ToLower(name)
	listed := false
	for other := range a.Hashes {
		listed = listed || strings.EqualFold(other, name)
	}
	_, usable := out[name]
	switch {
	case listed && !usable:
		r.add(Violation, CodeDirectURLHashMismatch, legacyHashKey, "not what the hashes say")
		return out
	case a.Hashes != nil && !listed:
		r.add(Warning, CodeDirectURLInvalid, legacyHashKey, "not among the hashes")
	}
	return out.with(r, "", name, digest)
}

// with returns h with one more digest, which the record has under written, in
// the older form where that is "". A name that has two different ones keeps
// "", so that a third cannot decide.
func (h Hashes) with(r *report, written, name, digest string) Hashes {
	key := func() string {
		if written == "" {
			return legacyHashKey
		}
		return hashKey(written)
	}
	digest = strings.ToLower(digest)
	algorithm, known := algorithmOf(name)
	switch have, ok := h[name]; {
	case !known && (len(name) > 32 || !isWord(name) || strings.HasPrefix(name, "shake_")):
		r.violation(key(), "not a hash that hashlib.new makes without parameters")
	case !algorithm.accepts(digest):
		r.violation(key(), "not a digest of "+name)
	case ok && have != digest:
		h[name] = ""
		r.add(Violation, CodeDirectURLHashMismatch, key(), "two digests of "+name+" that differ")
	case h == nil:
		return Hashes{name: digest}
	default:
		h[name] = digest
	}
	return h
}

func (i *DirInfo) fill(o *Origin, r *report) {
	o.Kind = KindDirectory
	o.Editable = i.Editable
	if o.Artifact.URL != "" && !splitURL(o.Artifact.URL).absoluteFile() {
		r.add(Warning, CodeDirectURLInvalid, "url", "of a directory, must be a file URL with an absolute path")
	}
}

// url returns a URL of the record without credentials. The user "git" is not
// worth a word, though it only stays where git is spoken.
func (r *report) url(key, raw string, git bool) (clean string, secret bool) {
	if raw == "" {
		r.violation(key, "missing")
		return "", false
	}
	clean, removed := cleanURL(raw, git)
	if removed {
		_, secret = cleanURL(raw, true)
	}
	if secret {
		r.add(Warning, CodeCredentials, key, "holds credentials")
	}
	if r != nil && (!removed && clean != raw || !validURL(clean)) {
		r.add(Warning, r.invalid, key, "not a valid absolute URL")
	}
	return clean, secret
}

// subdirectory returns a path below the root, "" for the root itself.
func (r *report) subdirectory(raw string) string {
	if raw == "" {
		return ""
	}
	dir := path.Clean(strings.ReplaceAll(cleanWord(raw), `\`, "/"))
	if dir == ".." || strings.HasPrefix(dir, "../") || strings.HasPrefix(dir, "/") || len(dir) > 1 && dir[1] == ':' {
		r.violation("subdirectory", "must stay inside")
		return ""
	}
	if dir == "." {
		return ""
	}
	return dir
}

// cleanWord is [cleanText] for what should be no URL, and "" where it is one
// with credentials all the same.
func cleanWord(s string) string {
	s = cleanText(s)
	if carriesSecret(s) {
		return ""
	}
	return s
}
