package licence

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	refPrefix     = "LicenseRef-"
	maxExpression = 64 << 10 // bytes
	maxDepth      = 200      // open parentheses at once, as in packaging
)

// An Expression is a valid SPDX licence expression and the names in it. Each
// list has a name once, in the order of first use.
type Expression struct {
	Text       string   // the canonical form
	IDs        []string // licences of the SPDX list; the "+" of "MIT+" is not part of an id
	Refs       []string // "LicenseRef-..."
	Exceptions []string // what stands after WITH
}

// IsID reports whether e is one id of the SPDX list and nothing more: no
// operator, no exception, no parentheses, no "+" that is not part of the id.
func (e Expression) IsID() bool {
	return len(e.IDs) == 1 && e.IDs[0] == e.Text
}

// A SyntaxError says why a string is no licence expression.
type SyntaxError struct {
	Column int // in characters, from 1
	Msg    string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Msg) }

// Canonical returns expr with the case of ids as the SPDX list has it,
// operators in upper case and single spaces. The result is ASCII. The error is
// a [*SyntaxError].
//
// What is valid, and the form given to it, is what
// packaging.licenses.canonicalize_license_expression says. So deprecated ids
// are valid, "+" is allowed after every id, AND and OR keep the order and the
// parentheses they have, and LicenseRefs that differ only in case all get the
// spelling of the last. Two differences: more than 64 KiB are refused, and a
// Kelvin sign in a LicenseRef becomes "k", where packaging leaves it.
func Canonical(expr string) (string, error) {
	if e, ok := find(licenceIDs[:], expr); ok {
		return e.id, nil
	}
	p := parser{in: expr}
	if err := p.run(); err != nil {
		return "", err
	}
	if string(p.out) == expr {
		return expr, nil
	}
	return string(p.out), nil
}

// Parse is [Canonical] that also lists the names in the expression.
func Parse(expr string) (Expression, error) {
	p := parser{in: expr, list: true}
	if err := p.run(); err != nil {
		return Expression{}, err
	}
	for _, r := range p.refs {
		p.found.Refs = appendNew(p.found.Refs, string(p.out[r.start:r.end]))
	}
	p.found.Text = string(p.out)
	return p.found, nil
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// What the parser has just read decides what may come next.
type state int

const (
	open      state = iota // the start, "(", AND, OR: a licence or "(" must follow
	licensed               // a licence: WITH, AND, OR, ")" or the end may follow
	with                   // WITH: an exception must follow
	completed              // ")" or an exception: AND, OR, ")" or the end may follow
)

type span struct{ start, end int }

type parser struct {
	in    string
	pos   int
	state state
	depth int
	out   []byte
	refs  []span // the LicenseRefs in out
	list  bool   // whether found is wanted
	found Expression
}

func (p *parser) run() error {
	if len(p.in) > maxExpression {
		return &SyntaxError{1, fmt.Sprintf("%d bytes are more than the %d that are read", len(p.in), maxExpression)}
	}
	// Python lower-cases the Kelvin sign to "k", the one letter outside ASCII
	// that it takes into ASCII.
	p.in = strings.ReplaceAll(p.in, "\u212a", "k")
	p.out = make([]byte, 0, min(len(p.in), 128))
	for {
		token, at := p.next()
		if token == "" {
			break
		}
		if msg := p.accept(token); msg != "" {
			return p.errorAt(at, msg)
		}
	}
	switch {
	case p.state == open:
		return p.errorAt(p.pos, "ends where a licence is expected")
	case p.state == with:
		return p.errorAt(p.pos, "ends where an exception is expected")
	case p.depth > 0:
		return p.errorAt(p.pos, `ends before ")"`)
	}
	p.unifyRefs()
	return nil
}

func (p *parser) errorAt(offset int, msg string) error {
	return &SyntaxError{utf8.RuneCountInString(p.in[:offset]) + 1, msg}
}

// next returns a parenthesis or the longest run without space and
// parentheses, and its offset; "" at the end.
func (p *parser) next() (string, int) {
	p.pos += len(p.in[p.pos:]) - len(strings.TrimLeftFunc(p.in[p.pos:], isSpace))
	rest := p.in[p.pos:]
	end := strings.IndexFunc(rest, func(r rune) bool { return r == '(' || r == ')' || isSpace(r) })
	switch {
	case end < 0:
		end = len(rest)
	case end == 0:
		end = 1
	}
	at := p.pos
	p.pos += end
	return rest[:end], at
}

// isSpace is Python's str.isspace.
func isSpace(r rune) bool {
	return '\x1c' <= r && r <= '\x1f' || unicode.IsSpace(r)
}

// accept takes the next token. It returns what is wrong with it, or "".
func (p *parser) accept(token string) string {
	switch {
	case token == "(":
		return p.openParen()
	case token == ")":
		return p.closeParen()
	case compareFold(token, "AND") == 0:
		return p.operator("AND", open)
	case compareFold(token, "OR") == 0:
		return p.operator("OR", open)
	case compareFold(token, "WITH") == 0:
		return p.operator("WITH", with)
	}
	switch p.state {
	case open:
		return p.licence(token)
	case with:
		return p.exception(token)
	}
	return quote(token) + " where AND or OR is expected"
}

func (p *parser) openParen() string {
	if p.state != open {
		return `"(" where no licence is expected`
	}
	if p.depth++; p.depth > maxDepth {
		return fmt.Sprintf("more than %d parentheses are open", maxDepth)
	}
	p.write("(")
	return ""
}

func (p *parser) closeParen() string {
	switch {
	case p.state == open || p.state == with:
		return `")" where ` + p.state.wants() + " is expected"
	case p.depth == 0:
		return `")" without "("`
	}
	p.depth--
	p.out = append(p.out, ')')
	p.state = completed
	return ""
}

func (p *parser) operator(word string, next state) string {
	switch {
	case p.state == open || p.state == with:
		return word + " where " + p.state.wants() + " is expected"
	case next == with && p.state != licensed:
		return "WITH where no licence is before it"
	}
	p.write(word)
	p.state = next
	return ""
}

func (s state) wants() string {
	if s == with {
		return "an exception"
	}
	return "a licence"
}

func (p *parser) exception(token string) string {
	e, ok := find(exceptionIDs[:], token)
	if !ok {
		return quote(token) + " is not an exception of the SPDX list"
	}
	if p.list {
		p.found.Exceptions = appendNew(p.found.Exceptions, e.id)
	}
	p.write(e.id)
	p.state = completed
	return ""
}

func (p *parser) licence(token string) string {
	if len(token) >= len(refPrefix) && compareFold(token[:len(refPrefix)], refPrefix) == 0 {
		return p.ref(token)
	}
	plus := ""
	e, ok := find(licenceIDs[:], token)
	if !ok && strings.HasSuffix(token, "+") {
		plus = "+"
		e, ok = find(licenceIDs[:], token[:len(token)-1])
	}
	if !ok {
		return quote(token) + " is not a licence of the SPDX list"
	}
	if p.list {
		p.found.IDs = appendNew(p.found.IDs, e.id)
	}
	p.write(e.id)
	p.out = append(p.out, plus...)
	p.state = licensed
	return ""
}

func (p *parser) ref(token string) string {
	name := token[len(refPrefix):]
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isRefRune(r) }) {
		return quote(token) + ` is not LicenseRef- with letters, digits, "-" and "."`
	}
	p.write(refPrefix)
	p.out = append(p.out, name...)
	p.refs = append(p.refs, span{len(p.out) - len(token), len(p.out)})
	p.state = licensed
	return ""
}

func isRefRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '.'
}

// write appends a token and, where one belongs, the space before it.
func (p *parser) write(token string) {
	if n := len(p.out); n > 0 && p.out[n-1] != '(' {
		p.out = append(p.out, ' ')
	}
	p.out = append(p.out, token...)
}

// unifyRefs gives LicenseRefs that differ only in case the spelling of the
// last of them: they name the same licence.
func (p *parser) unifyRefs() {
	if len(p.refs) < 2 {
		return
	}
	last := map[string]span{}
	for _, r := range slices.Backward(p.refs) {
		key := strings.ToLower(string(p.out[r.start:r.end]))
		if l, ok := last[key]; ok {
			copy(p.out[r.start:r.end], p.out[l.start:l.end])
		} else {
			last[key] = r
		}
	}
}

func quote(token string) string {
	return fmt.Sprintf("%.60q", token)
}
