package installed

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"time"
)

// fastDir is a directory held open by its descriptor, for the thousands of
// small directories and files that a scan reads: a file costs open, stat, read
// and close, and nothing of what package os does for files that may block. It
// follows no link and goes one name down at a time, so it cannot leave its
// root; what it does not do, [Dir] does.
type fastDir struct{ fd int }

var errSlow = errors.New("only the general way can do that")

// fastSub opens the directory name below the open directory fd. It fails where
// a link has to be followed.
func fastSub(fd int, name string) (*fastDir, error) {
	const flags = syscall.O_RDONLY | syscall.O_DIRECTORY | syscall.O_NOFOLLOW | syscall.O_CLOEXEC
	current := -1
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			closeFd(current)
			return nil, errSlow
		}
		next, err := openat(fd, part, flags)
		closeFd(current)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		fd, current = next, next
	}
	return &fastDir{current}, nil
}

func openat(fd int, name string, flags int) (int, error) {
	for {
		got, err := syscall.Openat(fd, name, flags, 0)
		if err != syscall.EINTR {
			return got, err
		}
	}
}

func closeFd(fd int) {
	if fd >= 0 {
		syscall.Close(fd)
	}
}

// Sub implements [fs.SubFS].
func (d *fastDir) Sub(name string) (fs.FS, error) {
	sub, err := fastSub(d.fd, name)
	if err != nil {
		return nil, err
	}
	return sub, nil
}

// Close releases the directory.
func (d *fastDir) Close() error { return syscall.Close(d.fd) }

// Open opens a regular file of the directory itself, or the file system's
// error for a link.
func (d *fastDir) Open(name string) (fs.File, error) {
	if strings.Contains(name, "/") || name == "." || name == ".." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errSlow}
	}
	fd, err := openat(d.fd, name, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &fastFile{fd: fd, name: name}, nil
}

// ReadDir lists the directory, unsorted. name is ".".
func (d *fastDir) ReadDir(name string) ([]fs.DirEntry, error) {
	if _, err := syscall.Seek(d.fd, 0, io.SeekStart); err != nil || name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errSlow}
	}
	var buf [8 << 10]byte
	entries := make([]fs.DirEntry, 0, 8)
	for {
		n, err := syscall.ReadDirent(d.fd, buf[:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
		}
		if n == 0 {
			return entries, nil
		}
		if entries, err = d.appendEntries(entries, buf[:n]); err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
		}
	}
}

// appendEntries reads the linux_dirent64 records in data: inode and offset of
// eight bytes each, the record's length of two, the type of one, the name.
func (d *fastDir) appendEntries(entries []fs.DirEntry, data []byte) ([]fs.DirEntry, error) {
	const head = 19
	for len(data) >= head {
		size := int(binary.NativeEndian.Uint16(data[16:18]))
		if size < head || size > len(data) {
			return nil, errSlow
		}
		name := string(data[head:size])
		if end := strings.IndexByte(name, 0); end >= 0 {
			name = name[:end]
		}
		if name != "." && name != ".." {
			mode, known := modeOfType(data[18])
			if !known {
				mode = d.typeOf(name)
			}
			entries = append(entries, fastEntry{name, mode})
		}
		data = data[size:]
	}
	return entries, nil
}

// modeOfType returns the type bits for a d_type. Some file systems do not
// tell it.
func modeOfType(t byte) (fs.FileMode, bool) {
	switch t {
	case syscall.DT_REG:
		return 0, true
	case syscall.DT_DIR:
		return fs.ModeDir, true
	case syscall.DT_LNK:
		return fs.ModeSymlink, true
	case syscall.DT_FIFO:
		return fs.ModeNamedPipe, true
	case syscall.DT_SOCK:
		return fs.ModeSocket, true
	case syscall.DT_BLK, syscall.DT_CHR:
		return fs.ModeDevice, true
	}
	return 0, false
}

// typeOf asks the file system for the type of name. A d_type is the four
// upper bits of a mode.
func (d *fastDir) typeOf(name string) fs.FileMode {
	const path = 0x200000 // O_PATH: opens nothing, so it neither blocks nor needs permission
	fd, err := openat(d.fd, name, path|syscall.O_NOFOLLOW|syscall.O_CLOEXEC)
	if err != nil {
		return fs.ModeIrregular
	}
	defer syscall.Close(fd)
	var stat syscall.Stat_t
	if syscall.Fstat(fd, &stat) != nil {
		return fs.ModeIrregular
	}
	mode, known := modeOfType(byte(stat.Mode & syscall.S_IFMT >> 12))
	if !known {
		return fs.ModeIrregular
	}
	return mode
}

// fastEntry is a directory entry that knows its name and type.
type fastEntry struct {
	name string
	mode fs.FileMode
}

func (e fastEntry) Name() string               { return e.name }
func (e fastEntry) IsDir() bool                { return e.mode.IsDir() }
func (e fastEntry) Type() fs.FileMode          { return e.mode }
func (e fastEntry) Info() (fs.FileInfo, error) { return nil, errSlow }

// fastFile is an open file. It is its own FileInfo.
type fastFile struct {
	fd   int
	name string
	stat syscall.Stat_t
}

func (f *fastFile) Stat() (fs.FileInfo, error) {
	if err := syscall.Fstat(f.fd, &f.stat); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: f.name, Err: err}
	}
	return f, nil
}

func (f *fastFile) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := syscall.Read(f.fd, p)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (f *fastFile) Close() error       { return syscall.Close(f.fd) }
func (f *fastFile) Name() string       { return f.name }
func (f *fastFile) Size() int64        { return f.stat.Size }
func (f *fastFile) IsDir() bool        { return f.Mode().IsDir() }
func (f *fastFile) ModTime() time.Time { return time.Unix(f.stat.Mtim.Unix()) }
func (f *fastFile) Sys() any           { return &f.stat }

// Mode tells a regular file from anything else; what else is of no interest.
func (f *fastFile) Mode() fs.FileMode {
	switch f.stat.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		return fs.FileMode(f.stat.Mode & 0o777)
	case syscall.S_IFDIR:
		return fs.ModeDir
	}
	return fs.ModeIrregular
}

// fast opens the directory name of d the fast way.
func (d *Dir) fast(name string) (fs.FS, error) {
	top, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer top.Close()
	sub, err := fastSub(int(top.Fd()), name)
	if err != nil {
		return nil, err
	}
	return sub, nil
}
