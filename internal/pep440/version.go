// Package pep440 reads the versions and version specifiers of Python
// distributions, with the meaning that Python's packaging 26.3 gives them.
//
// Parse gives a Version, which prints in normal form ("v1.00-RC1" is
// "1.0rc1") and compares in the order of the specification. ParseSpecifiers
// gives the Specifiers of a requirement, which say which versions they
// contain. Numbers may be of any size: they stay decimal digits and are never
// converted.
//
// https://packaging.python.org/en/latest/specifications/version-specifiers/
package pep440

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
)

// A Version is a PEP 440 version, or a text that is none: installed
// distributions carry such texts too, and they must be sorted and matched. A
// text that is no version sorts before every version, prints as it is, and of
// all specifiers only "===" can contain it. The zero Version is the empty
// text.
//
// Versions are compared with Compare: under == "1.0" and "1.0.0" differ.
type Version struct {
	text string // as given to Parse

	// Each number is decimal digits without leading zeros; "" is 0.
	epoch   string
	release string // as written, "1.02.0"; empty in a text that is no version
	pre     string
	post    string
	dev     string
	local   string // as written, "Ubuntu-1"; empty for none

	phase         phase
	isPost, isDev bool
}

// A phase is the kind of a pre-release, in order.
type phase uint8

const (
	noPhase phase = iota
	alpha
	beta
	candidate
)

var phaseNames = [...]string{alpha: "a", beta: "b", candidate: "rc"}

// Of two words that start alike the longer comes first.
var (
	preWords  = []string{"alpha", "a", "beta", "b", "preview", "pre", "rc", "c"}
	prePhases = []phase{alpha, alpha, beta, beta, candidate, candidate, candidate, candidate}
	postWords = []string{"post", "rev", "r"}
	devWords  = []string{"dev"}
)

const separators = "._-"

// Parse reads a version in any spelling that PEP 440 permits, white space
// around it included. With an error comes the Version that holds s as a text
// that is no version.
func Parse(s string) (Version, error) {
	v, rest := scan(trimSpace(s))
	if v.release == "" || rest != "" {
		return Version{text: s}, fmt.Errorf("version %.80q: not of PEP 440's form", s)
	}
	v.text = s
	return v, nil
}

// scan reads a version from the start of s and returns what follows it. The
// release is empty when s does not start with a version.
func scan(s string) (v Version, rest string) {
	if s != "" && s[0]|0x20 == 'v' {
		s = s[1:]
	}
	n := countDigits(s)
	if n > 0 && n < len(s) && s[n] == '!' {
		v.epoch, s = trimZeros(s[:n]), s[n+1:]
		n = countDigits(s)
	}
	if n == 0 {
		return Version{}, s
	}
	for n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		n += 1 + countDigits(s[n+1:])
	}
	v.release, s = s[:n], s[n:]
	if s == "" {
		return v, s
	}
	return scanSuffix(v, s)
}

func scanSuffix(v Version, s string) (Version, string) {
	var word int
	if word, v.pre, s = cutSegment(s, preWords); word >= 0 {
		v.phase = prePhases[word]
	}
	if len(s) > 1 && s[0] == '-' && isDigit(s[1]) {
		n := 1 + countDigits(s[1:])
		v.isPost, v.post, s = true, trimZeros(s[1:n]), s[n:]
	} else {
		word, v.post, s = cutSegment(s, postWords)
		v.isPost = word >= 0
	}
	word, v.dev, s = cutSegment(s, devWords)
	v.isDev = word >= 0
	if n := countLocal(s); n > 0 {
		v.local, s = s[1:n], s[n:]
	}
	return v, s
}

// cutSegment cuts one of words from the start of s, with the number after it
// and the separators around the word. Where there is none it returns -1 and s.
func cutSegment(s string, words []string) (word int, number, rest string) {
	t := cutSeparator(s)
	for i, w := range words {
		if hasPrefixFold(t, w) {
			t = cutSeparator(t[len(w):])
			n := countDigits(t)
			return i, trimZeros(t[:n]), t[n:]
		}
	}
	return -1, "", s
}

// String returns the normal form.
func (v Version) String() string {
	if v.release == "" {
		return v.text
	}
	var buf [64]byte
	b := buf[:0]
	if v.epoch != "" {
		b = append(append(b, v.epoch...), '!')
	}
	for n, rest, more := cutNumber(v.release); ; n, rest, more = cutNumber(rest) {
		b = appendNumber(b, n)
		if !more {
			break
		}
		b = append(b, '.')
	}
	if v.phase != noPhase {
		b = appendNumber(append(b, phaseNames[v.phase]...), v.pre)
	}
	if v.isPost {
		b = appendNumber(append(b, ".post"...), v.post)
	}
	if v.isDev {
		b = appendNumber(append(b, ".dev"...), v.dev)
	}
	if v.local != "" {
		b = appendLocal(append(b, '+'), v.local)
	}
	if string(b) == v.text {
		return v.text
	}
	return string(b)
}

// Compare returns -1, 0 or +1 as v sorts before, with or after w. Versions
// that differ only in trailing zeros of the release are equal; local labels
// count.
func (v Version) Compare(w Version) int {
	if v.release == "" && w.release == "" {
		return strings.Compare(v.text, w.text)
	}
	if c := comparePublic(&v, &w); c != 0 {
		return c
	}
	return compareLocal(v.local, w.local)
}

// IsPrerelease reports whether v is an alpha, a beta, a release candidate or a
// development release.
func (v Version) IsPrerelease() bool { return v.phase != noPhase || v.isDev }

// Release returns the numbers of the release without leading zeros: "3", "12"
// and "0" of 3.12.0rc1. It is nil where v is no version.
func (v Version) Release() []string {
	if v.release == "" {
		return nil
	}
	numbers := strings.Split(v.release, ".")
	for i, n := range numbers {
		numbers[i] = cmp.Or(trimZeros(n), "0")
	}
	return numbers
}

// comparePublic compares all but the local labels.
func comparePublic(v, w *Version) int {
	if v.release == "" || w.release == "" {
		return cmp.Compare(len(v.release), len(w.release))
	}
	if c := compareNumbers(v.epoch, w.epoch); c != 0 {
		return c
	}
	if c := compareReleases(v.release, w.release); c != 0 {
		return c
	}
	if c := cmp.Compare(v.rank(), w.rank()); c != 0 {
		return c
	}
	if c := compareNumbers(v.pre, w.pre); c != 0 {
		return c
	}
	// No post-release before a post-release, a development release before none.
	if c := compareOptional(v.isPost, w.isPost, v.post, w.post); c != 0 {
		return c
	}
	if v.isDev != w.isDev {
		return -compareOptional(v.isDev, w.isDev, "", "")
	}
	return compareNumbers(v.dev, w.dev)
}

// rank orders the phases: a development release of the final version comes
// before every pre-release.
func (v *Version) rank() int {
	switch {
	case v.phase != noPhase:
		return int(v.phase)
	case v.isDev && !v.isPost:
		return 0
	default:
		return int(candidate) + 1
	}
}

func compareReleases(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" || b != "" {
		var x, y string
		x, a, _ = cutNumber(a)
		y, b, _ = cutNumber(b)
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// compareLocal orders local labels: none, then words, then numbers, segment by
// segment, the shorter first.
func compareLocal(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" && b != "" {
		var x, y string
		x, a = cutLocal(a)
		y, b = cutLocal(b)
		xIsNumber, yIsNumber := countDigits(x) == len(x), countDigits(y) == len(y)
		var c int
		if xIsNumber || yIsNumber {
			c = compareOptional(xIsNumber, yIsNumber, trimZeros(x), trimZeros(y))
		} else {
			c = strings.Compare(strings.ToLower(x), strings.ToLower(y))
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareOptional puts what is absent before what is present.
func compareOptional(hasA, hasB bool, a, b string) int {
	switch {
	case hasA == hasB:
		return compareNumbers(a, b)
	case hasA:
		return 1
	default:
		return -1
	}
}

// compareNumbers compares numbers that have no leading zeros.
func compareNumbers(a, b string) int {
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

// cutNumber cuts the first number from a release. The number of an empty
// release is 0, so that 1 and 1.0 compare as equal.
func cutNumber(release string) (number, rest string, more bool) {
	number, rest, more = strings.Cut(release, ".")
	return trimZeros(number), rest, more
}

func cutLocal(local string) (segment, rest string) {
	if i := strings.IndexAny(local, separators); i >= 0 {
		return local[:i], local[i+1:]
	}
	return local, ""
}

func appendNumber(b []byte, number string) []byte {
	if number == "" {
		return append(b, '0')
	}
	return append(b, number...)
}

func appendLocal(b []byte, local string) []byte {
	for local != "" {
		var segment string
		if segment, local = cutLocal(local); countDigits(segment) == len(segment) {
			b = appendNumber(b, trimZeros(segment))
		} else {
			b = append(b, strings.ToLower(segment)...)
		}
		if local != "" {
			b = append(b, '.')
		}
	}
	return b
}

// countLocal returns the length of the "+local" that s starts with.
func countLocal(s string) int {
	if s == "" || s[0] != '+' {
		return 0
	}
	n := 1
	for {
		m := n
		for m < len(s) && (isDigit(s[m]) || 'a' <= s[m]|0x20 && s[m]|0x20 <= 'z') {
			m++
		}
		if m == n { // no segment, so the separator before it is not ours either
			return n - 1
		}
		if m == len(s) || !isSeparator(s[m]) {
			return m
		}
		n = m + 1
	}
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func trimZeros(digits string) string {
	for digits != "" && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

func cutSeparator(s string) string {
	if s != "" && isSeparator(s[0]) {
		return s[1:]
	}
	return s
}

// hasPrefixFold reports whether s starts with word, which is lower-case ASCII
// letters, in any case.
func hasPrefixFold(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if s[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
func isSeparator(c byte) bool { return c == '.' || c == '_' || c == '-' }

// trimSpace trims what Python takes for white space: Unicode's, and the four
// ASCII information separators.
func trimSpace(s string) string {
	if s != "" && ' ' < s[0] && s[0] < 0x80 && ' ' < s[len(s)-1] && s[len(s)-1] < 0x80 {
		return s
	}
	return strings.TrimFunc(s, isSpace)
}

func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }
