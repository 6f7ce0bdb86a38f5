package installed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/pysbom/pysbom/provenance"
)

// Distribution is one installed project: one live .dist-info directory.
type Distribution struct {
	Site      *Site
	Dir       string // base name of the .dist-info directory
	Name      string // as METADATA declares it, else from Dir
	Version   string // verbatim, else from Dir; may be empty
	FromDir   bool   // METADATA did not say: Name or Version is only that of Dir
	Metadata  Metadata
	Wheel     Wheel
	Installer string // first line of INSTALLER; "" when there is none
	Requested bool   // there is a REQUESTED file

	// The origin records as they stand in the directory; nil when absent.
	DirectURL, ProvenanceURL []byte

	// Problems were met while reading; none of them made the distribution
	// disappear.
	Problems []*Problem
}

// Path returns where the .dist-info directory lies, with its root's prefix.
func (d *Distribution) Path() string { return d.Site.Label(d.Dir) }

// Wheel is what the WHEEL file says.
//
// https://packaging.python.org/en/latest/specifications/binary-distribution-format/
type Wheel struct {
	Tags      []string // expanded compatibility tags, as the file orders them
	Build     string
	Generator string
}

// Limits on what is read of one file.
const (
	maxMetadata = 16 << 20 // of METADATA's headers; the body behind them is not read
	maxRecord   = 16 << 20 // of an origin record
	maxSmall    = 1 << 20  // of WHEEL and INSTALLER
	readers     = 8        // at once: more than processors, as a cold read waits for the disk
)

// reader reads .dist-info directories one after the other with one buffer.
type reader struct{ buf []byte }

// read reads the .dist-info directory dir of site, which fsys holds open. It returns nil and a
// Problem when dir is no distribution.
func (r *reader) read(fsys fs.FS, site *Site, dir string) (*Distribution, *Problem) {
	d := &Distribution{Site: site, Dir: dir}
	sub, err := fs.Sub(fsys, dir)
	if err != nil { // a link, which the root may follow where one directory may not
		sub, err = fs.Sub(site.FS, pathJoin(site.Dir, dir))
	}
	var entries []fs.DirEntry
	if err == nil {
		defer closeFS(sub)
		entries, err = fs.ReadDir(sub, ".")
	}
	if err != nil {
		d.nameFromDir()
		d.problem(codeOf(err), "", reason(err))
		return d, nil
	}
	var hasMetadata, hasRecord bool
	for _, e := range entries {
		switch e.Name() {
		case "METADATA":
			hasMetadata = true
			d.readMetadata(r, sub, e)
		case "RECORD":
			hasRecord = true
		case "WHEEL":
			d.readWheel(r.file(d, sub, e, maxSmall))
		case "INSTALLER":
			line, _, _ := bytes.Cut(r.file(d, sub, e, maxSmall), []byte("\n"))
			text, _ := decode(bytes.TrimSpace(line))
			d.Installer = text
		case "REQUESTED":
			d.Requested = true
		case "direct_url.json":
			d.DirectURL = keep(r.file(d, sub, e, maxRecord))
		case "provenance_url.json":
			d.ProvenanceURL = keep(r.file(d, sub, e, maxRecord))
		}
	}
	if !hasMetadata && !hasRecord {
		return nil, &Problem{CodeCorrupt, d.Path(), "neither METADATA nor RECORD: not taken for a distribution"}
	}
	if !hasMetadata {
		d.problem(CodeNoMetadata, "", "no METADATA: name and version are the directory's")
	}
	d.nameFromDir()
	return d, nil
}

// readMetadata reads the headers of METADATA; the description behind them
// stays unread.
func (d *Distribution) readMetadata(r *reader, dir fs.FS, e fs.DirEntry) {
	f, size := d.open(dir, e)
	if f == nil {
		return
	}
	defer f.Close()
	head, whole, err := r.headers(f)
	if err != nil {
		d.problem(CodeUnreadable, e.Name(), reason(err))
	}
	if size > maxMetadata {
		msg := fmt.Sprintf("%d bytes: only the headers are read", size)
		if !whole {
			msg = fmt.Sprintf("%d bytes: the headers were read up to byte %d", size, len(head))
		}
		d.problem(CodeTooLarge, e.Name(), msg)
	}
	text, coding := decode(head)
	if coding != "" {
		d.problem(CodeMetadataCoding, e.Name(), "not UTF-8: read as "+coding)
	}
	var kinder []string
	d.Metadata, kinder = parseMetadata(text)
	if len(kinder) > 0 {
		d.problem(CodeMetadataHeader, e.Name(), "Python stops reading headers at "+strings.Join(kinder, "; "))
	}
}

// headers reads f up to the empty line that ends its headers, into the
// reader's buffer. whole tells whether that line or the end of f was found.
func (r *reader) headers(f io.Reader) (head []byte, whole bool, err error) {
	n := 0
	for {
		if n == len(r.buf) {
			if n >= maxMetadata {
				return r.buf[:maxMetadata], false, nil
			}
			r.buf = append(r.buf, make([]byte, max(16<<10, len(r.buf)))...)
		}
		k, err := f.Read(r.buf[n:])
		if end, found := headerEnd(r.buf[:n+k], n); found {
			return r.buf[:end], true, nil
		}
		n += k
		if err == io.EOF {
			return r.buf[:n], true, nil
		}
		if err != nil {
			return r.buf[:n], false, err
		}
	}
}

// file returns the content of a small file, valid until the next call; nil
// when it cannot be had, which is then noted as a problem of d.
func (r *reader) file(d *Distribution, dir fs.FS, e fs.DirEntry, limit int) []byte {
	f, size := d.open(dir, e)
	if f == nil {
		return nil
	}
	defer f.Close()
	if size > int64(limit) {
		d.problem(CodeTooLarge, e.Name(), fmt.Sprintf("%d bytes: not read", size))
		return nil
	}
	n := 0
	for {
		if n == len(r.buf) {
			r.buf = append(r.buf, make([]byte, max(16<<10, len(r.buf)))...)
		}
		k, err := f.Read(r.buf[n:])
		n += k
		switch {
		case int64(n) == size && size > 0: // another read would only say so
			return r.buf[:n]
		case n > limit:
			d.problem(CodeTooLarge, e.Name(), fmt.Sprintf("more than %d bytes: not read", limit))
			return nil
		case err == io.EOF:
			return r.buf[:n]
		case err != nil:
			d.problem(CodeUnreadable, e.Name(), reason(err))
			return nil
		}
	}
}

// open opens a regular file, or a link to one inside the root. Anything else
// (a FIFO would block for ever) is a problem of d, and nil.
func (d *Distribution) open(dir fs.FS, e fs.DirEntry) (fs.File, int64) {
	name := e.Name()
	if t := e.Type(); t&fs.ModeSymlink != 0 {
		dir, name = d.Site.FS, pathJoin(pathJoin(d.Site.Dir, d.Dir), name) // it may lead anywhere inside the root
		info, err := fs.Stat(dir, name)
		if err != nil {
			d.problem(codeOf(err), e.Name(), reason(err))
			return nil, 0
		}
		if !info.Mode().IsRegular() {
			d.problem(CodeNotRegular, e.Name(), "a link to "+modeWord(info.Mode()))
			return nil, 0
		}
	} else if !t.IsRegular() {
		d.problem(CodeNotRegular, e.Name(), modeWord(t))
		return nil, 0
	}
	f, err := dir.Open(name)
	if err != nil {
		d.problem(codeOf(err), e.Name(), reason(err))
		return nil, 0
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		d.problem(CodeNotRegular, e.Name(), "not a regular file")
		return nil, 0
	}
	return f, info.Size()
}

func (d *Distribution) readWheel(data []byte) {
	text, _ := decode(data)
	scanHeaders(text, func(h header) {
		switch {
		case is(h.key, "tag"):
			d.Wheel.Tags = append(d.Wheel.Tags, h.value)
		case is(h.key, "build"):
			d.Wheel.Build = h.value
		case is(h.key, "generator"):
			d.Wheel.Generator = h.value
		}
	})
}

// nameFromDir settles Name and Version: what METADATA declares, and where it
// declares nothing the two halves of the directory's name.
func (d *Distribution) nameFromDir() {
	d.Name, d.Version = d.Metadata.Name, d.Metadata.DistVersion
	base := strings.TrimSuffix(d.Dir, ".dist-info")
	name, version := base, ""
	if i := strings.LastIndexByte(base, '-'); i >= 0 {
		name, version = base[:i], base[i+1:]
	}
	switch {
	case d.Name == "":
		d.Name, d.FromDir = name, true
	case provenance.NormalizeName(d.Name) != provenance.NormalizeName(name):
		d.problem(CodeNameMismatch, "", "METADATA names another distribution, which counts")
	}
	if d.Version == "" {
		d.Version, d.FromDir = version, true
	}
}

func (d *Distribution) problem(code, file, msg string) {
	path := d.Path()
	if file != "" {
		path += "/" + file
	}
	d.Problems = append(d.Problems, &Problem{code, path, msg})
}

// keep copies what stands in the reader's buffer; an empty file stays apart
// from an absent one.
func keep(data []byte) []byte {
	if data == nil {
		return nil
	}
	return append([]byte{}, data...)
}

func codeOf(err error) string {
	if isEscape(err) || isLoop(err) || errors.Is(err, fs.ErrNotExist) {
		return CodeLinkRefused
	}
	return CodeUnreadable
}

func isLoop(err error) bool {
	return strings.Contains(err.Error(), "too many") // ELOOP, and os.Root's own count
}

// reason says why in the system's words, without the path.
func reason(err error) string {
	switch {
	case isEscape(err):
		return "a link that leads out of the root: not followed"
	case isLoop(err):
		return "a loop of links"
	case errors.Is(err, fs.ErrNotExist):
		return "a link that leads nowhere"
	}
	return unwrapPath(err).Error()
}

func modeWord(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory, not a file"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe: not opened"
	case m&fs.ModeSocket != 0:
		return "a socket: not opened"
	case m&fs.ModeDevice != 0:
		return "a device: not opened"
	}
	return "not a regular file"
}

// readAll reads the .dist-info directories dirs of site, several at once. The
// results are in the order of dirs; one of each pair is nil.
func readAll(fsys fs.FS, site *Site, dirs []string, done func()) ([]*Distribution, []*Problem) {
	dists, problems := make([]*Distribution, len(dirs)), make([]*Problem, len(dirs))
	var next sync.Mutex
	i := 0
	take := func() (int, int) {
		const batch = 16
		next.Lock()
		defer next.Unlock()
		from := i
		i = min(i+batch, len(dirs))
		return from, i
	}
	var wg sync.WaitGroup
	for range min(readers, len(dirs)) {
		wg.Go(func() {
			var r reader
			for from, to := take(); from < to; from, to = take() {
				for k := from; k < to; k++ {
					dists[k], problems[k] = r.read(fsys, site, dirs[k])
					done()
				}
			}
		})
	}
	wg.Wait()
	return dists, problems
}

// distInfoDirs lists the .dist-info directories of site, and what else there
// speaks of distributions that are not, or no longer, installed.
func distInfoDirs(fsys fs.FS, site *Site) (dirs []string, problems []*Problem, err error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, nil, &Problem{codeOf(err), site.Label(""), reason(err)}
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".dist-info") {
			continue
		}
		switch {
		case strings.HasPrefix(name, "~"):
			problems = append(problems, &Problem{CodeLeftover, site.Label(name), "left over from an interrupted removal: not installed"})
		case e.IsDir() || e.Type()&fs.ModeSymlink != 0:
			dirs = append(dirs, name)
		default:
			problems = append(problems, &Problem{CodeCorrupt, site.Label(name), "not a directory"})
		}
	}
	slices.Sort(dirs)
	return dirs, problems, nil
}
