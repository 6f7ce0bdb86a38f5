package installed

import (
	"bytes"
	"strconv"
	"strings"
)

// Metadata is what the headers of METADATA say. Values are as declared:
// surrounding white space is gone, line breaks of folded values are kept. Of a
// header that may stand once only, the first one counts.
type Metadata struct {
	Version           string // Metadata-Version
	Name              string
	DistVersion       string // Version
	Summary           string
	HomePage          string
	Author            string
	AuthorEmail       string
	Maintainer        string
	MaintainerEmail   string
	License           string
	LicenseExpression string
	Classifiers       []string
	ProjectURLs       []string
	RequiresDist      []string
	ProvidesExtra     []string
}

// header is one "Key: value" of a METADATA or WHEEL file.
type header struct{ key, value string }

// parseMetadata reads the headers in text, which ends where they end.
func parseMetadata(text string) (Metadata, []string) {
	var m Metadata
	kinder := scanHeaders(text, func(h header) { m.set(h) })
	return m, kinder
}

func (m *Metadata) set(h header) {
	once := func(p *string) {
		if *p == "" {
			*p = h.value
		}
	}
	switch {
	case is(h.key, "requires-dist"):
		m.RequiresDist = append(m.RequiresDist, h.value)
	case is(h.key, "classifier"):
		m.Classifiers = append(m.Classifiers, h.value)
	case is(h.key, "project-url"):
		m.ProjectURLs = append(m.ProjectURLs, h.value)
	case is(h.key, "provides-extra"):
		m.ProvidesExtra = append(m.ProvidesExtra, h.value)
	case is(h.key, "metadata-version"):
		once(&m.Version)
	case is(h.key, "name"):
		once(&m.Name)
	case is(h.key, "version"):
		once(&m.DistVersion)
	case is(h.key, "summary"):
		once(&m.Summary)
	case is(h.key, "home-page"):
		once(&m.HomePage)
	case is(h.key, "author"):
		once(&m.Author)
	case is(h.key, "author-email"):
		once(&m.AuthorEmail)
	case is(h.key, "maintainer"):
		once(&m.Maintainer)
	case is(h.key, "maintainer-email"):
		once(&m.MaintainerEmail)
	case is(h.key, "license"):
		once(&m.License)
	case is(h.key, "license-expression"):
		once(&m.LicenseExpression)
	}
}

// is reports whether key, in any case, is the lower-case word.
func is(key, word string) bool { return len(key) == len(word) && strings.EqualFold(key, word) }

// scanHeaders calls yield for each header in text, as Python's email.parser
// finds them: a line that starts with a space or a tab continues the value
// before it, "\r\n", "\n" and a lone "\r" end a line, an empty line ends the
// headers. The parser stops at any other line that is no header and takes the
// rest for the body; this one goes on behind it, and returns what it did so
// for: what Python would not have read past. A line's text is never part of
// that, as it may hold a secret.
func scanHeaders(text string, yield func(header)) (kinder []string) {
	if rest, ok := strings.CutPrefix(text, "\ufeff"); ok {
		kinder = append(kinder, "a byte order mark")
		text = rest
	}
	for number := 1; text != ""; number++ {
		end, next := lineEnd(text)
		line, first := text[:end], number
		if line == "" {
			break
		}
		for next < len(text) && (text[next] == ' ' || text[next] == '\t') {
			e, n := lineEnd(text[next:])
			end, next = next+e, next+n
			number++
		}
		name, _, colon := strings.Cut(line, ":")
		trimmed := strings.TrimRight(name, " \t")
		switch {
		case colon && isHeaderName(trimmed):
			if trimmed != name {
				kinder = appendLine(kinder, "white space before the colon in line", first)
			}
			yield(header{trimmed, strings.TrimSpace(text[len(name)+1 : end])})
		default:
			kinder = appendLine(kinder, "what is no header in line", first)
		}
		text = text[next:]
	}
	return kinder
}

// appendLine notes one such line; a file full of them is told in a few words.
func appendLine(kinder []string, what string, line int) []string {
	const most = 3
	switch {
	case len(kinder) < most:
		return append(kinder, what+" "+strconv.Itoa(line))
	case len(kinder) == most:
		return append(kinder, "and more")
	}
	return kinder
}

// lineEnd returns where the first line of text ends and the next one starts.
func lineEnd(text string) (end, next int) {
	end = strings.IndexAny(text, "\r\n")
	switch {
	case end < 0:
		return len(text), len(text)
	case strings.HasPrefix(text[end:], "\r\n"):
		return end, end + 2
	}
	return end, end + 1
}

// isHeaderName reports whether email.parser takes name for a header's name:
// printable ASCII without a colon or a space.
func isHeaderName(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return name != ""
}

// headerEnd returns the length of the headers in data, the empty line behind
// them not included, and whether that line was found. from is where the
// caller knows that there is none before.
func headerEnd(data []byte, from int) (int, bool) {
	for i := max(from-3, 0); i < len(data); {
		k := bytes.IndexAny(data[i:], "\r\n")
		if k < 0 {
			break
		}
		k += i
		next := k + 1
		if data[k] == '\r' && next < len(data) && data[next] == '\n' {
			next++
		}
		if next < len(data) && (data[next] == '\n' || data[next] == '\r') {
			return next, true
		}
		i = next
	}
	if len(data) > 0 && (data[0] == '\n' || data[0] == '\r') {
		return 0, true
	}
	return len(data), false
}
