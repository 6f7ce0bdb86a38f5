package installed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pysbom/pysbom/provenance"
)

// Distribution is one installed project: one live .dist-info directory, or
// what setuptools and distutils wrote before there were any.
type Distribution struct {
	Site      *Site
	Format    Format
	Dir       string // base name of the .dist-info or .egg-info directory or file, or "EGG-INFO"
	Name      string // as METADATA declares it, else from Dir
	Version   string // verbatim, else from Dir; may be empty
	FromDir   bool   // METADATA did not say: Name or Version is only that of Dir
	Metadata  Metadata
	Wheel     Wheel
	Installer string // first line of INSTALLER; "" when there is none
	Requested bool   // there is a REQUESTED file

	BuiltLocally bool // there is a uv_build.json: uv built the wheel itself

	// The origin records as they stand in the directory; nil when absent.
	DirectURL, ProvenanceURL []byte

	// Rivals are distributions of the same name in the same directory. Which
	// one is live is a matter of the files that are there.
	Rivals []*Distribution

	// Problems were met while reading; none of them made the distribution
	// disappear.
	Problems []*Problem

	eggRequires []string // of requires.txt, which counts where PKG-INFO has no Requires-Dist
}

// Format is the form in which a distribution is recorded.
type Format string

const (
	DistInfo    Format = "dist-info"
	EggInfo     Format = "egg-info"      // a directory
	EggInfoFile Format = "egg-info-file" // distutils: the file is PKG-INFO itself
	Egg         Format = "egg"           // EGG-INFO in a directory or archive that is itself on the path
)

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

// reader reads distributions one after the other with one buffer.
type reader struct{ buf []byte }

// read reads the distribution that the entry name of site speaks for. It
// returns nil and a Problem when that is none.
func (r *reader) read(fsys fs.FS, site *Site, c candidate) (*Distribution, *Problem) {
	d := &Distribution{Site: site, Dir: c.name, Format: c.format}
	if c.format == EggInfoFile {
		d.readMetadata(r, fsys, c.entry)
		d.settleName()
		return d, nil
	}
	sub, err := fs.Sub(fsys, c.name)
	if err != nil { // a link, which the root may follow where one directory may not
		sub, err = fs.Sub(site.FS, pathJoin(site.Dir, c.name))
	}
	var entries []fs.DirEntry
	if err == nil {
		defer closeFS(sub)
		entries, err = fs.ReadDir(sub, ".")
	}
	if err != nil {
		d.settleName()
		d.problem(codeOf(err), "", reason(err))
		return d, nil
	}
	var metadata, record bool
	for _, e := range entries {
		switch name := e.Name(); {
		case name == "METADATA", name == "PKG-INFO" && c.format != DistInfo && !metadata:
			metadata = true
			d.readMetadata(r, sub, e)
		case name == "RECORD", name == "installed-files.txt":
			record = true
		default:
			d.readSmall(r, sub, e)
		}
	}
	if !metadata && !record {
		return nil, &Problem{CodeCorrupt, d.Path(), "neither METADATA nor RECORD: not taken for a distribution"}
	}
	if !metadata {
		d.problem(CodeNoMetadata, "", "no METADATA: name and version are the directory's")
	}
	d.settleName()
	return d, nil
}

// readSmall reads one of the small files beside METADATA.
func (d *Distribution) readSmall(r *reader, dir fs.FS, e fs.DirEntry) {
	switch e.Name() {
	case "WHEEL":
		d.readWheel(r.file(d, dir, e, maxSmall))
	case "INSTALLER":
		line, _, _ := bytes.Cut(r.file(d, dir, e, maxSmall), []byte("\n"))
		d.Installer, _ = decode(bytes.TrimSpace(line))
	case "REQUESTED":
		d.Requested = true
	case "uv_build.json":
		d.BuiltLocally = true
	case "direct_url.json":
		d.DirectURL = keep(r.file(d, dir, e, maxRecord))
	case "provenance_url.json":
		d.ProvenanceURL = keep(r.file(d, dir, e, maxRecord))
	case "requires.txt":
		if d.Format != DistInfo {
			text, _ := decode(r.file(d, dir, e, maxSmall))
			d.eggRequires = requiresOf(text)
		}
	}
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
		dir, name = d.Site.FS, d.inside(name) // it may lead anywhere inside the root
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

// inside returns the path in the site's file system of one of d's files.
func (d *Distribution) inside(name string) string {
	if d.Format == EggInfoFile {
		return pathJoin(d.Site.Dir, d.Dir)
	}
	return pathJoin(pathJoin(d.Site.Dir, d.Dir), name)
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

// settleName settles Name, Version and what is required: what METADATA
// declares, and where it declares nothing what the directory's name says.
func (d *Distribution) settleName() {
	m := &d.Metadata
	if m.RequiresDist == nil {
		m.RequiresDist = d.eggRequires
	}
	name, version := d.dirName()
	d.Name, d.Version = m.Name, m.DistVersion
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

// dirName takes the name of the directory apart. Eggs name the Python they
// were built for behind the version.
func (d *Distribution) dirName() (name, version string) {
	base := d.Dir
	if d.Format == Egg {
		base = path.Base(d.Site.Dir)
	}
	base = base[:len(base)-len(path.Ext(base))]
	if d.Format == DistInfo {
		if i := strings.LastIndexByte(base, '-'); i >= 0 {
			return base[:i], base[i+1:]
		}
		return base, ""
	}
	name, version, _ = strings.Cut(base, "-")
	version, _, _ = strings.Cut(version, "-py")
	return name, version
}

func (d *Distribution) problem(code, file, msg string) {
	where := d.Path()
	if file != "" && d.Format != EggInfoFile {
		where += "/" + file
	}
	d.Problems = append(d.Problems, &Problem{code, where, msg})
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

// candidate is an entry of a site that may be a distribution.
type candidate struct {
	name   string
	format Format
	entry  fs.DirEntry
}

// readAll reads the candidates of site, several at once. The results are in
// the order of the candidates; one of each pair is nil.
func readAll(fsys fs.FS, site *Site, candidates []candidate, done func()) ([]*Distribution, []*Problem) {
	dists, problems := make([]*Distribution, len(candidates)), make([]*Problem, len(candidates))
	const batch = 16
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(readers, len(candidates)) {
		wg.Go(func() {
			var r reader
			for {
				to := int(next.Add(batch))
				if to-batch >= len(candidates) {
					return
				}
				for k := to - batch; k < min(to, len(candidates)); k++ {
					dists[k], problems[k] = r.read(fsys, site, candidates[k])
					done()
				}
			}
		})
	}
	wg.Wait()
	return dists, problems
}

// candidateOf says what the entry e of a site is. A Problem is what speaks of
// a distribution that is not, or no longer, installed.
func candidateOf(site *Site, e fs.DirEntry) (candidate, *Problem) {
	name := e.Name()
	c := candidate{name: name, entry: e}
	isDir := e.IsDir() || e.Type()&fs.ModeSymlink != 0
	switch ext := path.Ext(name); {
	case strings.EqualFold(ext, ".dist-info"):
		c.format = DistInfo
	case strings.EqualFold(ext, ".egg-info"):
		c.format = EggInfo
		if !isDir {
			c.format = EggInfoFile
		}
	case name == "EGG-INFO" && isDir && strings.EqualFold(path.Ext(site.Dir), ".egg"):
		c.format = Egg
	default:
		return candidate{}, nil
	}
	switch {
	case strings.HasPrefix(name, "~"):
		return candidate{}, &Problem{CodeLeftover, site.Label(name), "left over from an interrupted removal: not installed"}
	case !isDir && c.format == DistInfo:
		return candidate{}, &Problem{CodeCorrupt, site.Label(name), "not a directory"}
	}
	return c, nil
}
