package owner

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
)

// ndbHeaders reads rpm's own format, which SUSE uses: a table of slots of 16
// bytes at the front, each with the place of a record in blocks of 16 bytes. A
// record is the header between 16 bytes that say its length and 12 that end
// it. All numbers are little-endian.
func ndbHeaders(db, _ *blocks) iter.Seq2[[]byte, error] {
	const (
		magic, slot, record   = 'R' | 'p'<<8 | 'm'<<16 | 'P'<<24, 'S' | 'l'<<8 | 'o'<<16 | 't'<<24, 'B' | 'l'<<8 | 'b'<<16 | 'S'<<24
		page, unit, head, end = 4096, 16, 16, 12
	)
	return func(yield func([]byte, error) bool) {
		first, err := db.at(0, 2*unit)
		if err != nil || binary.LittleEndian.Uint32(first) != magic || binary.LittleEndian.Uint32(first[4:]) != 0 {
			yield(nil, errors.New("not an ndb database of rpm"))
			return
		}
		table, err := db.at(0, int(binary.LittleEndian.Uint32(first[12:]))*page)
		if err != nil {
			yield(nil, err)
			return
		}
		total := int64(0)
		for s := range slices.Chunk(bytes.Clone(table[min(2*unit, len(table)):]), unit) {
			if binary.LittleEndian.Uint32(s) != slot {
				yield(nil, errors.New("a slot without its mark"))
				return
			}
			key, place := binary.LittleEndian.Uint32(s[4:]), int64(binary.LittleEndian.Uint32(s[8:]))*unit
			if key == 0 {
				continue
			}
			blob, err := db.at(place, head)
			if err == nil && (binary.LittleEndian.Uint32(blob) != record || binary.LittleEndian.Uint32(blob[4:]) != key) {
				err = errors.New("a record that is not where its slot says")
			}
			if err == nil {
				length := int64(binary.LittleEndian.Uint32(blob[12:]))
				if total += head + length + end; total > db.size {
					yield(nil, errShort)
					return
				}
				blob, err = db.at(place+head, int(length))
			}
			if !yield(blob, err) {
				return
			}
		}
	}
}
