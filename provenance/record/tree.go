package record

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"
)

// tree opens the files of one file system, directory by directory.
type tree struct {
	fsys fs.FS
	fold *folder // nil where names distinguish case
}

func (p *place) tree() *tree {
	t := &tree{fsys: p.fsys}
	if p.windows {
		t.fold = &folder{fsys: p.fsys}
	}
	return t
}

// directory is one directory of a tree, held open where that can be done.
type directory struct {
	*tree
	dir string
	sub fs.FS // nil: names start from the tree's top
}

// open opens the directory. One that is not there gives a directory in which
// nothing is.
func (t *tree) open(dir string) *directory {
	d := &directory{tree: t, dir: dir}
	if s, ok := t.fsys.(fs.SubFS); ok && dir != "." { // fs.Sub's own would hide Stat, and then a FIFO is opened to look at it
		if sub, err := s.Sub(dir); err == nil {
			d.sub = sub
		}
	}
	return d
}

func (d *directory) close() {
	if c, ok := d.sub.(io.Closer); ok {
		c.Close()
	}
}

// stat describes the regular file base of the directory, or fails.
func (d *directory) stat(base string) (fs.FileInfo, error) {
	if d.sub != nil {
		info, err := regular(fs.Stat(d.sub, base))
		if err == nil {
			return info, nil
		}
	}
	name := path.Join(d.dir, base) // a link may lead anywhere inside the root
	info, err := regular(fs.Stat(d.fsys, name))
	if err != nil && d.fold != nil && errors.Is(err, fs.ErrNotExist) {
		if other, ok := d.fold.find(name); ok {
			return regular(fs.Stat(d.fsys, other))
		}
	}
	return info, err
}

// file opens the regular file base of the directory. Anything else is not
// opened at all: a FIFO would block for ever.
func (d *directory) file(base string) (fs.File, fs.FileInfo, error) {
	if d.sub != nil {
		if _, err := regular(fs.Stat(d.sub, base)); err == nil {
			if f, info, err := openRegular(d.sub, base); err == nil {
				return f, info, nil
			}
		}
	}
	name := path.Join(d.dir, base)
	_, err := regular(fs.Stat(d.fsys, name))
	if err != nil && d.fold != nil && errors.Is(err, fs.ErrNotExist) {
		if other, ok := d.fold.find(name); ok {
			name = other
			_, err = regular(fs.Stat(d.fsys, name))
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return openRegular(d.fsys, name)
}

func openRegular(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := regular(f.Stat())
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

func regular(info fs.FileInfo, err error) (fs.FileInfo, error) {
	if err == nil && !info.Mode().IsRegular() {
		return nil, &notRegularError{info.Mode()}
	}
	return info, err
}

// readFile reads a small file whole.
func (t *tree) readFile(name string, limit int) ([]byte, error) {
	d := directory{tree: t, dir: path.Dir(name)}
	f, info, err := d.file(path.Base(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > int64(limit) {
		return nil, errTooLarge
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

var errTooLarge = errors.New("more than is read of such a file")

// folder finds names of the Windows layout that differ in case from what is
// there, in a copy that lies where case matters.
type folder struct {
	fsys fs.FS
	mu   sync.Mutex
	dirs map[string]map[string]string // the names in a directory by their lower-case form
}

// find returns how the tree spells name.
func (f *folder) find(name string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir := "."
	for part := range strings.SplitSeq(name, "/") {
		actual, ok := f.list(dir)[strings.ToLower(part)]
		if !ok {
			return "", false
		}
		dir = path.Join(dir, actual)
	}
	return dir, true
}

func (f *folder) list(dir string) map[string]string {
	if names, ok := f.dirs[dir]; ok {
		return names
	}
	names := map[string]string{}
	entries, _ := fs.ReadDir(f.fsys, dir) // what cannot be listed has nothing to find in it
	for _, e := range entries {
		lower := strings.ToLower(e.Name())
		if first, ok := names[lower]; !ok || e.Name() < first {
			names[lower] = e.Name()
		}
	}
	if f.dirs == nil {
		f.dirs = map[string]map[string]string{}
	}
	f.dirs[dir] = names
	return names
}

// job is one file to look at.
type job struct {
	name string // in the tree; "" for one that there is nothing to look at
	size int64  // as far as known: it only helps to share the work out
}

// batch is some jobs of one directory.
type batch struct {
	dir  string
	jobs []int
}

// Bounds on one batch: it is done by one worker, file by file.
const (
	batchFiles = 64
	batchBytes = 1 << 20
)

// batches puts the jobs of one directory together, in the order in which the
// directories were met.
func batches(jobs []job) []batch {
	var list []batch
	var bytes []int64
	latest := map[string]int{} // the batch of a directory that may still grow
	for i, j := range jobs {
		if j.name == "" {
			continue
		}
		dir := dirOf(j.name)
		k, ok := latest[dir]
		if !ok || len(list[k].jobs) == batchFiles || bytes[k] >= batchBytes {
			k = len(list)
			latest[dir] = k
			list, bytes = append(list, batch{dir: dir}), append(bytes, 0)
		}
		list[k].jobs = append(list[k].jobs, i)
		bytes[k] += max(j.size, 0)
	}
	return list
}

// dirOf is path.Dir of a clean name.
func dirOf(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return "."
}

// each calls do once for each job that has a name, several at once, with its
// index, its directory and its name in there. It ends early, with ctx's error,
// when ctx does.
func (v *Verifier) each(ctx context.Context, t *tree, jobs []job, do func(w *worker, d *directory, base string, i int)) error {
	list := batches(jobs)
	var next atomic.Int64
	work := func() {
		w := v.worker(ctx)
		defer v.workers.Put(w)
		for k := next.Add(1) - 1; k < int64(len(list)) && ctx.Err() == nil; k = next.Add(1) - 1 {
			d := t.open(list[k].dir)
			for _, i := range list[k].jobs {
				if ctx.Err() != nil {
					break
				}
				do(w, d, jobs[i].name[strings.LastIndexByte(jobs[i].name, '/')+1:], i)
			}
			d.close()
		}
	}
	n := min(v.parallel(), len(list))
	if n <= 1 {
		work()
		return ctx.Err()
	}
	var wg sync.WaitGroup
	for range n {
		wg.Go(work)
	}
	wg.Wait()
	return ctx.Err()
}
