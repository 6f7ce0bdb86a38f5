package owner

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"unicode"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
)

// Limits on what is read. A desktop system has 10 MB of dpkg's status, 40 MB
// of file lists, 300 MB of rpm headers.
const (
	maxTotal    = 1 << 30   // of all databases together
	maxRecord   = 64 << 20  // of one text file
	maxDatabase = 512 << 20 // of a database that has to be held in memory
	maxSmall    = 1 << 20   // of os-release and the like
	maxHeader   = 64 << 20  // of one package's header in rpm's database
	maxFiles    = 1 << 20   // that are kept, and in one record
	maxPackages = 1 << 17   // in one database
	maxProblems = 20        // of one code: a broken database is told in a few words
)

// loader reads the databases below one directory into owners.
type loader struct {
	fsys     fs.FS
	dir      string
	want     func(string) bool
	budget   int64 // bytes that may still be read
	owners   *Owners
	problems []*installed.Problem
	buf      []byte // what text reads into

	system  bool // the root's links and os-release were read
	release osRelease
}

// openSystem reads, once, what concerns all packages of an operating system.
func (l *loader) openSystem() {
	if l.system {
		return
	}
	l.system = true
	l.release = l.readOSRelease()
	for _, top := range []string{"bin", "lib", "lib32", "lib64", "libx32", "sbin"} {
		to, err := fs.ReadLink(l.fsys, l.path(top))
		if err != nil {
			continue
		}
		if to = strings.TrimPrefix(path.Clean(to), "/"); strings.HasPrefix(to, "usr/") && fs.ValidPath(to) {
			if l.owners.merged == nil {
				l.owners.merged = map[string]string{}
			}
			l.owners.merged[top] = to
		}
	}
}

// own notes that p owns name, if that path is wanted, and reports whether p
// owns it now. See wanted for name; digest may be any text.
func (l *loader) own(p *Package, name, digest string) bool {
	name, ok := l.wanted(name)
	return ok && l.put(p, name, digest)
}

// wanted returns the key that the file name has in owners. name is a path
// below the directory that is loaded, or an absolute one of the root file
// system.
func (l *loader) wanted(name string) (string, bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "/"), "./")
	if len(l.owners.merged) > 0 {
		name = l.owners.canonical(name)
	}
	full := name
	if l.dir != "." {
		full = l.dir + "/" + name
	}
	return name, l.want(full) && fs.ValidPath(name) && name != "."
}

// put makes p the owner of a wanted file, unless that has one.
func (l *loader) put(p *Package, name, digest string) bool {
	digest = strings.ToLower(digest)
	if algorithmOf(digest) == "" {
		digest = ""
	}
	if had, ok := l.owners.files[name]; ok {
		if had.owner == p && had.digest == "" {
			l.owners.files[name] = file{p, strings.Clone(digest)}
		}
		return had.owner == p
	}
	if len(l.owners.files) >= maxFiles {
		l.problemAt(installed.CodeTooLarge, p.Record, fmt.Sprintf("more than %d files: the others are not kept", maxFiles))
		return false
	}
	if l.owners.files == nil {
		l.owners.files = map[string]file{}
	}
	l.owners.files[strings.Clone(name)] = file{p, strings.Clone(digest)}
	return true
}

// keep adds p to the packages.
func (l *loader) keep(p *Package) { l.owners.packages = append(l.owners.packages, p) }

// path returns name, below the directory that is loaded, as fsys knows it.
func (l *loader) path(name string) string { return path.Join(l.dir, name) }

// problem notes what is wrong with the file name, below the directory that is
// loaded.
func (l *loader) problem(code, name, msg string) { l.problemAt(code, l.path(name), msg) }

func (l *loader) problemAt(code, path, msg string) {
	same := 0
	for _, p := range l.problems {
		if p.Code == code {
			same++
		}
		if p.Path == path && p.Msg == msg {
			return
		}
	}
	if same < maxProblems {
		l.problems = append(l.problems, &installed.Problem{Code: code, Path: path, Msg: msg})
	}
}

// text returns the whole of the file name; false where there is none, or none
// that can be read, which is then a problem.
func (l *loader) text(name string, limit int64) (string, bool) {
	f, size, ok := l.open(name, limit)
	if !ok {
		return "", false
	}
	defer f.Close()
	if int64(cap(l.buf)) <= size { // one more, to see the end
		l.buf = make([]byte, size+size/4+4096)
	}
	n, err := io.ReadFull(io.LimitReader(f, limit+1), l.buf[:cap(l.buf)])
	for err == nil { // it grew since
		l.buf = append(l.buf[:n], make([]byte, n)...)
		var k int
		k, err = io.ReadFull(io.LimitReader(f, limit+1-int64(n)), l.buf[n:])
		n += k
	}
	l.budget -= int64(n)
	switch {
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		l.problem(codeOf(err), name, reason(err))
		return "", false
	case int64(n) > limit:
		l.problem(installed.CodeTooLarge, name, fmt.Sprintf("more than %d bytes: not read", limit))
		return "", false
	}
	return string(l.buf[:n]), true
}

// open opens the regular file name of at most limit bytes. False without a
// problem means that there is no such file.
func (l *loader) open(name string, limit int64) (fs.File, int64, bool) {
	full := l.path(name)
	info, err := fs.Stat(l.fsys, full) // before opening: to open a pipe may block
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return nil, 0, false
	}
	if err != nil {
		l.problem(codeOf(err), name, reason(err))
		return nil, 0, false
	}
	if !info.Mode().IsRegular() {
		l.problem(installed.CodeNotRegular, name, "not a regular file")
		return nil, 0, false
	}
	if size := info.Size(); size > limit || size > l.budget {
		l.problem(installed.CodeTooLarge, name, fmt.Sprintf("%d bytes: not read", size))
		return nil, 0, false
	}
	f, err := l.fsys.Open(full)
	if err != nil {
		l.problem(codeOf(err), name, reason(err))
		return nil, 0, false
	}
	return f, info.Size(), true
}

// list returns the entries of the directory name, sorted by name; none where
// there is no such directory.
func (l *loader) list(name string) []fs.DirEntry {
	full := l.path(name)
	entries, err := fs.ReadDir(l.fsys, full)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) {
		l.problem(codeOf(err), name, reason(err))
	}
	return entries
}

// isNotDir reports whether err says that a part of the path is no directory:
// then there is no such file either.
func isNotDir(err error) bool {
	return errors.Is(err, syscall.ENOTDIR)
}

func codeOf(err error) string {
	if strings.Contains(err.Error(), "path escapes") {
		return installed.CodeLinkRefused
	}
	return installed.CodeUnreadable
}

// reason says why in the system's words, without the path.
func reason(err error) string {
	if codeOf(err) == installed.CodeLinkRefused {
		return "a link that leads out of the root: not followed"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// clean returns s as valid UTF-8 without control characters and without white
// space around it, in memory of its own.
func clean(s string) string {
	s = strings.Clone(strings.TrimSpace(s))
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return strings.TrimSpace(strings.Map(func(r rune) rune {
				if unicode.IsControl(r) {
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, "\ufffd")))
		}
	}
	return s
}

func cleanURL(s string) string {
	url, _ := provenance.CleanURL(s)
	return url
}
