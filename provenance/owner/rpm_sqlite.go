package owner

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
)

// sqlite reads one table of a database of SQLite 3, the form of rpm's database
// since 2020. It knows no indexes, no SQL and no locks: the pages of the table's
// tree are read in order, with those that the write-ahead log has anew.
//
// https://www.sqlite.org/fileformat2.html
type sqlite struct {
	db, wal *blocks
	page    int64            // bytes of a page
	usable  int64            // of these for content
	pages   int64            // how many there can be
	newer   map[uint32]int64 // by number: where in wal a page's content is
	visited int64            // pages of trees
	total   int64            // bytes of rows
	row     []byte           // the one that is read
}

// Types of pages in the tree of a table.
const (
	sqliteInterior = 5
	sqliteLeaf     = 13
)

var errNotSQLite = errors.New("not an SQLite database")

// sqliteHeaders yields the second column of the table Packages: hnum, blob.
func sqliteHeaders(db, wal *blocks) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s, err := openSQLite(db, wal)
		if err != nil {
			yield(nil, err)
			return
		}
		root := uint32(0)
		for row, err := range s.table(1) { // the schema: type, name, tbl_name, rootpage, sql
			if err != nil {
				yield(nil, err)
				return
			}
			if string(column(row, 0)) == "table" && string(column(row, 1)) == "Packages" {
				for _, c := range column(row, 3) {
					root = root<<8 | uint32(c)
				}
				break
			}
		}
		if root == 0 {
			yield(nil, errors.New("no table Packages"))
			return
		}
		for row, err := range s.table(root) {
			if blob := column(row, 1); !yield(blob, err) {
				return
			}
		}
	}
}

func openSQLite(db, wal *blocks) (*sqlite, error) {
	s := &sqlite{db: db, wal: wal}
	head, err := db.at(0, 100)
	if err != nil || string(head[:16]) != "SQLite format 3\x00" {
		return nil, errNotSQLite
	}
	s.page = int64(binary.BigEndian.Uint16(head[16:]))
	if s.page == 1 {
		s.page = 64 << 10
	}
	s.usable = s.page - int64(head[20])
	if s.page < 512 || s.page&(s.page-1) != 0 || s.usable < 480 {
		return nil, errNotSQLite
	}
	s.pages = db.size / s.page
	if wal != nil {
		s.readLog()
		s.pages += wal.size / s.page
	}
	return s, nil
}

// readLog finds the pages in the write-ahead log that belong to complete
// transactions: frames of a page each, the last one of a transaction marked, all
// with the salt of the log's header and a running checksum. What does not fit
// is left over from an earlier use of the file, and ends the log.
func (s *sqlite) readLog() {
	const head = 24
	h, err := s.wal.at(0, 32)
	if err != nil || binary.BigEndian.Uint32(h)&^1 != 0x377f0682 || int64(binary.BigEndian.Uint32(h[8:])) != s.page {
		return
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if h[3]&1 == 1 {
		order = binary.BigEndian
	}
	salt := string(h[16:24])
	sum := logSum{order: order}
	sum.add(h[:24])
	if !sum.is(h[24:32]) {
		return
	}
	s.newer = map[uint32]int64{}
	open := map[uint32]int64{}
	for at := int64(32); ; at += head + s.page {
		f, err := s.wal.at(at, head+int(s.page))
		if err != nil || string(f[8:16]) != salt {
			return
		}
		sum.add(f[:8])
		sum.add(f[head:])
		if !sum.is(f[16:24]) {
			return
		}
		open[binary.BigEndian.Uint32(f)] = at + head
		if binary.BigEndian.Uint32(f[4:]) != 0 {
			for n, place := range open {
				s.newer[n] = place
			}
			clear(open)
		}
	}
}

// logSum is the checksum of a write-ahead log.
type logSum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (c *logSum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		c.a += c.order.Uint32(data) + c.b
		c.b += c.order.Uint32(data[4:]) + c.a
	}
}

func (c *logSum) is(stored []byte) bool {
	return c.a == binary.BigEndian.Uint32(stored) && c.b == binary.BigEndian.Uint32(stored[4:])
}

// read returns page n, valid until the next call.
func (s *sqlite) read(n uint32) ([]byte, error) {
	if place, ok := s.newer[n]; ok {
		return s.wal.at(place, int(s.page))
	}
	if n == 0 {
		return nil, errShort
	}
	return s.db.at(int64(n-1)*s.page, int(s.page))
}

// table yields the rows of the table whose tree begins at page root. A row is
// valid until the next one. An error ends the iteration.
func (s *sqlite) table(root uint32) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		_, err := s.walk(root, 0, func(row []byte) bool { return yield(row, nil) })
		if err != nil {
			yield(nil, err)
		}
	}
}

// walk yields the rows below page n in the order of their keys, and reports
// whether to go on.
func (s *sqlite) walk(n uint32, depth int, yield func([]byte) bool) (more bool, err error) {
	const deepest = 32
	if s.visited++; s.visited > s.pages || depth > deepest {
		return false, errors.New("a tree that does not end")
	}
	page, err := s.read(n)
	if err != nil {
		return false, err
	}
	page = bytes.Clone(page)
	head := page
	if n == 1 {
		head = page[100:] // behind the header of the file
	}
	cells, cellsAt := int(binary.BigEndian.Uint16(head[3:])), 8
	if head[0] == sqliteInterior {
		cellsAt = 12
	}
	if head[0] != sqliteInterior && head[0] != sqliteLeaf || cellsAt+2*cells > len(head) {
		return false, errors.New("a page that belongs to no table")
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(head[cellsAt+2*i:]))
		if at+4 > len(page) {
			return false, errShort
		}
		if head[0] == sqliteInterior {
			more, err = s.walk(binary.BigEndian.Uint32(page[at:]), depth+1, yield)
		} else if row, e := s.cell(page[at:]); e != nil {
			more, err = false, e
		} else {
			more = yield(row)
		}
		if !more {
			return false, err
		}
	}
	if head[0] == sqliteLeaf {
		return true, nil
	}
	return s.walk(binary.BigEndian.Uint32(head[8:]), depth+1, yield)
}

// cell returns the row in a cell of a leaf: its length, its key, and as much of
// it as fits here, with the number of the page where it goes on.
func (s *sqlite) cell(cell []byte) ([]byte, error) {
	size, n := varint(cell)
	_, k := varint(cell[n:])
	cell = cell[n+k:]
	if n == 0 || k == 0 {
		return nil, errShort
	}
	if size > maxHeader {
		return nil, errLarge
	}
	length := int64(size)
	if s.total += length; s.total > s.pages*s.page {
		return nil, errShort
	}
	local := length
	if longest := s.usable - 35; length > longest {
		shortest := (s.usable-12)*32/255 - 23
		if local = shortest + (length-shortest)%(s.usable-4); local > longest {
			local = shortest
		}
	}
	if local > int64(len(cell)) || local < length && local+4 > int64(len(cell)) {
		return nil, errShort
	}
	if local == length {
		return cell[:length], nil
	}
	s.row = append(s.row[:0], cell[:local]...)
	next := binary.BigEndian.Uint32(cell[local:])
	for int64(len(s.row)) < length {
		page, err := s.read(next)
		if err != nil {
			return nil, err
		}
		part := min(s.usable-4, length-int64(len(s.row)))
		s.row = append(s.row, page[4:4+part]...)
		next = binary.BigEndian.Uint32(page)
	}
	return s.row, nil
}

// column returns the bytes of the i-th value in a row: lengths of the values
// stand before the values. Nil where there is none.
func column(row []byte, i int) []byte {
	size, n := varint(row)
	if n == 0 || size > uint64(len(row)) {
		return nil
	}
	types, values := row[n:max(int(size), n)], row[size:]
	for ; len(types) > 0; i-- {
		typ, n := varint(types)
		if n == 0 {
			return nil
		}
		length := uint64(0)
		switch {
		case typ >= 12:
			length = (typ - 12) / 2
		case typ < 8:
			length = [...]uint64{0, 1, 2, 3, 4, 6, 8, 8}[typ]
		}
		if length > uint64(len(values)) {
			return nil
		}
		if i == 0 {
			return values[:length]
		}
		types, values = types[n:], values[length:]
	}
	return nil
}

// varint reads a number of up to nine bytes, seven bits of each but the last,
// and says how many they were: 0 where b ends too early.
func varint(b []byte) (value uint64, n int) {
	for i, c := range b {
		if i == 8 {
			return value<<8 | uint64(c), 9
		}
		value = value<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}
