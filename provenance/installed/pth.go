package installed

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// PthFile is one .pth file of a site directory. Python reads them at every
// start: lines that begin with "import" are executed, the others are added to
// the path. Nothing is executed here.
//
// https://docs.python.org/3/library/site.html
type PthFile struct {
	Site *Site
	Name string
	Code []PthLine // the lines that Python executes
}

// PthLine is one line of a .pth file.
type PthLine struct {
	Number int // 1-based
	Text   string
}

// Path returns where the file lies, with its root's prefix.
func (f *PthFile) Path() string { return f.Site.Label(f.Name) }

// maxPthLines bounds how many lines of a .pth file count.
const maxPthLines = 10_000

// readPth reads the .pth file e of site and returns what it adds to the path.
func (r *reader) readPth(fsys fs.FS, site *Site, e fs.DirEntry) (*PthFile, []string, []*Problem) {
	d := &Distribution{Site: site, Dir: e.Name(), Format: EggInfoFile} // lends its name to what goes wrong
	text, coding := decode(r.file(d, fsys, e, maxSmall))
	if coding != "" {
		d.problem(CodeMetadataCoding, "", "not UTF-8: read as "+coding)
	}
	f := &PthFile{Site: site, Name: e.Name()}
	var paths []string
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if number++; number > maxPthLines {
			d.problem(CodeTooLarge, "", "more lines than are read of such a file")
			break
		}
		line = strings.TrimRight(line, " \t\r\n\f\v")
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t"):
			f.Code = append(f.Code, PthLine{number, line})
		default:
			paths = append(paths, line)
		}
	}
	return f, paths, d.Problems
}

// added returns the site that a line of a .pth file in s adds to the path, nil
// when there is no such directory or egg, or it may not be opened.
func (in *reading) added(s *Site, line string) *Site {
	line = strings.ReplaceAll(line, `\`, "/")
	root, dir := s.Root, path.Clean(pathJoin(s.Dir, line))
	switch {
	case isAbsolute(line):
		root, dir = in.outside(s.Root, path.Clean(line))
	case !fs.ValidPath(dir) && s.Root.Path != "": // out of the root by ../..
		root, dir = in.outside(s.Root, path.Join(s.Root.Path, dir))
	}
	if root == nil {
		return nil
	}
	info, err := fs.Stat(root.FS, dir)
	switch {
	case err != nil:
		return nil
	case info.IsDir():
		return &Site{FS: root.FS, Root: root, Dir: dir, Inherited: s.Inherited, Added: true}
	case info.Mode().IsRegular() && strings.EqualFold(path.Ext(dir), ".egg"):
		return zippedEgg(root, dir, s.Inherited)
	}
	return nil
}

// outside returns the root that an absolute path of the environment's file
// system lies in, nil when it may not be opened. One that is opened for it is
// a root of its own from then on.
func (in *reading) outside(from *Root, name string) (*Root, string) {
	root, dir, err := openBase(from, name, "added-"+strconv.Itoa(len(in.contents.Roots)+1))
	switch {
	case err != nil && from.Open != nil && strings.EqualFold(path.Ext(name), ".egg"): // a file: its directory is the root
		if root, _, err = openBase(from, path.Dir(name), "added-"+strconv.Itoa(len(in.contents.Roots)+1)); err != nil {
			return nil, ""
		}
		dir = path.Base(name)
	case err != nil:
		return nil, ""
	}
	if root != from {
		in.contents.Roots = append(in.contents.Roots, root)
	}
	return root, dir
}

func isAbsolute(p string) bool {
	return strings.HasPrefix(p, "/") || len(p) > 2 && p[1] == ':' && p[2] == '/'
}

// maxEgg bounds the zipped eggs that are read into memory.
const maxEgg = 64 << 20

// zippedEgg opens an egg that is an archive. Nil when it is none.
func zippedEgg(root *Root, name string, inherited bool) *Site {
	f, err := root.FS.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEgg+1))
	if err != nil || len(data) > maxEgg {
		return nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	return &Site{FS: archived{z, name}, Root: root, Dir: name, Inherited: inherited, Added: true}
}

// archived shows the content of an archive below the archive's own name, so
// that paths in it read as Python writes them: "x.egg/EGG-INFO/PKG-INFO".
type archived struct {
	fs.FS
	name string
}

// Open implements [fs.FS].
func (a archived) Open(name string) (fs.File, error) {
	if name == a.name {
		return a.FS.Open(".")
	}
	inner, ok := strings.CutPrefix(name, a.name+"/")
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return a.FS.Open(inner)
}
