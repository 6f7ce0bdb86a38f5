package record

import (
	"context"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"runtime"
	"sync"
)

// Verifier hashes files. The zero Verifier is ready to use. One is enough for
// many distributions, from several goroutines too: it keeps its buffers.
type Verifier struct {
	// Parallel is how many files one call reads at once; 0 stands for twice
	// the number of processors, at most 8.
	Parallel int

	workers sync.Pool
}

// parallel returns how many workers there are: more than processors, as a cold
// read waits for the disk.
func (v *Verifier) parallel() int {
	if v.Parallel > 0 {
		return v.Parallel
	}
	return min(8, 2*runtime.GOMAXPROCS(0))
}

// maxFile is the largest file that is hashed. A sparse one may claim any size.
const maxFile = 64 << 30

// worker hashes one file after the other with one buffer.
type worker struct {
	ctx    context.Context
	buf    []byte
	hashes [len(algorithms)]hash.Hash
}

func (v *Verifier) worker(ctx context.Context) *worker {
	w, ok := v.workers.Get().(*worker)
	if !ok {
		w = &worker{buf: make([]byte, 128<<10)}
	}
	w.ctx = ctx
	return w
}

// hash returns a fresh hash of algorithm a, which has one.
func (w *worker) hash(a *algorithm) hash.Hash {
	for i := range algorithms {
		if &algorithms[i] != a {
			continue
		}
		if w.hashes[i] == nil {
			w.hashes[i] = a.new()
		}
		w.hashes[i].Reset()
		return w.hashes[i]
	}
	return a.new()
}

// sum is what was computed of a file's content.
type sum struct {
	size   int64
	digest [2 * maxDigest]byte // lower-case hexadecimal
	n      int                 // length of digest
	crc    uint32              // only where it was asked for
}

// is reports whether the digest is this one.
func (s *sum) is(digest string) bool { return s.n > 0 && string(s.digest[:s.n]) == digest }

// sum reads r to its end. a is nil where no digest is wanted.
func (w *worker) sum(r io.Reader, a *algorithm, crc bool) (sum, error) {
	var s sum
	var h hash.Hash
	if a != nil {
		h = w.hash(a)
	}
	for {
		n, err := r.Read(w.buf)
		s.size += int64(n)
		if h != nil {
			h.Write(w.buf[:n])
		}
		if crc {
			s.crc = crc32.Update(s.crc, crc32.IEEETable, w.buf[:n])
		}
		switch {
		case err == io.EOF:
			if h != nil {
				var raw [maxDigest]byte
				s.n = hex.Encode(s.digest[:], h.Sum(raw[:0]))
			}
			return s, nil
		case err != nil:
			return s, err
		case s.size > maxFile:
			return s, errTooLarge // it grows while it is read
		case w.ctx.Err() != nil:
			return s, w.ctx.Err()
		}
	}
}
