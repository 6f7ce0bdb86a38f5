package record

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"
)

// algorithm is a hash that Python's hashlib knows.
type algorithm struct {
	name string
	size int              // bytes of a digest
	new  func() hash.Hash // nil where the standard library has none
	weak bool             // collisions can be made: equality proves nothing
}

// The first one is what every installer writes.
var algorithms = [...]algorithm{
	{"sha256", 32, sha256.New, false},
	{"sha512", 64, sha512.New, false},
	{"sha384", 48, sha512.New384, false},
	{"sha224", 28, sha256.New224, false},
	{"sha512_256", 32, sha512.New512_256, false},
	{"sha512_224", 28, sha512.New512_224, false},
	{"sha3_224", 28, func() hash.Hash { return sha3.New224() }, false},
	{"sha3_256", 32, func() hash.Hash { return sha3.New256() }, false},
	{"sha3_384", 48, func() hash.Hash { return sha3.New384() }, false},
	{"sha3_512", 64, func() hash.Hash { return sha3.New512() }, false},
	{"blake2b", 64, nil, false},
	{"blake2s", 32, nil, false},
	{"sha1", 20, sha1.New, true},
	{"md5", 16, md5.New, true},
}

// algorithmOf returns the algorithm of that name, in lower case.
func algorithmOf(name string) (*algorithm, bool) {
	for i := range algorithms {
		if algorithms[i].name == name {
			return &algorithms[i], true
		}
	}
	return nil, false
}
