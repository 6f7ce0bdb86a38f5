package owner

import (
	"encoding/json"
	"strings"
)

// maxDepth bounds the nesting of JSON. conda's records have five levels.
const maxDepth = 64

// scanner steps through a JSON text without building anything of what is
// skipped: of conda's records nine tenths are. What it accepts is JSON, and a
// little more: it is not picky about what it steps over.
type scanner struct {
	text  string
	pos   int
	depth int
	bad   bool // not JSON; nothing more is read
}

func (s *scanner) fail() { s.bad, s.pos = true, len(s.text) }

// limit fails where more than maxFiles of something were read.
func (s *scanner) limit(n int) {
	if n > maxFiles {
		s.fail()
	}
}

// peek returns the first byte of the next token, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) next(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

// object calls member for each key of the next value, which member has to
// read. A value that is no object is skipped.
func (s *scanner) object(member func(key string)) {
	s.sequence('{', '}', func() {
		key := s.str()
		if !s.next(':') {
			s.fail()
			return
		}
		member(key)
	})
}

// array calls element for each element of the next value, which element has
// to read. A value that is no array is skipped.
func (s *scanner) array(element func()) { s.sequence('[', ']', element) }

func (s *scanner) sequence(open, end byte, element func()) {
	if s.peek() != open {
		s.skip()
		return
	}
	s.pos++
	if s.depth++; s.depth > maxDepth {
		s.fail()
		return
	}
	if !s.next(end) {
		for !s.bad {
			before := s.pos
			element()
			if s.next(end) {
				break
			}
			if !s.next(',') || s.pos == before {
				s.fail()
			}
		}
	}
	s.depth--
}

// skip steps over one value.
func (s *scanner) skip() {
	switch s.peek() {
	case '{':
		s.object(func(string) { s.skip() })
	case '[':
		s.array(s.skip)
	case '"':
		s.quoted()
	default:
		end := strings.IndexAny(s.text[s.pos:], ",]} \t\r\n")
		switch end {
		case 0:
			s.fail()
		case -1:
			s.pos = len(s.text)
		default:
			s.pos += end
		}
	}
}

// str returns the next value where it is a string, "" and steps over it where
// it is something else.
func (s *scanner) str() string {
	if s.peek() != '"' {
		s.skip()
		return ""
	}
	raw := s.quoted()
	if !strings.Contains(raw, `\`) {
		return raw[1 : len(raw)-1]
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		s.fail()
	}
	return text
}

// number returns the next value where it is a number as integer, 0 else.
func (s *scanner) number() int64 {
	s.peek()
	start := s.pos
	s.skip()
	var n int64
	if json.Unmarshal([]byte(s.text[start:s.pos]), &n) != nil || n < 0 {
		return 0
	}
	return n
}

// quoted steps over a string and returns it with its quotes.
func (s *scanner) quoted() string {
	start := s.pos
	for i := start + 1; i < len(s.text); i++ {
		k := strings.IndexByte(s.text[i:], '"')
		if k < 0 {
			break
		}
		i += k
		escapes := 0
		for s.text[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			s.pos = i + 1
			return s.text[start:s.pos]
		}
	}
	s.fail()
	return `""`
}
