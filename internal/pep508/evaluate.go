package pep508

import (
	"slices"
	"strings"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/provenance"
)

// Truth is the value of a marker. "And" is the lesser of two, "or" the
// greater: False and Unknown is False.
type Truth int8

const (
	False Truth = iota
	Unknown
	True
)

func (t Truth) String() string {
	return [...]string{"false", "unknown", "true"}[t]
}

// Evaluate returns the value of a requirement's marker with one extra asked
// for; the empty extra is none. The variables "extras" and "dependency_groups"
// are Unknown.
func (m *Marker) Evaluate(env *Environment, extra string) Truth {
	if m == nil {
		return True
	}
	s := scope{env: env, extra: provenance.NormalizeName(extra)}
	return s.terms(m.terms)
}

// EvaluateAny returns the value of a requirement's marker with a set of extras
// asked for: the greatest of its values with none and with each of them.
func (m *Marker) EvaluateAny(env *Environment, extras []string) Truth {
	value := m.Evaluate(env, "")
	if value == True || !m.Mentions("extra") {
		return value
	}
	for _, extra := range extras {
		value = max(value, m.Evaluate(env, extra))
	}
	return value
}

// EvaluateLock returns the value of a lock file's marker (PEP 751) with these
// extras and dependency groups chosen. The variable "extra" is Unknown.
func (m *Marker) EvaluateLock(env *Environment, extras, groups []string) Truth {
	if m == nil {
		return True
	}
	s := scope{env: env, lock: true, extras: extras, groups: groups}
	return s.terms(m.terms)
}

// A scope is what the variables of a marker stand for.
type scope struct {
	env            *Environment
	lock           bool     // a lock file's: extras and groups, no extra
	extra          string   // normalised
	extras, groups []string // as given
}

func (s *scope) terms(terms []term) Truth {
	whole, part := False, True
	for i := range terms {
		t := &terms[i]
		if i > 0 && !t.and {
			whole, part = max(whole, part), True
		}
		if whole == True {
			break
		}
		switch {
		case part == False:
		case t.group != nil:
			part = min(part, s.terms(t.group))
		default:
			part = min(part, s.comparison(&t.comparison))
		}
	}
	return max(whole, part)
}

// key is the variable that decides how a comparison is made: the left one, if
// it is one. The right one's name is then compared, not its value; that is
// what packaging does. Between two literals it is literal.
func (c *comparison) key() variable {
	if c.left.variable != literal {
		return c.left.variable
	}
	return c.right.variable
}

func (s *scope) comparison(c *comparison) Truth {
	key := c.key()
	if key.isSet() {
		return s.membership(c, key)
	}
	value, known := s.value(key)
	if !known {
		return Unknown
	}
	if c.left.variable == literal {
		return compare(key, c.left.text, c.op, value)
	}
	return compare(key, value, c.op, c.right.text)
}

// value returns what a variable that is no set stands for.
func (s *scope) value(v variable) (value string, known bool) {
	if v == extra {
		return s.extra, !s.lock
	}
	value = s.env.value(v)
	if v == pythonFullVersion && strings.HasSuffix(value, "+") {
		value += "local" // what an interpreter built between releases says
	}
	return value, value != ""
}

// membership compares with a set. A set on the left is undefined, and so is
// order; == and the like are false, since a name is not a set.
func (s *scope) membership(c *comparison, key variable) Truth {
	if !s.lock || c.left.variable != literal {
		return Unknown
	}
	set := s.extras
	if key == dependencyGroups {
		set = s.groups
	}
	isMember := func(name string) bool { return provenance.NormalizeName(name) == c.left.text }
	switch c.op {
	case "in":
		return truth(slices.ContainsFunc(set, isMember))
	case "not in":
		return truth(!slices.ContainsFunc(set, isMember))
	case "!=":
		return True
	case "~=", "===":
		return Unknown
	}
	return False
}

// compare compares as versions where key's values are versions and right is
// one, otherwise as strings, which have no order: < and > are false.
func compare(key variable, left, op, right string) Truth {
	switch op {
	case "in":
		return truth(strings.Contains(right, left))
	case "not in":
		return truth(!strings.Contains(right, left))
	}
	if key.isVersion() {
		if spec, err := pep440.NewSpecifier(op, right); err == nil {
			v, _ := pep440.Parse(left) // what is no version meets only ===
			return truth(spec.Contains(v))
		}
	}
	switch op {
	case "==", "<=", ">=":
		return truth(left == right)
	case "!=":
		return truth(left != right)
	case "<", ">":
		return False
	}
	return Unknown // ~= and === between strings are undefined
}

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}
