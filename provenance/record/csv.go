package record

import "strings"

// rows reads CSV the way Python's csv module does without options: a field is
// quoted only if it begins with a quote, a quote inside one stands there
// twice, what follows the closing one belongs to the field all the same, and
// an end of the line may be inside quotes. Lines end in LF, CRLF or CR.
type rows struct {
	text   string
	pos    int
	next   int  // number of the line at pos, from 0
	quotes bool // there is a quote somewhere
	slow   bool // lines may end in a CR alone

	line   int       // number of the line where the row begins, from 1
	fields [3]string // those that count
	n      int       // how many there were, 0 for an empty line
	open   bool      // the text ended inside quotes
	buf    []byte
}

func newRows(text string) rows {
	r := rows{text: text, quotes: strings.IndexByte(text, '"') >= 0}
	for at := 0; !r.slow; {
		i := strings.IndexByte(text[at:], '\r')
		if i < 0 {
			break
		}
		at += i + 1
		r.slow = at == len(text) || text[at] != '\n'
	}
	return r
}

// scan reads the next row.
func (r *rows) scan() bool {
	if r.pos >= len(r.text) {
		return false
	}
	r.n, r.fields, r.line = 0, [3]string{}, r.next+1
	if r.slow {
		r.scanQuoted()
		return true
	}
	line := r.text[r.pos:]
	end := strings.IndexByte(line, '\n')
	after := end + 1
	if end < 0 {
		end, after = len(line), len(line)
	}
	line = line[:end]
	if r.quotes && strings.IndexByte(line, '"') >= 0 {
		r.scanQuoted()
		return true
	}
	r.pos += after
	r.next++
	r.split(strings.TrimSuffix(line, "\r"))
	return true
}

// split takes a line without quotes apart.
func (r *rows) split(line string) {
	for line != "" || r.n > 0 {
		field, rest, more := strings.Cut(line, ",")
		r.field(field)
		if !more {
			return
		}
		line = rest
	}
}

func (r *rows) field(s string) {
	if r.n < len(r.fields) {
		r.fields[r.n] = s
	}
	r.n++
}

// scanQuoted reads a row byte by byte.
func (r *rows) scanQuoted() {
	const (
		start = iota // of a field
		plain        // in a field that no quote began
		quoted
		closed // behind a quote in a quoted field
	)
	state, begun := start, r.pos
	r.buf = r.buf[:0]
	for ; r.pos < len(r.text); r.pos++ {
		c := r.text[r.pos]
		eol := c == '\n' || c == '\r'
		if c == '\n' || c == '\r' && !strings.HasPrefix(r.text[r.pos+1:], "\n") {
			r.next++
		}
		switch {
		case state == quoted && c == '"':
			state = closed
		case state == quoted:
			r.buf = append(r.buf, c)
		case eol:
			if r.pos > begun {
				r.endField()
			}
			r.pos++
			if c == '\r' && strings.HasPrefix(r.text[r.pos:], "\n") {
				r.pos++
				r.next++
			}
			return
		case c == ',':
			r.endField()
			state = start
		case c == '"' && state == start:
			state = quoted
		case c == '"' && state == closed:
			r.buf = append(r.buf, c)
			state = quoted
		default:
			r.buf = append(r.buf, c)
			state = plain
		}
	}
	r.open = state == quoted
	r.endField()
}

func (r *rows) endField() {
	r.field(string(r.buf))
	r.buf = r.buf[:0]
}
