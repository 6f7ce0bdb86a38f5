package sbom

import (
	"maps"
	"slices"

	"github.com/pysbom/pysbom/provenance"
)

// Hash is one digest that a document may state as such. Algorithm is the name
// that Python's hashlib gives it; emitters have their own.
type Hash struct{ Algorithm, Value string }

// algorithm is a row of the table below.
type algorithm struct {
	digits int  // of its digest in hexadecimal
	both   bool // CycloneDX and SPDX can both name it
}

// algorithms are those that at least one format can name.
var algorithms = map[string]algorithm{
	"md5": {32, true}, "sha1": {40, true}, "sha224": {56, false},
	"sha256": {64, true}, "sha384": {96, true}, "sha512": {128, true},
	"sha3_256": {64, true}, "sha3_384": {96, true}, "sha3_512": {128, true},
	"blake2b": {128, true},
}

// splitHashes returns the digests of h that at least one format can state, by
// name of the algorithm, and as "algorithm:digits" those that not every format
// can. A digest that is none of its algorithm is among the others only.
func splitHashes(h provenance.Hashes) (named []Hash, others []string) {
	for _, name := range sortedNames(h) {
		alg, ok := algorithms[name]
		ok = ok && isDigest(h[name], alg.digits)
		if ok {
			named = append(named, Hash{name, h[name]})
		}
		if !ok || !alg.both {
			others = append(others, name+":"+h[name])
		}
	}
	return named, others
}

// allHashes returns the digests of h as "algorithm:digits".
func allHashes(h provenance.Hashes) []string {
	var out []string
	for _, name := range sortedNames(h) {
		out = append(out, name+":"+h[name])
	}
	return out
}

func sortedNames[M ~map[string]string](h M) []string {
	if len(h) < 2 {
		for name := range h {
			return []string{name}
		}
		return nil
	}
	return slices.Sorted(maps.Keys(h))
}

func isDigest(s string, digits int) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == digits
}
