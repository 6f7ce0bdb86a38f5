package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/pysbom/pysbom/provenance/installed"
)

// Status says what became of a file since it was installed.
type Status int

const (
	Unchanged  Status = iota // RECORD's hash is the file's
	Unhashed                 // there, but RECORD has no hash of it that can be compared
	Absent                   // gone, and allowed to be: byte code, what installers write for themselves
	Modified                 // another hash, or without one another size
	Missing                  // gone
	Unreadable               // a directory, a FIFO, no permission, larger than anything that is hashed
	Escaping                 // it leads out of the root, by its path or by a link: not looked at
)

var statusNames = [...]string{"unchanged", "unhashed", "absent", "modified", "missing", "unreadable", "escaping"}

// String returns the word that every output uses for s.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return fmt.Sprintf("status %d", int(s))
	}
	return statusNames[s]
}

// MarshalText implements [encoding.TextMarshaler] with the word of String.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Result is what became of one file.
type Result struct {
	Path      string `json:"path"`                // as RECORD says it
	Name      string `json:"name,omitempty"`      // inside the FS of the site; "" when the path leads out of it
	Status    Status `json:"status"`              //
	Installer bool   `json:"installer,omitempty"` // made by an installer, in no wheel: INSTALLER, RECORD, byte code
	Code      string `json:"code,omitempty"`      // "" for the first three states
	Reason    string `json:"reason,omitempty"`    // lower case; "" for an unchanged file
}

// Report is what became of the files of one distribution.
type Report struct {
	Path     string               `json:"path"`               // of the .dist-info directory, with its root's prefix
	Files    []Result             `json:"files,omitempty"`    // by Path; one for each line of RECORD, equal ones once
	Problems []*installed.Problem `json:"problems,omitempty"` // of RECORD itself
}

// Count returns how many files are in state s.
func (r *Report) Count(s Status) int {
	n := 0
	for i := range r.Files {
		if r.Files[i].Status == s {
			n++
		}
	}
	return n
}

// Intact reports whether RECORD was read, and every file that it has a hash
// of is there and has it. What has none and what leads out of the root is not
// counted: nothing is known about it.
func (r *Report) Intact() bool {
	for i := range r.Files {
		if s := r.Files[i].Status; s == Modified || s == Missing || s == Unreadable {
			return false
		}
	}
	return len(r.Files) > 0
}

// Verify compares the files of a distribution with its RECORD. distInfo is the
// base name of its .dist-info directory. Without a RECORD that can be read the
// Report has no Files and says why in Problems. The error is ctx's; the Report
// is then incomplete.
func (v *Verifier) Verify(ctx context.Context, site *installed.Site, distInfo string) (*Report, error) {
	p := placeOf(site)
	files, problems := p.files(site, distInfo)
	r := &Report{Path: site.Label(distInfo), Problems: problems, Files: make([]Result, len(files))}
	jobs := make([]job, len(files))
	for i := range files {
		f := &files[i]
		jobs[i] = job{f.Name, f.Size}
		r.Files[i] = Result{Path: f.Path, Name: f.Name, Installer: p.byInstaller(f, distInfo)}
		if f.Name == "" {
			r.Files[i].set(Escaping, CodeEscapes, "leads out of the root")
		}
	}
	wrongSize := make([]bool, len(files))
	own := path.Join(p.dir, distInfo, "RECORD")
	err := v.each(ctx, p.tree(), jobs, func(w *worker, d *directory, base string, i int) {
		wrongSize[i] = r.Files[i].verify(w, d, base, &files[i].Entry, jobs[i].name == own)
	})
	n := notes{path: site.Label(path.Join(distInfo, "RECORD"))}
	for i, wrong := range wrongSize {
		if wrong {
			n.add(CodeSize, "line %d: not the size of the file, whose hash is right", files[i].Line)
		}
	}
	r.Problems = append(r.Problems, n.problems()...)
	slices.SortStableFunc(r.Files, func(a, b Result) int { return cmp.Compare(a.Path, b.Path) })
	r.Files = slices.Compact(r.Files)
	return r, err
}

func (r *Result) set(s Status, code, reason string) { r.Status, r.Code, r.Reason = s, code, reason }

// verify looks at one file. It returns true when RECORD's hash is right and
// its size is not.
func (r *Result) verify(w *worker, d *directory, base string, e *Entry, own bool) (wrongSize bool) {
	a, known := algorithmOf(e.Algorithm)
	hashed := known && a.new != nil && e.Digest != "" && !own
	if !hashed {
		info, err := d.stat(base)
		if err != nil {
			r.trouble(err, e)
			return false
		}
		r.unhashed(e, info.Size(), own)
		return false
	}
	f, info, err := d.file(base)
	if err != nil {
		r.trouble(err, e)
		return false
	}
	defer f.Close()
	var s sum
	if err = errTooLarge; info.Size() <= maxFile {
		s, err = w.sum(f, a, false)
	}
	switch {
	case err != nil:
		r.trouble(err, e)
	case s.is(e.Digest):
		r.Status = Unchanged
		return e.Size >= 0 && s.size != e.Size
	case e.Size >= 0 && s.size != e.Size:
		r.set(Modified, CodeModified, fmt.Sprintf("%d bytes, RECORD says %d", s.size, e.Size))
	default:
		r.set(Modified, CodeModified, e.Algorithm+" differs")
	}
	return false
}

// unhashed settles a file that is there and whose content is not compared.
func (r *Result) unhashed(e *Entry, size int64, own bool) {
	switch {
	case own:
		r.set(Unhashed, "", "RECORD itself")
	case e.Size >= 0 && size != e.Size && !r.Installer:
		r.set(Modified, CodeModified, fmt.Sprintf("%d bytes, RECORD says %d", size, e.Size))
	case e.Algorithm == "":
		r.set(Unhashed, "", "no hash in RECORD")
	case e.Digest == "":
		r.set(Unhashed, "", "no hash in RECORD that can be used")
	default:
		r.set(Unhashed, "", "hashed with "+e.Algorithm+", which is not computed here")
	}
}

// trouble settles a file that cannot be had. A directory is one that RECORD
// may name, without a hash.
func (r *Result) trouble(err error, e *Entry) {
	var bad *notRegularError
	if errors.As(err, &bad) && bad.mode.IsDir() && e.Algorithm == "" {
		r.set(Unhashed, "", "a directory")
		return
	}
	r.set(trouble(err))
	if r.Status == Missing && r.Installer {
		r.set(Absent, "", "not there")
	}
}
