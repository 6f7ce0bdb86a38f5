package provenance

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on one record. The real ones have some 300 bytes, three levels and
// ten keys.
const (
	maxRecord = 16 << 20
	maxDepth  = 64
	maxKeys   = 1024
)

// value is a JSON value. Of an array nothing is kept but that it is one.
type value struct {
	kind    byte     // first byte of the value: { [ " t f n, and 0 for numbers; absent is 0 too
	text    string   // of a string: valid UTF-8 without control characters
	members []member // of an object, in the order of the file
}

type member struct {
	key   string // as it stands there: cleaned, another key might become one that counts
	value value
}

// lookup returns the last member of that exact name, as Python's json does.
func (v value) lookup(key string) (value, bool) {
	for i := len(v.members) - 1; i >= 0; i-- {
		if v.members[i].key == key {
			return v.members[i].value, true
		}
	}
	return value{}, false
}

// reader reads one JSON text (RFC 8259). It differs from encoding/json in
// what it tells: duplicate and wrong-case keys stay visible, and it says
// whether text had to be mended.
type reader struct {
	data     []byte
	pos      int
	keys     int
	limit    string // which limit was exceeded
	bom      bool   // the text began with a byte order mark
	badUTF8  bool   // something in a string was replaced by U+FFFD
	controls bool   // control characters were removed from a string
}

// readObject reads data as one JSON object and says in r what had to be
// mended. It returns false, and the reason in r, where data is not one.
func (r *report) readObject(data []byte) (value, bool) {
	if len(data) > maxRecord {
		r.add(Violation, CodeTooLarge, "", "more than "+strconv.Itoa(maxRecord)+" bytes")
		return value{}, false
	}
	p := reader{data: data}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		p.bom, p.pos = true, 3
	}
	v, ok := p.value(0)
	p.space()
	switch {
	case p.limit != "":
		r.add(Violation, CodeTooLarge, "", p.limit)
		return value{}, false
	case !ok || p.pos != len(data):
		r.add(Violation, r.invalid, "", "not valid JSON at byte "+strconv.Itoa(p.pos))
		return value{}, false
	case v.kind != '{':
		r.add(Violation, r.invalid, "", "must be a JSON object")
		return value{}, false
	}
	if p.bom {
		r.add(Warning, CodeEncoding, "", "begins with a byte order mark")
	}
	if p.badUTF8 {
		r.add(Warning, CodeEncoding, "", "not valid UTF-8")
	}
	if p.controls {
		r.add(Warning, CodeEncoding, "", "control characters in a string")
	}
	return v, true
}

func (p *reader) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// next steps over c after any white space.
func (p *reader) next(c byte) bool {
	p.space()
	if p.pos < len(p.data) && p.data[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *reader) value(depth int) (value, bool) {
	p.space()
	if depth > maxDepth {
		p.limit = "nested deeper than " + strconv.Itoa(maxDepth)
	}
	if p.pos >= len(p.data) || p.limit != "" {
		return value{}, false
	}
	switch c := p.data[p.pos]; c {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		s, ok := p.str()
		return value{kind: '"', text: p.clean(s)}, ok
	case 't':
		return value{kind: c}, p.literal("true")
	case 'f':
		return value{kind: c}, p.literal("false")
	case 'n':
		return value{kind: c}, p.literal("null")
	}
	return value{}, p.number()
}

func (p *reader) object(depth int) (value, bool) {
	v := value{kind: '{'}
	p.pos++
	if p.next('}') {
		return v, true
	}
	for {
		p.space()
		if p.keys++; p.keys > maxKeys {
			p.limit = "more than " + strconv.Itoa(maxKeys) + " keys"
			return v, false
		}
		key, ok := p.str()
		p.clean(key)
		if !ok || !p.next(':') {
			return v, false
		}
		m, ok := p.value(depth + 1)
		if !ok {
			return v, false
		}
		if v.members == nil {
			v.members = make([]member, 0, 3)
		}
		v.members = append(v.members, member{key, m})
		if p.next('}') {
			return v, true
		}
		if !p.next(',') {
			return v, false
		}
	}
}

func (p *reader) array(depth int) (value, bool) {
	v := value{kind: '['}
	p.pos++
	if p.next(']') {
		return v, true
	}
	for {
		if _, ok := p.value(depth + 1); !ok {
			return v, false
		}
		if p.next(']') {
			return v, true
		}
		if !p.next(',') {
			return v, false
		}
	}
}

func (p *reader) literal(word string) bool {
	if end := p.pos + len(word); end <= len(p.data) && string(p.data[p.pos:end]) == word {
		p.pos = end
		return true
	}
	return false
}

func (p *reader) number() bool {
	p.one("-")
	if !p.one("0") && !p.digits() {
		return false
	}
	if p.one(".") && !p.digits() {
		return false
	}
	if p.one("eE") {
		p.one("+-")
		return p.digits()
	}
	return true
}

func (p *reader) one(set string) bool {
	if p.pos < len(p.data) && strings.IndexByte(set, p.data[p.pos]) >= 0 {
		p.pos++
		return true
	}
	return false
}

func (p *reader) digits() bool {
	start := p.pos
	for p.one("0123456789") {
	}
	return p.pos > start
}

// str reads a string. Plain ASCII, which is nearly all there is, is copied as
// it stands.
func (p *reader) str() (string, bool) {
	if !p.one(`"`) {
		return "", false
	}
	plain := true
	for i := p.pos; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '"':
			raw := p.data[p.pos:i]
			p.pos = i + 1
			if plain {
				return wordString(raw), true
			}
			return p.unescape(raw)
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			p.pos = i
			return "", false
		case c >= 0x7f:
			plain = false
		}
	}
	p.pos = len(p.data)
	return "", false
}

// wordString is string(b), without a copy for the words of the two formats.
func wordString(b []byte) string {
	switch string(b) {
	case "url":
		return "url"
	case "archive_info":
		return "archive_info"
	case "hashes":
		return "hashes"
	case "hash":
		return "hash"
	case "sha256":
		return "sha256"
	case "dir_info":
		return "dir_info"
	case "editable":
		return "editable"
	case "vcs_info":
		return "vcs_info"
	case "vcs":
		return "vcs"
	case "git":
		return "git"
	case "commit_id":
		return "commit_id"
	case "requested_revision":
		return "requested_revision"
	case "subdirectory":
		return "subdirectory"
	}
	return string(b)
}

// unescape returns what stands between the quotes in raw.
func (p *reader) unescape(raw []byte) (string, bool) {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '\\' {
			i++ // never past the end: an escaped quote does not end a string
			if c = raw[i]; c == 'u' {
				r, n := escapedRune(raw[i+1:])
				if n == 0 {
					return "", false
				}
				if utf16.IsSurrogate(r) {
					p.badUTF8 = true
				}
				out = utf8.AppendRune(out, r)
				i += n
				continue
			}
			at := strings.IndexByte(`"\/bfnrt`, c)
			if at < 0 {
				return "", false
			}
			c = "\"\\/\b\f\n\r\t"[at]
		}
		out = append(out, c)
	}
	return string(out), true
}

// clean is cleanText, and notes what had to be mended.
func (p *reader) clean(s string) string {
	text := cleanText(s)
	if text != s {
		p.badUTF8 = p.badUTF8 || !utf8.ValidString(s)
		p.controls = p.controls || strings.ContainsFunc(s, unicode.IsControl)
	}
	return text
}

// escapedRune reads what follows `\u` and says how many bytes that was: four
// digits, or ten bytes for a surrogate pair. Half a pair alone is returned as
// it is, 0 bytes means that there are no four digits.
func escapedRune(b []byte) (rune, int) {
	r, ok := fourDigits(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(b) >= 10 && b[4] == '\\' && b[5] == 'u' {
		if low, ok := fourDigits(b[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 10
			}
		}
	}
	return r, 4
}

func fourDigits(b []byte) (rune, bool) {
	if len(b) < 4 || !isHex(string(b[:4])) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n), err == nil
}

// cleanText returns s as valid UTF-8 without control characters.
func cleanText(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return strings.Map(func(r rune) rune {
				if unicode.IsControl(r) {
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, "\ufffd"))
		}
	}
	return s
}
