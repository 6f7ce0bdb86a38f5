package pep508

import (
	"slices"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// A Marker says in which environments a requirement holds. A nil Marker is one
// that was not written: it is always true.
type Marker struct {
	terms []term // never empty
}

// A term is a comparison or, where group is set, a group in parentheses of two
// terms or more. "and" binds tighter than "or".
type term struct {
	comparison
	group []term
	and   bool // joined by "and" to the term before it, by "or" otherwise
}

type comparison struct {
	left, right operand
	op          string
}

// An operand is a literal's value or a variable's name.
type operand struct {
	text     string
	variable variable
}

// The longer operator first, where two start alike.
var operators = []string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"}

// maxDepth of nested parentheses is more than packaging itself can read.
const maxDepth = 500

// ParseMarker reads a marker such as
//
//	python_version < "3.11" and (extra == "toml" or os_name == "nt")
func ParseMarker(s string) (*Marker, error) {
	p := parser{kind: "marker", text: s}
	return p.marker()
}

// marker reads a marker up to the end of the text.
func (p *parser) marker() (*Marker, error) {
	terms, err := p.terms()
	if err != nil {
		return nil, err
	}
	if !p.done() {
		return nil, p.expected(`"and", "or" or the end`)
	}
	if len(terms) == 1 && terms[0].group != nil {
		terms = terms[0].group
	}
	return &Marker{terms}, nil
}

func (p *parser) terms() ([]term, error) {
	var array [4]term
	terms := array[:0]
	and := false
	for {
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		t.and = and
		terms = append(terms, t)
		switch word := p.peekWord(); word {
		case "and", "or":
			and = word == "and"
			p.pos += len(word)
		default:
			return append([]term(nil), terms...), nil
		}
	}
}

// term reads a term and the space around it.
func (p *parser) term() (t term, err error) {
	p.space()
	if p.eat('(') {
		t, err = p.group()
	} else {
		t.comparison, err = p.comparison()
	}
	p.space()
	return t, err
}

// group reads what follows '('. A group of one is that one.
func (p *parser) group() (term, error) {
	if p.depth++; p.depth > maxDepth {
		return term{}, p.errorf("parentheses nested too deep")
	}
	group, err := p.terms()
	if err != nil {
		return term{}, err
	}
	if !p.eat(')') {
		return term{}, p.expected(`"and", "or" or ')'`)
	}
	p.depth--
	if len(group) == 1 {
		return group[0], nil
	}
	return term{group: group}, nil
}

func (p *parser) comparison() (c comparison, err error) {
	if c.left, err = p.operand(); err != nil {
		return c, err
	}
	p.space()
	if c.op, err = p.operator(); err != nil {
		return c, err
	}
	p.space()
	if c.right, err = p.operand(); err != nil {
		return c, err
	}
	c.normalize()
	return c, nil
}

// normalize gives literals that are compared with extras or groups the form of
// names, as PEP 685 and PEP 735 want.
func (c *comparison) normalize() {
	switch {
	case c.left.variable == extra && c.right.variable == literal:
		c.right.text = provenance.NormalizeName(c.right.text)
	case c.left.variable == literal && (c.right.variable == extra || c.right.variable.isSet()):
		c.left.text = provenance.NormalizeName(c.left.text)
	}
}

func (p *parser) operand() (operand, error) {
	if !p.done() && (p.text[p.pos] == '"' || p.text[p.pos] == '\'') {
		text, err := p.quoted()
		return operand{text: text}, err
	}
	word := p.peekWord()
	v := variableNamed(word)
	if v == literal {
		return operand{}, p.expected("a marker variable or a quoted string")
	}
	p.pos += len(word)
	return operand{variableNames[v], v}, nil
}

func (p *parser) operator() (string, error) {
	switch p.peekWord() {
	case "in":
		p.pos += len("in")
		return "in", nil
	case "not":
		p.pos += len("not")
		after := p.pos
		if p.space(); p.pos == after || p.peekWord() != "in" {
			return "", p.expected(`"in" after "not"`)
		}
		p.pos += len("in")
		return "not in", nil
	}
	for _, op := range operators {
		if strings.HasPrefix(p.text[p.pos:], op) {
			p.pos += len(op)
			return op, nil
		}
	}
	return "", p.expected("an operator")
}

// peekWord returns the keyword or variable at pos, empty for none.
func (p *parser) peekWord() string {
	n := p.pos
	for n < len(p.text) && isWordByte(p.text[n]) {
		n++
	}
	return p.text[p.pos:n]
}

// Mentions reports whether the marker uses the variable of that name, "extra"
// for one.
func (m *Marker) Mentions(name string) bool {
	v := variableNamed(name)
	return m != nil && v != literal && !walk(m.terms, func(c *comparison) bool {
		return c.left.variable != v && c.right.variable != v
	})
}

// Unknown returns the variables whose values the marker wants and env does not
// have, in the order of their use, each once. The marker's truth need not
// depend on them.
func (m *Marker) Unknown(env *Environment) []string {
	if m == nil {
		return nil
	}
	var names []string
	walk(m.terms, func(c *comparison) bool {
		if v := c.key(); v.inEnvironment() && env.value(v) == "" && !slices.Contains(names, variableNames[v]) {
			names = append(names, variableNames[v])
		}
		return true
	})
	return names
}

// walk calls visit for each comparison until it returns false, and reports
// whether it never did.
func walk(terms []term, visit func(*comparison) bool) bool {
	for i := range terms {
		t := &terms[i]
		if t.group != nil && !walk(t.group, visit) || t.group == nil && !visit(&t.comparison) {
			return false
		}
	}
	return true
}

// String returns the marker as packaging prints it, but for literals that it
// prints so that they cannot be read back: those are escaped.
func (m *Marker) String() string {
	if m == nil {
		return ""
	}
	var buf [128]byte
	return string(appendTerms(buf[:0], m.terms))
}

func appendTerms(b []byte, terms []term) []byte {
	for i := range terms {
		t := &terms[i]
		switch {
		case i > 0 && t.and:
			b = append(b, " and "...)
		case i > 0:
			b = append(b, " or "...)
		}
		if t.group != nil {
			b = append(appendTerms(append(b, '('), t.group), ')')
			continue
		}
		b = append(appendOperand(b, t.left), ' ')
		b = append(append(b, t.op...), ' ')
		b = appendOperand(b, t.right)
	}
	return b
}

func appendOperand(b []byte, o operand) []byte {
	if o.variable != literal {
		return append(b, o.text...)
	}
	return appendQuoted(b, o.text)
}
