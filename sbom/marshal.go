package sbom

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// chunkSize is how many elements are marshalled and hashed as one. It must not
// depend on the machine: the serial number rests on it.
const chunkSize = 64

// Elements are marshalled elements in order.
type Elements struct{ chunks []chunk }

type chunk struct {
	data []byte
	sum  [sha256.Size]byte
}

// Buffer takes the bytes of elements.
type Buffer struct {
	bytes.Buffer
	unhashed [][2]int // spans that the digest leaves out
}

// WriteUnhashed writes s, which [Elements.Serial] shall not depend on.
func (b *Buffer) WriteUnhashed(s string) {
	b.unhashed = append(b.unhashed, [2]int{b.Len(), b.Len() + len(s)})
	b.WriteString(s)
}

func (b *Buffer) chunk() chunk {
	data := bytes.Clone(b.Bytes())
	h := sha256.New()
	from := 0
	for _, span := range b.unhashed {
		h.Write(data[from:span[0]])
		from = span[1]
	}
	h.Write(data[from:])
	c := chunk{data: data}
	h.Sum(c.sum[:0])
	return c
}

// Marshal has n elements written, in parallel. newEncoder is called for each
// chunk and returns the function that writes element i to the chunk's buffer,
// with what stands between it and the next.
func Marshal(n int, newEncoder func(*Buffer) func(i int) error) (*Elements, error) {
	e := &Elements{chunks: make([]chunk, (n+chunkSize-1)/chunkSize)}
	errs := make([]error, len(e.chunks))
	var next atomic.Int64
	work := func() {
		var b Buffer
		for {
			k := int(next.Add(1)) - 1
			if k >= len(e.chunks) {
				return
			}
			b.Reset()
			b.unhashed = b.unhashed[:0]
			encode := newEncoder(&b)
			for i := k * chunkSize; i < min(n, (k+1)*chunkSize) && errs[k] == nil; i++ {
				errs[k] = encode(i)
			}
			e.chunks[k] = b.chunk()
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(e.chunks)) {
		wg.Go(work)
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// MarshalJSON marshals n elements as the lines of a JSON array, without its
// brackets: HTML is not escaped, a comma ends each line but the last.
func MarshalJSON(n int, element func(i int) any) (*Elements, error) {
	return Marshal(n, func(b *Buffer) func(int) error {
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		return func(i int) error {
			if err := e.Encode(element(i)); err != nil {
				return err
			}
			if i < n-1 {
				b.Truncate(b.Len() - 1)
				b.WriteString(",\n")
			}
			return nil
		}
	})
}

// WriteTo implements [io.WriterTo].
func (e *Elements) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for _, c := range e.chunks {
		n, err := w.Write(c.data)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// namespace is that of pysbom's serial numbers.
var namespace = [16]byte{0x4f, 0x0d, 0x1c, 0x52, 0x83, 0x6e, 0x5b, 0x0a, 0x9d, 0x3c, 0x61, 0x77, 0xe2, 0x2a, 0xb5, 0x14}

// Serial returns the UUID (version 5) of a document in the named format that
// consists of parts. What was written with [Buffer.WriteUnhashed] is no part
// of it.
func Serial(format string, parts ...*Elements) string {
	h := sha1.New()
	h.Write(namespace[:])
	io.WriteString(h, format)
	for _, part := range parts {
		h.Write([]byte{'\n'})
		for _, c := range part.chunks {
			h.Write(c.sum[:])
		}
	}
	var sum [sha1.Size]byte
	id := h.Sum(sum[:0])[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	s := hex.EncodeToString(id)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
