package owner

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strconv"
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
)

// rpmDatabases are the forms that rpm's database has had, newest first. Each
// yields the header of every package; the bytes are valid until the next one.
// journal is the write-ahead log beside the database, nil where there is none.
var rpmDatabases = []struct {
	file    string
	headers func(db, journal *blocks) iter.Seq2[[]byte, error]
}{
	{"rpmdb.sqlite", sqliteHeaders},
	{"Packages.db", ndbHeaders},
	{"Packages", bdbHeaders},
}

// loadRPM reads the first of rpm's databases that there is: a conversion from
// one form to another may leave the old one.
func loadRPM(l *loader) {
	for _, dir := range []string{"usr/lib/sysimage/rpm", "var/lib/rpm"} {
		for _, form := range rpmDatabases {
			if l.rpmDatabase(dir+"/"+form.file, form.headers) {
				return
			}
		}
	}
}

// rpmDatabase reads the database name, and reports whether there is one.
func (l *loader) rpmDatabase(name string, headers func(db, journal *blocks) iter.Seq2[[]byte, error]) bool {
	db, ok := l.blocks(name)
	if !ok {
		return false
	}
	defer db.close()
	journal, ok := l.blocks(name + "-wal")
	if ok {
		defer journal.close()
	}
	l.openSystem()
	for header, err := range headers(db, journal) {
		if err == nil {
			err = l.rpmPackage(header, name)
		}
		if err != nil {
			l.problem(CodeDatabase, name, err.Error())
		}
	}
	return true
}

// rpmPackage takes one header for a package.
func (l *loader) rpmPackage(data []byte, record string) error {
	h, err := parseRPMHeader(data)
	if err != nil {
		return err
	}
	p := &Package{
		Type: "rpm", Name: clean(h.text(rpmName)), Version: clean(h.text(rpmVersion)), Arch: clean(h.text(rpmArch)),
		Distro: l.release.distro(), Licence: clean(h.text(rpmLicence)), Homepage: cleanURL(h.text(rpmURL)),
		Maintainer: clean(h.text(rpmPackager)), Vendor: clean(h.text(rpmVendor)),
		Origin: provenance.Origin{Kind: provenance.KindOSPackage}, Database: "rpm", Record: l.path(record),
	}
	if p.Name == "" {
		return errors.New("a header without a name")
	}
	if release := clean(h.text(rpmRelease)); release != "" {
		p.Version += "-" + release
	}
	if epoch, ok := h.number(rpmEpoch, 0); ok {
		p.Epoch = strconv.FormatUint(uint64(epoch), 10)
	}
	p.Source, p.SourceVersion = sourceRPM(clean(h.text(rpmSource)))
	p.PURL = systemPURL(p, l.release)
	owns := false
	for name, digest := range h.files() {
		owns = l.own(p, name, digest) || owns
	}
	if owns {
		l.keep(p)
	}
	return nil
}

// sourceRPM takes NAME-VERSION-RELEASE.src.rpm apart.
func sourceRPM(file string) (name, version string) {
	file = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(file, ".rpm"), ".src"), ".nosrc")
	i := strings.LastIndexByte(file, '-')
	i = strings.LastIndexByte(file[:max(i, 0)], '-')
	if i <= 0 {
		return file, ""
	}
	return file[:i], file[i+1:]
}

// Tags of a header, and types of their values.
const (
	rpmName       = 1000
	rpmVersion    = 1001
	rpmRelease    = 1002
	rpmEpoch      = 1003
	rpmVendor     = 1011
	rpmLicence    = 1014
	rpmPackager   = 1015
	rpmURL        = 1020
	rpmArch       = 1022
	rpmOldNames   = 1027 // whole paths, before rpm 4
	rpmFileStates = 1029
	rpmFileModes  = 1030
	rpmDigests    = 1035
	rpmSource     = 1044
	rpmDirIndexes = 1116
	rpmBaseNames  = 1117
	rpmDirNames   = 1118
	rpmDigestAlgo = 5011

	rpmChar, rpmInt8, rpmInt16, rpmInt32 = 1, 2, 3, 4
	rpmString, rpmStrings, rpmI18N       = 6, 8, 9
)

// rpmHeader is the header of a package, without the lead-in that it has in a
// file: two counts, an index of entries of 16 bytes, and the data that they
// point into. All numbers are big-endian.
type rpmHeader struct {
	index []byte
	data  string
}

func parseRPMHeader(b []byte) (rpmHeader, error) {
	if len(b) < 8 {
		return rpmHeader{}, errors.New("a header that is cut short")
	}
	entries, size := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
	if 8+entries*16+size > uint64(len(b)) {
		return rpmHeader{}, errors.New("a header that is longer than its record")
	}
	data := b[8+entries*16:]
	return rpmHeader{b[8 : 8+entries*16], string(data[:size])}, nil
}

// entry returns type, count and data of a tag. The data may be more than the
// entry's.
func (h rpmHeader) entry(tag uint32) (typ, count uint32, data string) {
	for e := h.index; len(e) >= 16; e = e[16:] {
		if binary.BigEndian.Uint32(e) != tag {
			continue
		}
		offset := binary.BigEndian.Uint32(e[8:])
		if uint64(offset) > uint64(len(h.data)) {
			break
		}
		return binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[12:]), h.data[offset:]
	}
	return 0, 0, ""
}

// text returns the value of a tag, the first where there are several.
func (h rpmHeader) text(tag uint32) string {
	for s := range h.texts(tag) {
		return s
	}
	return ""
}

// texts yields the values of a tag.
func (h rpmHeader) texts(tag uint32) iter.Seq[string] {
	return func(yield func(string) bool) {
		typ, count, data := h.entry(tag)
		if typ != rpmString && typ != rpmStrings && typ != rpmI18N {
			return
		}
		for range count {
			s, rest, ok := strings.Cut(data, "\x00")
			if !ok || !yield(s) {
				return
			}
			data = rest
		}
	}
}

// number returns the i-th value of a tag.
func (h rpmHeader) number(tag uint32, i int) (uint32, bool) {
	return h.numbers(tag).at(i)
}

// rpmNumbers are the values of one tag.
type rpmNumbers struct {
	data string
	size int // bytes of each
}

func (h rpmHeader) numbers(tag uint32) rpmNumbers {
	typ, count, data := h.entry(tag)
	size := map[uint32]int{rpmChar: 1, rpmInt8: 1, rpmInt16: 2, rpmInt32: 4}[typ]
	if length := uint64(count) * uint64(size); length < uint64(len(data)) {
		data = data[:length]
	}
	return rpmNumbers{data, size}
}

func (n rpmNumbers) at(i int) (value uint32, ok bool) {
	if n.size == 0 || i < 0 || i >= len(n.data)/n.size {
		return 0, false
	}
	for _, c := range []byte(n.data[i*n.size : (i+1)*n.size]) {
		value = value<<8 | uint32(c)
	}
	return value, true
}

// files yields path and digest of the files that are in place; directories
// are left out. The digest is "" for what has none or an algorithm of no use
// here.
func (h rpmHeader) files() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		var dirs []string
		for dir := range h.texts(rpmDirNames) {
			if dirs = append(dirs, dir); len(dirs) > maxFiles {
				return
			}
		}
		names := rpmBaseNames
		if len(dirs) == 0 {
			names = rpmOldNames
		}
		indexes, modes, states := h.numbers(rpmDirIndexes), h.numbers(rpmFileModes), h.numbers(rpmFileStates)
		digests, stop := iter.Pull(h.texts(rpmDigests))
		defer stop()
		algorithm, _ := h.number(rpmDigestAlgo, 0)
		i := -1
		for name := range h.texts(uint32(names)) {
			i++
			digest, _ := digests()
			if algorithm == ripemd160 {
				digest = ""
			}
			if len(dirs) > 0 {
				at, ok := indexes.at(i)
				if !ok || uint64(at) >= uint64(len(dirs)) {
					continue
				}
				name = dirs[at] + name
			}
			mode, _ := modes.at(i)
			state, _ := states.at(i)
			if mode&fileType == directory || state == 1 || state == 2 || state == 4 { // replaced, not installed, of another architecture
				continue
			}
			if !yield(name, digest) {
				return
			}
		}
	}
}

const (
	fileType  = 0o170000
	directory = 0o040000
	ripemd160 = 3 // of the algorithms the one that its length does not tell from another
)

// blocks reads parts of a file, as a rule one after the other.
type blocks struct {
	r      io.ReaderAt
	size   int64
	close  func() error
	window []byte // what was read last
	from   int64  // where in the file that begins
}

// blocks opens a database. False without a problem means that there is none.
func (l *loader) blocks(name string) (*blocks, bool) {
	f, size, ok := l.open(name, maxTotal)
	if !ok || size == 0 {
		if ok {
			f.Close()
		}
		return nil, false
	}
	l.budget -= size
	if r, ok := f.(io.ReaderAt); ok {
		return &blocks{r: r, size: size, close: f.Close}, true
	}
	defer f.Close()
	if size > maxDatabase {
		l.problem(installed.CodeTooLarge, name, fmt.Sprintf("%d bytes: not read", size))
		return nil, false
	}
	data, err := io.ReadAll(io.LimitReader(f, size))
	if err != nil {
		l.problem(codeOf(err), name, reason(err))
		return nil, false
	}
	return &blocks{r: strings.NewReader(string(data)), size: int64(len(data)), close: func() error { return nil }}, true
}

var (
	errShort = errors.New("shorter than its own records say")
	errLarge = fmt.Errorf("a record of more than %d bytes", maxHeader)
)

// at returns n bytes at offset, valid until the next call.
func (b *blocks) at(offset int64, n int) ([]byte, error) {
	const ahead = 16 << 10
	if n > maxHeader {
		return nil, errLarge
	}
	if offset < 0 || n < 0 || int64(n) > b.size-offset {
		return nil, errShort
	}
	if start := offset - b.from; start >= 0 && start+int64(n) <= int64(len(b.window)) {
		return b.window[start : start+int64(n)], nil
	}
	length := int(min(int64(max(n, ahead)), b.size-offset))
	if cap(b.window) < length {
		b.window = make([]byte, length)
	}
	b.window, b.from = b.window[:length], offset
	if k, err := b.r.ReadAt(b.window, offset); k < length {
		b.window = b.window[:0]
		if err == nil || err == io.EOF {
			err = errShort
		}
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, err
	}
	return b.window[:n], nil
}
