package installed

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Root is one tree that reads are confined to.
type Root struct {
	FS   fs.FS
	ID   string // "" for the tree that was asked for; else what stands before a colon in every path of this root
	Path string // where the tree lies in the file system of the host; "" when it is not there (an image)

	// Open gives the tree at a path of the host, for the packages that an
	// environment inherits from its base interpreter. Nil when that is not
	// wanted or not possible; a base that lies inside FS needs no Open.
	Open func(path string) (fs.FS, error)
}

// label returns name as outputs show it: with the root's ID in front.
func (r *Root) label(name string) string {
	if r.ID == "" {
		return name
	}
	return r.ID + ":" + name
}

// OpenDir opens the directory dir of the host as a file system that follows
// no link out of it. The caller closes it.
func OpenDir(dir string) (*Dir, error) {
	r, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Dir{root: r, FS: r.FS()}, nil
}

// Dir is an open directory. Besides fs.FS it implements what [os.Root.FS]
// does, and Sub holds the subdirectory open, which makes reading the files of
// one directory cheaper.
type Dir struct {
	root *os.Root
	fs.FS
}

// Sub opens the directory name. The caller closes what it returns.
func (d *Dir) Sub(name string) (fs.FS, error) {
	if sub, err := d.fast(name); err == nil {
		return sub, nil
	}
	r, err := d.root.OpenRoot(path.Join(".", name))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: unwrapPath(err)}
	}
	return &Dir{root: r, FS: r.FS()}, nil
}

// ReadDir implements [fs.ReadDirFS].
func (d *Dir) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(d.FS, name) }

// Stat implements [fs.StatFS]: it follows links inside the root.
func (d *Dir) Stat(name string) (fs.FileInfo, error) { return d.root.Stat(name) }

// Lstat implements [fs.ReadLinkFS].
func (d *Dir) Lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }

// ReadLink implements [fs.ReadLinkFS].
func (d *Dir) ReadLink(name string) (string, error) { return d.root.Readlink(name) }

// Close releases the directory.
func (d *Dir) Close() error { return d.root.Close() }

// closeFS closes what fs.Sub opened, where there is something to close.
func closeFS(fsys fs.FS) {
	if c, ok := fsys.(io.Closer); ok {
		c.Close()
	}
}

// unwrapPath returns the cause of a path error, so that an outer path can be
// put in front without saying the inner one too.
func unwrapPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// isEscape reports whether err is how os.Root refuses a link.
func isEscape(err error) bool {
	return err != nil && strings.Contains(err.Error(), "path escapes")
}
