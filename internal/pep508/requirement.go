// Package pep508 reads dependency specifiers, the lines of Requires-Dist, and
// evaluates their markers, with the meaning that Python's packaging 26.3 gives
// them.
//
// Parse gives a Requirement. Whether an installed distribution needs it is
// Marker.EvaluateAny's answer; the markers of a pylock.toml are for
// Marker.EvaluateLock. Both answer True, False or Unknown, for a scanner
// seldom knows all that the interpreter would have said: a marker is Unknown
// only where a value that it depends on is not in the Environment, or where
// the specification leaves a comparison undefined.
//
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/
package pep508

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/pysbom/pysbom/internal/pep440"
)

// A Requirement is one dependency. It has specifiers or a URL, never both.
type Requirement struct {
	Name       string   // as written
	Extras     []string // as written, sorted, each once
	Specifiers pep440.Specifiers
	URL        string  // empty for none
	Marker     *Marker // nil for none, which is always true
}

// Parse reads a requirement such as
//
//	requests[security] >=2.8.1, ==2.8.* ; python_version < "2.7"
func Parse(s string) (Requirement, error) {
	p := parser{kind: "requirement", text: s}
	return p.requirement()
}

// String returns the requirement as packaging prints it.
func (r Requirement) String() string {
	var b strings.Builder
	b.WriteString(r.Name)
	for i, extra := range r.Extras {
		b.WriteByte("[,"[min(i, 1)])
		b.WriteString(extra)
	}
	if len(r.Extras) > 0 {
		b.WriteByte(']')
	}
	b.WriteString(r.Specifiers.String())
	if r.URL != "" {
		b.WriteString(" @ ")
		b.WriteString(r.URL)
		if r.Marker != nil {
			b.WriteByte(' ')
		}
	}
	if r.Marker != nil {
		b.WriteString("; ")
		b.WriteString(r.Marker.String())
	}
	return b.String()
}

// A parser reads text from pos on. What it expects and does not find is an
// error that names the column.
type parser struct {
	kind, text string
	pos, depth int
}

func (p *parser) requirement() (r Requirement, err error) {
	p.space()
	if r.Name, err = p.identifier(); err != nil {
		return Requirement{}, err
	}
	p.space()
	if p.eat('[') {
		if r.Extras, err = p.extras(); err != nil {
			return Requirement{}, err
		}
		p.space()
	}
	if p.eat('@') {
		r.URL, err = p.url()
	} else {
		r.Specifiers, err = p.specifiers()
	}
	if err != nil {
		return Requirement{}, err
	}
	p.space()
	if p.done() {
		return r, nil
	}
	if !p.eat(';') {
		return Requirement{}, p.expected("';' and a marker, or the end")
	}
	if r.Marker, err = p.marker(); err != nil {
		return Requirement{}, err
	}
	return r, nil
}

// identifier reads the name of a distribution or an extra.
func (p *parser) identifier() (string, error) {
	start := p.pos
	for !p.done() && isNameByte(p.text[p.pos]) {
		p.pos++
	}
	name := p.text[start:p.pos]
	if name == "" || strings.IndexByte("._-", name[0]) >= 0 || strings.IndexByte(".-", name[len(name)-1]) >= 0 {
		p.pos = start
		return "", p.expected("a name")
	}
	return name, nil
}

// extras reads what follows '['.
func (p *parser) extras() ([]string, error) {
	p.space()
	if p.eat(']') {
		return nil, nil
	}
	var extras []string
	for {
		extra, err := p.identifier()
		if err != nil {
			return nil, err
		}
		extras = append(extras, extra)
		p.space()
		if p.eat(']') {
			slices.Sort(extras)
			return slices.Compact(extras), nil
		}
		if !p.eat(',') {
			return nil, p.expected("',' or ']' after an extra")
		}
		p.space()
	}
}

// url reads what follows '@': all up to a blank, a ';' included.
func (p *parser) url() (string, error) {
	p.space()
	start := p.pos
	for !p.done() && !isBlank(p.text[p.pos]) {
		p.pos++
	}
	if p.pos == start {
		return "", p.expected("a URL")
	}
	return p.text[start:p.pos], nil
}

// specifiers reads clauses, which may stand in parentheses and end with a
// comma.
func (p *parser) specifiers() (pep440.Specifiers, error) {
	parentheses := p.eat('(')
	p.space()
	start, end := p.pos, p.pos
	for !p.done() && isOperatorByte(p.text[p.pos]) {
		p.clause()
		end = p.pos
		p.space()
		if !p.eat(',') {
			break
		}
		p.space()
	}
	if parentheses && !p.eat(')') {
		return nil, p.expected("')' after the version specifiers")
	}
	set, err := pep440.ParseSpecifiers(p.text[start:end])
	if err != nil {
		return nil, &SyntaxError{Text: p.text, Column: start + 1, Msg: "not a version specifier that PEP 440 allows", kind: p.kind, cause: err}
	}
	return set, nil
}

// clause skips an operator and its version. White space of any kind may stand
// between the two. After === commas belong to the version.
func (p *parser) clause() {
	ends := ",;)"
	if strings.HasPrefix(p.text[p.pos:], "===") {
		ends = ";)"
		p.pos += len("===")
	} else {
		for !p.done() && isOperatorByte(p.text[p.pos]) {
			p.pos++
		}
	}
	rest := strings.TrimLeftFunc(p.text[p.pos:], isSpace)
	p.pos = len(p.text)
	if n := strings.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(ends, r) || isSpace(r) }); n >= 0 {
		p.pos -= len(rest) - n
	}
}

func (p *parser) done() bool { return p.pos == len(p.text) }

func (p *parser) space() {
	for !p.done() && isBlank(p.text[p.pos]) {
		p.pos++
	}
}

func (p *parser) eat(c byte) bool {
	if p.done() || p.text[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

func (p *parser) expected(what string) error { return p.errorf("expected " + what) }

func (p *parser) errorf(what string) error {
	return &SyntaxError{Text: p.text, Column: p.pos + 1, Msg: what, kind: p.kind}
}

// SyntaxError says where a text is no requirement or no marker. The text may
// hold a URL with a password: Column and Msg may be shown to anybody, Error
// quotes the text.
type SyntaxError struct {
	Text   string
	Column int // of Text, in bytes, 1-based
	Msg    string

	kind  string // "requirement" or "marker"
	cause error
}

func (e *SyntaxError) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s %.80q: %s", e.kind, e.Text, e.cause)
	}
	return fmt.Sprintf("%s %.80q: column %d: %s", e.kind, e.Text, e.Column, e.Msg)
}

func (e *SyntaxError) Unwrap() error { return e.cause }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isOperatorByte(c byte) bool {
	return c == '=' || c == '!' || c == '<' || c == '>' || c == '~'
}

func isNameByte(c byte) bool { return isWordByte(c) || c == '-' }

// isWordByte covers the keywords and the variables, "os.name" too.
func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.'
}

// isSpace is white space to Python.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }
