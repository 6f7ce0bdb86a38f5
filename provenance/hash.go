package provenance

import "slices"

// algorithm is a hash that Python's hashlib knows.
type algorithm struct {
	name   string
	digits int  // hexadecimal digits of a digest
	strong bool // guaranteed by hashlib and allowed by PEP 710
}

// hashlib.new takes more names, depending on the OpenSSL it is built with.
var algorithms = [...]algorithm{
	{"sha256", 64, true},
	{"sha512", 128, true},
	{"sha384", 96, true},
	{"sha224", 56, true},
	{"sha3_224", 56, true},
	{"sha3_256", 64, true},
	{"sha3_384", 96, true},
	{"sha3_512", 128, true},
	{"blake2b", 128, true},
	{"blake2s", 64, true},
	{"sha1", 40, false},
	{"md5", 32, false},
	{"sha512_224", 56, false},
	{"sha512_256", 64, false},
	{"ripemd160", 40, false},
	{"sm3", 64, false},
}

// algorithmOf returns the algorithm that hashlib knows by exactly that name.
func algorithmOf(name string) (algorithm, bool) {
	for i := range algorithms {
		if algorithms[i].name == name {
			return algorithms[i], true
		}
	}
	return algorithm{name: name}, false
}

// accepts reports whether digest can be one of a; any even number of digits
// where a is not known.
func (a algorithm) accepts(digest string) bool {
	if a.digits == 0 {
		return digest != "" && len(digest)%2 == 0 && isHex(digest)
	}
	return len(digest) == a.digits && isHex(digest)
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}

// names returns the names of h in order.
func (h Hashes) names() []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
