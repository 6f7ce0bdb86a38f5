package owner

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
)

// Types of pages in a hash of Berkeley DB, and of items on one.
const (
	bdbHashUnsorted = 2
	bdbOverflow     = 7
	bdbHashMeta     = 8
	bdbHash         = 13

	bdbOnPage  = 1
	bdbOffPage = 3

	bdbMagic    = 0x061561
	bdbPageHead = 26
)

// bdb is a hash of Berkeley DB, in the byte order of the machine that wrote
// it.
type bdb struct {
	*blocks
	order binary.ByteOrder
	page  int64
	last  uint32
	total int64 // bytes of the values so far
	value []byte
}

// bdbHeaders reads a hash of Berkeley DB, rpm's format until 2020. Pages of
// keys and values stand between pages that continue long values, so it looks
// at the type of each. Key 0 counts the packages.
func bdbHeaders(db, _ *blocks) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		b, err := openBDB(db)
		if err != nil {
			yield(nil, err)
			return
		}
		for n := uint32(1); n <= b.last; n++ {
			head, err := b.at(int64(n)*b.page, bdbPageHead)
			if err != nil {
				yield(nil, err)
				return
			}
			if t := head[25]; t != bdbHash && t != bdbHashUnsorted {
				continue
			}
			page, err := b.at(int64(n)*b.page, int(b.page))
			if err != nil {
				yield(nil, err)
				return
			}
			for value, err := range b.values(bytes.Clone(page)) {
				if !yield(value, err) || err == errShort {
					return
				}
			}
		}
	}
}

func openBDB(db *blocks) (*bdb, error) {
	meta, err := db.at(0, 72)
	if err != nil {
		return nil, errors.New("not a Berkeley DB hash")
	}
	b := &bdb{blocks: db, order: binary.LittleEndian}
	if b.order.Uint32(meta[12:]) != bdbMagic {
		b.order = binary.BigEndian
	}
	b.page, b.last = int64(b.order.Uint32(meta[20:])), b.order.Uint32(meta[32:])
	switch {
	case b.order.Uint32(meta[12:]) != bdbMagic || meta[25] != bdbHashMeta:
		return nil, errors.New("not a Berkeley DB hash")
	case meta[24] != 0:
		return nil, errors.New("an encrypted Berkeley DB hash")
	case b.page < 512 || b.page > 64<<10 || b.page&(b.page-1) != 0:
		return nil, errors.New("a Berkeley DB hash with pages of no possible size")
	}
	return b, nil
}

// values yields the values on a page. Items are filled from its end, key and
// value in turn, and indexed from its front.
func (b *bdb) values(page []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		end := int(b.page)
		var key []byte
		for i := range int(b.order.Uint16(page[20:])) {
			if bdbPageHead+2*i+2 > len(page) {
				yield(nil, errShort)
				return
			}
			start := int(b.order.Uint16(page[bdbPageHead+2*i:]))
			if start >= end || start < bdbPageHead {
				yield(nil, errShort)
				return
			}
			item := page[start:end]
			end = start
			if i%2 == 0 {
				key = item
				continue
			}
			if len(bytes.Trim(key[1:], "\x00")) == 0 {
				continue
			}
			value, err := b.item(item)
			if !yield(value, err) {
				return
			}
		}
	}
}

// item returns the content of an item: what follows its type, or the pages
// that it names.
func (b *bdb) item(item []byte) ([]byte, error) {
	switch {
	case item[0] == bdbOnPage:
		return item[1:], nil
	case item[0] != bdbOffPage || len(item) < 12:
		return nil, errors.New("a value of a type that rpm does not use")
	}
	next, length := b.order.Uint32(item[4:]), int64(b.order.Uint32(item[8:]))
	if length > maxHeader {
		return nil, errLarge
	}
	if b.total += length; b.total > b.size {
		return nil, errShort
	}
	b.value = b.value[:0]
	for int64(len(b.value)) < length {
		page, err := b.at(int64(next)*b.page, int(b.page))
		if err != nil {
			return nil, err
		}
		n := int64(b.order.Uint16(page[22:]))
		if page[25] != bdbOverflow || n == 0 || bdbPageHead+n > b.page || next == 0 {
			return nil, errors.New("a value that does not go on where it says")
		}
		b.value = append(b.value, page[bdbPageHead:bdbPageHead+n]...)
		next = b.order.Uint32(page[16:])
	}
	return b.value[:length], nil
}
