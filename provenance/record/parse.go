package record

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pysbom/pysbom/provenance/installed"
)

// Entry is one line of a RECORD.
type Entry struct {
	Path      string // as the line says it, valid UTF-8; [Resolve] says where that is
	Algorithm string // hashlib's name, lower case; "" for a line without hash
	Digest    string // lower-case hexadecimal; "" for a line without a hash that can be used
	Size      int64  // in bytes; -1 for a line without one
	Line      int    // 1-based
}

// Limits on one RECORD. The largest real ones have some 30,000 lines and 4 MB.
const (
	maxRecord  = 64 << 20
	maxEntries = 1 << 20
)

// Parse reads a RECORD, of a wheel or of an installed distribution. It keeps
// every line that names a path, in the order of the file: also two for one
// path, lines for directories, and lines whose hash or size cannot be used.
//
// What is odd about a line is a Problem, whose Path is name. A RECORD that is
// beyond the limits gives no entries and a Problem with [CodeTooLarge]: half
// of one would pass for less than it is.
func Parse(name string, data []byte) ([]Entry, []*installed.Problem) {
	p := parser{notes: notes{path: name}}
	entries := p.parse(data)
	return entries, p.problems()
}

type parser struct {
	notes
	digests arena
}

func (p *parser) parse(data []byte) []Entry {
	if len(data) > maxRecord {
		p.add(CodeTooLarge, "more than %d bytes: not read", maxRecord)
		return nil
	}
	text := p.decode(data)
	lines := min(strings.Count(text, "\n")+1, len(text)/24+1) // fewer bytes than that and it may grow
	entries := make([]Entry, 0, lines)
	p.digests.hint(64 * lines)
	r := newRows(text)
	for r.scan() {
		e, ok := p.entry(&r)
		if !ok {
			continue
		}
		if len(entries) == maxEntries {
			p.add(CodeTooLarge, "more than %d lines: not read", maxEntries)
			return nil
		}
		entries = append(entries, e)
	}
	if r.open {
		p.add(CodeLine, "line %d: a quote that never ends", r.line)
	}
	p.duplicates(entries)
	return entries
}

// decode returns data as valid UTF-8.
func (p *parser) decode(data []byte) string {
	text := string(data)
	switch {
	case strings.HasPrefix(text, "\ufeff"):
		p.add(CodeEncoding, "begins with a byte order mark")
		text = text[3:]
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		p.add(CodeEncoding, "not UTF-8: read as utf-16")
		return decodeUTF16(data[2:], data[0] == 0xfe)
	}
	if utf8.ValidString(text) {
		return text
	}
	p.add(CodeEncoding, "not UTF-8: read as latin-1")
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}

func decodeUTF16(data []byte, bigEndian bool) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		a, b := uint16(data[2*i]), uint16(data[2*i+1])
		if bigEndian {
			a, b = b, a
		}
		units[i] = a | b<<8
	}
	return string(utf16.Decode(units))
}

// entry returns what the current row says; false for one without a path.
func (p *parser) entry(r *rows) (Entry, bool) {
	e := Entry{Path: r.fields[0], Size: -1, Line: r.line}
	if r.n == 0 {
		return e, false
	}
	if r.n != len(r.fields) {
		p.add(CodeLine, "line %d: %d fields, not 3", r.line, r.n)
	}
	if e.Path == "" {
		p.add(CodeLine, "line %d: no path", r.line)
		return e, false
	}
	if spec := r.fields[1]; spec != "" {
		e.Algorithm, e.Digest = p.hash(spec, r.line)
	}
	if size := r.fields[2]; size != "" {
		n, err := strconv.ParseUint(size, 10, 63)
		if err != nil {
			p.add(CodeLine, "line %d: the size is not a number", r.line)
		} else {
			e.Size = int64(n)
		}
	}
	return e, true
}

// hash takes the second field apart: NAME=DIGEST, the latter in the alphabet
// for URLs and without padding. The digest is "" when it cannot be one.
func (p *parser) hash(spec string, line int) (name, digest string) {
	name, value, found := strings.Cut(spec, "=")
	name = strings.ToLower(name)
	a, known := algorithmOf(name)
	if !found || !known && !isWord(name) {
		p.add(CodeHash, "line %d: the hash is not NAME=DIGEST", line)
		return "", ""
	}
	var out [maxDigest]byte
	n, ok := decodeDigest(&out, strings.TrimRight(value, "="))
	switch {
	case !ok || known && n != a.size:
		p.add(CodeHash, "line %d: not a digest of %s", line, name)
		return name, ""
	case known && a.weak:
		p.add(CodeWeakHash, "line %d: %s is not allowed", line, name)
	}
	return name, p.digests.hex(out[:n])
}

// isWord matches [a-z0-9_-]{1,32}: names are printed.
func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// maxDigest is more than any algorithm of hashlib has.
const maxDigest = 96

func decodeDigest(out *[maxDigest]byte, value string) (int, bool) {
	var in [4 * maxDigest / 3]byte
	if value == "" || len(value) > len(in) {
		return 0, false
	}
	n := copy(in[:], value)
	m, err := base64.RawURLEncoding.Decode(out[:], in[:n])
	return m, err == nil && base64.RawURLEncoding.EncodedLen(m) == n // it skips ends of lines
}

// duplicates reports the paths that stand there twice. pip sorts its lines,
// and then nothing has to be remembered.
func (p *parser) duplicates(entries []Entry) {
	ascending := true
	for i := 1; i < len(entries) && ascending; i++ {
		ascending = entries[i-1].Path < entries[i].Path
	}
	if ascending {
		return
	}
	first := make(map[string]int, len(entries))
	for i := range entries {
		e := &entries[i]
		k, twice := first[e.Path]
		if !twice {
			first[e.Path] = i
			continue
		}
		msg := "line %d: the path of line %d again"
		if o := &entries[k]; o.Algorithm != e.Algorithm || o.Digest != e.Digest || o.Size != e.Size {
			msg += ", with another hash or size"
		}
		p.add(CodeDuplicate, msg, e.Line, entries[k].Line)
	}
}

// arena makes many small strings with few allocations.
type arena struct {
	b    strings.Builder
	size int // of the next block
}

// hint says how many bytes will be asked for.
func (a *arena) hint(n int) { a.size = min(max(n, 64), 64<<10) }

// room makes sure that n bytes fit, and returns where they will begin.
func (a *arena) room(n int) int {
	if a.b.Cap()-a.b.Len() < n {
		a.b = strings.Builder{}
		a.b.Grow(max(n, a.size))
	}
	return a.b.Len()
}

func (a *arena) hex(sum []byte) string {
	var digits [2 * maxDigest]byte
	n := hex.Encode(digits[:], sum)
	at := a.room(n)
	a.b.Write(digits[:n])
	return a.b.String()[at:]
}

// join returns dir + "/" + name.
func (a *arena) join(dir, name string) string {
	at := a.room(len(dir) + 1 + len(name))
	a.b.WriteString(dir)
	a.b.WriteByte('/')
	a.b.WriteString(name)
	return a.b.String()[at:]
}

// AppendTo appends e as a line of a RECORD, as Python's csv module writes it,
// with a line feed. Line is not used; a path with an end of line in it is
// quoted like any other.
func (e Entry) AppendTo(b []byte) []byte {
	if strings.ContainsAny(e.Path, ",\"\r\n") {
		b = append(b, '"')
		b = append(b, strings.ReplaceAll(e.Path, `"`, `""`)...)
		b = append(b, '"')
	} else {
		b = append(b, e.Path...)
	}
	b = append(b, ',')
	if sum, err := hex.DecodeString(e.Digest); err == nil && len(sum) > 0 {
		b = append(b, e.Algorithm...)
		b = append(b, '=')
		b = base64.RawURLEncoding.AppendEncode(b, sum)
	}
	b = append(b, ',')
	if e.Size >= 0 {
		b = strconv.AppendInt(b, e.Size, 10)
	}
	return append(b, '\n')
}
