package record

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// claim is what a wheel says of one file, and where that file is installed.
type claim struct {
	path      string
	name      string     // "" when it leads out of the root
	algorithm *algorithm // nil without a hash
	digest    string
	size      int64   // -1 when not known
	member    *Member // nil when the archive was not read
	script    bool    // installers may rewrite its first line
}

// claims lists what w says of the files that an installer leaves as they are,
// by path. What cannot be used is a Difference.
func (m *Matcher) claims(w Wheel) ([]claim, []Difference) {
	dist, ok := distInfoOf(w)
	if !ok {
		return nil, []Difference{{Code: CodeNotWheel, Reason: "names no file of one .dist-info directory"}}
	}
	claims := make([]claim, 0, max(len(w.Record), len(w.Members)))
	var bad []Difference
	add := func(c claim, reason string) {
		code, why := m.locate(&c, dist)
		switch {
		case code != "":
			bad = append(bad, Difference{c.path, "", code, why})
		case why != "": // an installer's
		case reason != "":
			bad = append(bad, Difference{c.path, c.name, CodeNotWheel, reason})
		default:
			claims = append(claims, c)
		}
	}
	listed := make(map[string]bool, len(w.Record))
	for i := range w.Record {
		listed[w.Record[i].Path] = true
		add(w.recorded(&w.Record[i]))
	}
	for name, member := range w.Members {
		if listed[name] || strings.HasSuffix(name, "/") {
			continue
		}
		reason := ""
		if w.Record != nil {
			reason = "in the archive and not in the wheel's RECORD"
		}
		add(claim{path: name, size: member.Size, member: &member}, reason)
	}
	slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Compare(a.path, b.path) })
	return claims, bad
}

// recorded returns what one line of the wheel's RECORD claims, or why that
// is no use.
func (w *Wheel) recorded(e *Entry) (c claim, reason string) {
	c = claim{path: e.Path, size: e.Size, digest: e.Digest}
	c.algorithm, _ = algorithmOf(e.Algorithm)
	if w.Members != nil {
		member, ok := w.Members[e.Path]
		if !ok {
			return c, "in the wheel's RECORD and not in the archive"
		}
		c.member, c.size = &member, member.Size
	}
	switch {
	case e.Digest == "":
		return c, "no hash in the wheel's RECORD"
	case c.algorithm == nil || c.algorithm.new == nil || c.algorithm.weak:
		return c, fmt.Sprintf("hashed with %s in the wheel's RECORD, which is not used to match", e.Algorithm)
	}
	return c, ""
}

// distInfoOf returns the .dist-info directory of w; false where there is not
// exactly one.
func distInfoOf(w Wheel) (string, bool) {
	found := ""
	see := func(name string) bool {
		dir, _, ok := strings.Cut(name, "/")
		if !ok || !strings.HasSuffix(dir, ".dist-info") {
			return true
		}
		if found == "" {
			found = dir
		}
		return found == dir
	}
	for i := range w.Record {
		if !see(w.Record[i].Path) {
			return "", false
		}
	}
	for name := range w.Members {
		if !see(name) {
			return "", false
		}
	}
	return found, found != ""
}

// locate settles where the file of c is installed. A code says why it cannot
// be; a reason without one that an installer replaces the file or leaves it
// out.
func (m *Matcher) locate(c *claim, dist string) (code, reason string) {
	if !fs.ValidPath(c.path) || c.path == "." || strings.Contains(c.path, `\`) {
		return CodeEscapes, "not a path that a wheel may have"
	}
	first, rest, _ := strings.Cut(c.path, "/")
	switch first {
	case dist:
		if isInstallers(rest) {
			return "", "written by installers"
		}
		c.name, _ = m.place.resolve(m.distInfo+"/"+rest, nil)
	case strings.TrimSuffix(dist, ".dist-info") + ".data":
		scheme, inner, _ := strings.Cut(rest, "/")
		if c.script = scheme == "scripts"; !m.locateData(c, scheme, inner) {
			return CodeNotWheel, "not in a directory that .data may have"
		}
	default:
		c.name, _ = m.place.resolve(c.path, nil)
	}
	return "", ""
}

// locateData settles where a file of the .data directory is installed. If the
// installed RECORD does not have it at the usual place, it is where RECORD has
// it, provided that installers would use that.
func (m *Matcher) locateData(c *claim, scheme, inner string) bool {
	prefix := "../../../"
	switch {
	case m.place.target:
		prefix = ""
	case m.place.windows:
		prefix = "../../"
	}
	var under []string // directories that such a file lies below
	usual := prefix + inner
	switch scheme {
	case "purelib", "platlib":
		usual = inner
	case "scripts":
		under, usual = []string{"bin"}, prefix+"bin/"+inner
		if m.place.windows {
			under, usual = []string{"bin", "scripts"}, prefix+"Scripts/"+inner
		}
	case "headers":
		under = []string{"include"}
	case "data":
	default:
		return false
	}
	if inner == "" {
		return false
	}
	c.name, _ = m.place.resolve(usual, nil)
	if scheme != "purelib" && scheme != "platlib" && (c.name == "" || m.byName[m.place.key(c.name)] == nil) {
		c.name = m.search(c.name, inner, under)
	}
	return true
}

// search returns the first file by name, outside of the site, whose path ends
// in inner and that lies below a directory of one of the names under, if there
// are any. Without such a file it returns usual.
func (m *Matcher) search(usual, inner string, under []string) string {
	found := ""
	for _, name := range m.outside[inner[strings.LastIndexByte(inner, '/')+1:]] {
		dir, ok := strings.CutSuffix(name, "/"+inner)
		if !ok || found != "" && name > found {
			continue
		}
		if under == nil || slices.ContainsFunc(strings.Split(dir, "/"), func(part string) bool { return slices.Contains(under, strings.ToLower(part)) }) {
			found = name
		}
	}
	return cmp.Or(found, usual)
}

// compare says how s differs from what the wheel has, "" if it does not.
func (c *claim) compare(s *sum) string {
	switch {
	case c.member != nil && s.size != c.member.Size:
		return fmt.Sprintf("%d bytes, the wheel has %d", s.size, c.member.Size)
	case c.algorithm != nil && !s.is(c.digest):
		return c.algorithm.name + " differs"
	case c.member != nil && s.crc != c.member.CRC32:
		return "crc32 differs"
	}
	return ""
}
