package pep440

import (
	"fmt"
	"slices"
	"strings"
)

// A Specifier is one clause of a requirement, such as ">=1.0". Make it with
// NewSpecifier or ParseSpecifiers; one with an operator or a version that is
// not allowed contains nothing.
type Specifier struct {
	Op      string // "==", "!=", "<=", ">=", "<", ">", "~=" or "==="
	Version string // as written, without space around it: "1.0", "1.0.*"
}

// Specifiers are clauses that a version must all meet, in the order written.
// None contain everything.
type Specifiers []Specifier

// The longer operator first, where two start alike.
var operators = []string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"}

// ParseSpecifiers reads clauses separated by commas. Empty clauses are
// ignored.
func ParseSpecifiers(s string) (Specifiers, error) {
	s = trimSpace(s)
	if s == "" {
		return nil, nil
	}
	set := make(Specifiers, 0, 1+strings.Count(s, ","))
	for clause := range strings.SplitSeq(s, ",") {
		clause = trimSpace(clause)
		if clause == "" {
			continue
		}
		spec, err := parseSpecifier(clause)
		if err != nil {
			return nil, err
		}
		set = append(set, spec)
	}
	return set, nil
}

func parseSpecifier(clause string) (Specifier, error) {
	for _, op := range operators {
		if version, ok := strings.CutPrefix(clause, op); ok {
			spec := Specifier{op, trimSpace(version)}
			return spec, spec.check()
		}
	}
	return Specifier{}, fmt.Errorf("version specifier %.80q: no operator", clause)
}

// NewSpecifier reads the clause that op and version make when written one
// after the other; "<" and "=1" make "<=1".
func NewSpecifier(op, version string) (Specifier, error) {
	if strings.HasPrefix(version, "=") {
		return parseSpecifier(op + version)
	}
	spec := Specifier{op, trimSpace(version)}
	return spec, spec.check()
}

// check says what is wrong with s.
func (s Specifier) check() error {
	if s.Op == "===" {
		if strings.ContainsFunc(s.Version, func(r rune) bool { return r == ';' || r == ')' || isSpace(r) }) {
			return s.errorf("white space, ';' or ')' after ===")
		}
		return nil
	}
	if !slices.Contains(operators, s.Op) {
		return s.errorf("no operator")
	}
	v, wildcard := s.parse()
	equality := s.Op == "==" || s.Op == "!="
	switch {
	case v.release == "":
		return s.errorf("no version after the operator")
	case wildcard && !equality:
		return s.errorf(".* is for == and != only")
	case wildcard && (v.phase != noPhase || v.isPost || v.isDev || v.local != ""):
		return s.errorf(".* must follow the release")
	case v.local != "" && !equality:
		return s.errorf("a local label is for == and != only")
	case s.Op == "~=" && !strings.Contains(v.release, "."):
		return s.errorf("~= needs a release of two numbers")
	}
	return nil
}

func (s Specifier) errorf(what string) error {
	return fmt.Errorf("version specifier %.80q: %s", s.Op+s.Version, what)
}

// parse returns the version of a clause other than ===; its release is empty
// when it is none.
func (s Specifier) parse() (v Version, wildcard bool) {
	text, wildcard := strings.CutSuffix(s.Version, ".*")
	v, rest := scan(text)
	if rest != "" {
		return Version{}, wildcard
	}
	return v, wildcard
}

// String returns the clause without spaces.
func (s Specifier) String() string { return s.Op + s.Version }

// String returns the clauses sorted by their text, without those that repeat
// an earlier one with other zeros, joined by commas.
func (set Specifiers) String() string {
	if len(set) == 0 {
		return ""
	}
	if len(set) == 1 {
		return set[0].String()
	}
	sorted := slices.Clone(set)
	slices.SortStableFunc(sorted, compareText)
	var b strings.Builder
	seen := make(map[string]bool, len(sorted))
	for _, s := range sorted {
		if seen[s.key()] {
			continue
		}
		seen[s.key()] = true
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s.Op)
		b.WriteString(s.Version)
	}
	return b.String()
}

func compareText(a, b Specifier) int {
	if a.Op == b.Op {
		return strings.Compare(a.Version, b.Version)
	}
	return strings.Compare(a.String(), b.String())
}

// key is the same for clauses that are one in packaging's eyes.
func (s Specifier) key() string {
	v, wildcard := s.parse()
	if s.Op == "===" || wildcard || v.release == "" {
		return s.String()
	}
	if s.Op != "~=" { // for which zeros count
		v.release = trimRelease(v.release)
	}
	return s.Op + v.String()
}

// trimRelease cuts the zeros at the end, but for the first number.
func trimRelease(release string) string {
	for {
		i := strings.LastIndexByte(release, '.')
		if i < 0 || trimZeros(release[i+1:]) != "" {
			return release
		}
		release = release[:i]
	}
}

// Contains reports whether v meets every clause, pre-releases admitted.
func (set Specifiers) Contains(v Version) bool {
	for _, s := range set {
		if !s.Contains(v) {
			return false
		}
	}
	return true
}

// Contains reports whether v meets the clause, pre-releases admitted. "==="
// compares the text that was given to Parse, but for its case.
func (s Specifier) Contains(v Version) bool {
	if s.Op == "===" {
		return strings.ToLower(v.text) == strings.ToLower(s.Version)
	}
	if v.release == "" {
		return false
	}
	w, wildcard := s.parse()
	if w.release == "" {
		return false
	}
	switch s.Op {
	case "==":
		return matches(&v, &w, wildcard)
	case "!=":
		return !matches(&v, &w, wildcard)
	case "<=":
		return comparePublic(&v, &w) <= 0
	case ">=":
		return comparePublic(&v, &w) >= 0
	case "<":
		return before(&v, w)
	case ">":
		return after(&v, &w)
	case "~=":
		return comparePublic(&v, &w) >= 0 && hasPrefix(&v, &w, strings.Count(w.release, "."))
	}
	return false
}

// matches is ==: without a local label of its own w matches any.
func matches(v, w *Version, wildcard bool) bool {
	if wildcard {
		return hasPrefix(v, w, 1+strings.Count(w.release, "."))
	}
	return comparePublic(v, w) == 0 && (w.local == "" || compareLocal(v.local, w.local) == 0)
}

// before is <: pre-releases of w are not before w, unless w is one.
func before(v *Version, w Version) bool {
	if !w.IsPrerelease() {
		w.isDev = true // its first development release, .dev0
	}
	return comparePublic(v, &w) < 0
}

// after is >: post-releases of w are not after w, unless w is one.
func after(v, w *Version) bool {
	if comparePublic(v, w) <= 0 {
		return false
	}
	if w.isPost || w.isDev {
		return true
	}
	return v.epoch != w.epoch || compareReleases(v.release, w.release) != 0 || v.phase != w.phase || v.pre != w.pre
}

// hasPrefix reports whether v's epoch and first n numbers are w's.
func hasPrefix(v, w *Version, n int) bool {
	if v.epoch != w.epoch {
		return false
	}
	a, b := v.release, w.release
	for range n {
		var x, y string
		x, a, _ = cutNumber(a)
		y, b, _ = cutNumber(b)
		if x != y {
			return false
		}
	}
	return true
}
