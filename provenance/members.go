package provenance

import (
	"slices"
	"strings"
)

// What the two records are decoded with: each function takes one member of an
// object and says in the report what stands against it.

// checkKeys reports the keys of object v that stand there twice or only differ
// in case from a known one, and with others every further key.
func (r *report) checkKeys(v value, prefix string, others bool, known ...string) {
	var seen seenKeys
	for i, m := range v.members {
		if seen.twice(v.members[:i], m.key) {
			r.add(Warning, CodeDuplicateKey, prefix+plainKey(m.key), "stands there twice")
			continue
		}
		if isKnown, like := among(known, m.key); isKnown {
			continue
		} else if like != "" {
			r.add(Violation, CodeKeyCase, prefix+plainKey(m.key), "not used, the key is "+like)
		} else if others {
			r.violation(prefix+plainKey(m.key), "not a key of the record")
		}
	}
}

// seenKeys finds duplicates; in a small object without building anything.
type seenKeys map[string]bool

func (s *seenKeys) twice(before []member, key string) bool {
	if len(before) < 8 {
		return slices.ContainsFunc(before, func(m member) bool { return m.key == key })
	}
	if len(*s) == 0 {
		*s = make(seenKeys)
		for _, m := range before {
			(*s)[m.key] = true
		}
	}
	twice := (*s)[key]
	(*s)[key] = true
	return twice
}

func among(known []string, key string) (exact bool, like string) {
	for _, k := range known {
		if k == key {
			return true, ""
		}
		if strings.EqualFold(k, key) {
			like = k
		}
	}
	return false, like
}

// plainKey is key where it is a plain word, and otherwise nothing of it: a key
// may be anything, credentials included.
func plainKey(key string) string {
	if len(key) > 32 || !isWord(key) {
		return "(other)"
	}
	return key
}

// isWord matches [A-Za-z0-9_-]+.
func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return s != ""
}

// str returns the string v[key], "" where it is absent or null.
func (r *report) str(v value, prefix, key string) string {
	m, ok := v.lookup(key)
	if ok && m.kind != '"' && m.kind != 'n' {
		r.violation(prefix+key, "must be a string")
	}
	return m.text
}

// boolean returns the boolean v[key], false where it is absent or null.
func (r *report) boolean(v value, prefix, key string) bool {
	m, ok := v.lookup(key)
	if ok && m.kind != 't' && m.kind != 'f' && m.kind != 'n' {
		r.violation(prefix+key, "must be a boolean")
	}
	return m.kind == 't'
}

// object returns the object v[key]; false where it is absent, null, or not an
// object.
func (r *report) object(v value, prefix, key string) (value, bool) {
	m, ok := v.lookup(key)
	if !ok || m.kind == 'n' {
		return value{}, false
	}
	if m.kind != '{' {
		r.violation(prefix+key, "must be an object")
		return value{}, false
	}
	return m, true
}

// hashes returns archive_info.hashes of object v as it is written; nil where
// it is absent.
func (r *report) hashes(v value) Hashes {
	m, ok := r.object(v, "archive_info.", "hashes")
	if !ok {
		return nil
	}
	r.checkKeys(m, "archive_info.hashes.", false)
	h := make(Hashes, len(m.members))
	for _, d := range m.members {
		switch {
		case cleanText(d.key) != d.key:
			r.violation(hashKey(d.key), "no name of a hash")
		case d.value.kind != '"':
			delete(h, d.key)
			r.violation(hashKey(d.key), "must be a string")
		default:
			h[d.key] = d.value.text
		}
	}
	return h
}

func hashKey(name string) string { return "archive_info.hashes." + plainKey(name) }
