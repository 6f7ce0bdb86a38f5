package record

import (
	"context"
	"fmt"
	"strings"

	"github.com/pysbom/pysbom/provenance/installed"
)

// Choice says which of several .dist-info directories is the live one.
type Choice struct {
	Winner int    // index into what was asked; -1 when that is ambiguous
	Reason string // lower case
}

// Choose decides between .dist-info directories of one site, by their base
// names, that stand for the same project: an interrupted upgrade leaves two.
// The live one is that whose RECORD fits the files that are there. Whether
// they exist and their sizes decide first; only if that does not, the files
// are hashed that the RECORDs disagree on. The answer does not depend on the
// order of distInfos. The error is ctx's.
func (v *Verifier) Choose(ctx context.Context, site *installed.Site, distInfos []string) (Choice, error) {
	s := &selection{verifier: v, place: placeOf(site), sizes: map[string]int64{}}
	for _, distInfo := range distInfos {
		p := placeOf(site)
		files, _ := p.files(site, distInfo)
		s.place.windows = s.place.windows || p.windows
		s.rivals = append(s.rivals, s.rival(files, distInfo))
	}
	return s.choose(ctx)
}

// selection is one call of Choose.
type selection struct {
	verifier *Verifier
	place    *place
	rivals   []*rival
	sizes    map[string]int64 // of the files on disk; -1 for one that cannot be had
}

// rival is one candidate: the files that its RECORD has a hash or a size of.
type rival struct {
	code, own map[string]*File // outside of and inside its own directory, by name
	bad       int              // of code: how many are not as RECORD says
}

func (s *selection) rival(files []File, distInfo string) *rival {
	r := &rival{code: map[string]*File{}, own: map[string]*File{}}
	for i := range files {
		f := &files[i]
		if f.Name == "" || f.Digest == "" && f.Size < 0 || s.place.byInstaller(f, distInfo) {
			continue
		}
		if inner, ok := s.place.inSite(f.Name); ok && strings.HasPrefix(inner, distInfo+"/") {
			r.own[f.Name] = f
		} else {
			r.code[f.Name] = f
		}
	}
	return r
}

func (s *selection) choose(ctx context.Context) (Choice, error) {
	none := Choice{Winner: -1, Reason: "no RECORD names a file that is there"}
	if err := s.stat(ctx); err != nil {
		return none, err
	}
	for _, r := range s.rivals {
		for name, f := range r.code {
			if !s.fits(name, f) {
				r.bad++
			}
		}
	}
	if i, only := s.intact(); only {
		return Choice{i, "only its RECORD fits the files that are there"}, nil
	}
	if err := s.hash(ctx); err != nil {
		return none, err
	}
	if i, ok := s.fewestBad(); ok {
		r := s.rivals[i]
		return Choice{i, fmt.Sprintf("%d of the %d files that its RECORD names are as it says, more than with the others", len(r.code)-r.bad, len(r.code))}, nil
	}
	if i, ok := s.superset(); ok {
		return Choice{i, "its RECORD names all files of the others that are there, and more"}, nil
	}
	if i, ok, err := s.complete(ctx); ok || err != nil {
		return Choice{i, "the files are the same, only its own directory is as its RECORD says"}, err
	}
	for _, r := range s.rivals {
		if len(r.code)+len(r.own) > 0 {
			none.Reason = "the RECORD of more than one fits the files that are there equally well"
		}
	}
	return none, nil
}

// stat fills in the sizes of all files of all rivals.
func (s *selection) stat(ctx context.Context) error {
	var jobs []job
	for _, r := range s.rivals {
		for _, files := range []map[string]*File{r.code, r.own} {
			for name := range files {
				if _, ok := s.sizes[name]; !ok {
					s.sizes[name] = -1
					jobs = append(jobs, job{name: name})
				}
			}
		}
	}
	sizes := make([]int64, len(jobs))
	err := s.verifier.each(ctx, s.place.tree(), jobs, func(w *worker, d *directory, base string, i int) {
		info, err := d.stat(base)
		if sizes[i] = -1; err == nil {
			sizes[i] = info.Size()
		}
	})
	for i, j := range jobs {
		s.sizes[j.name] = sizes[i]
	}
	return err
}

// fits reports whether f is there and has the size that RECORD says.
func (s *selection) fits(name string, f *File) bool {
	size := s.sizes[name]
	return size >= 0 && (f.Size < 0 || f.Size == size)
}

// intact returns the only rival that has files and lacks none.
func (s *selection) intact() (int, bool) {
	found := -1
	for i, r := range s.rivals {
		if len(r.code) == 0 || r.bad > 0 {
			continue
		}
		if found >= 0 {
			return -1, false
		}
		found = i
	}
	return found, found >= 0
}

// hash counts as bad too what has the right size and the wrong content, of
// the files that not all rivals say the same of.
func (s *selection) hash(ctx context.Context) error {
	var jobs []job
	var of []*rival
	var files []*File
	for _, r := range s.rivals {
		for name, f := range r.code {
			if s.fits(name, f) && f.Digest != "" && !s.agreed(name, f) {
				jobs, of, files = append(jobs, job{name, f.Size}), append(of, r), append(files, f)
			}
		}
	}
	wrong := make([]bool, len(jobs))
	err := s.verifier.each(ctx, s.place.tree(), jobs, func(w *worker, d *directory, base string, i int) {
		wrong[i] = !w.has(d, base, files[i])
	})
	for i := range jobs {
		if wrong[i] {
			of[i].bad++
		}
	}
	return err
}

// has reports whether the file has the digest that f says. One that cannot be
// computed here counts as right: its size is.
func (w *worker) has(d *directory, base string, f *File) bool {
	a, ok := algorithmOf(f.Algorithm)
	if !ok || a.new == nil {
		return true
	}
	sum, err := hashFile(w, d, base, a)
	return err == nil && sum.is(f.Digest)
}

// agreed reports whether every rival says the same of the file.
func (s *selection) agreed(name string, f *File) bool {
	for _, r := range s.rivals {
		if o := r.code[name]; o == nil || o.Digest != f.Digest || o.Algorithm != f.Algorithm {
			return false
		}
	}
	return true
}

// fewestBad returns the rival with the fewest bad files, if there is one only
// and most of its files are good.
func (s *selection) fewestBad() (int, bool) {
	best, only := -1, false
	for i, r := range s.rivals {
		switch {
		case len(r.code) == 0:
		case best < 0 || r.bad < s.rivals[best].bad:
			best, only = i, true
		case r.bad == s.rivals[best].bad:
			only = false
		}
	}
	return best, only && 2*s.rivals[best].bad < len(s.rivals[best].code)
}

// superset returns the rival without bad files that names every file of the
// others without bad files, and more than each of them.
func (s *selection) superset() (int, bool) {
	for i, r := range s.rivals {
		if r.bad > 0 || len(r.code) == 0 {
			continue
		}
		wins := true
		for k, o := range s.rivals {
			wins = wins && (k == i || o.bad > 0 || len(o.code) < len(r.code) && contains(r.code, o.code))
		}
		if wins {
			return i, true
		}
	}
	return -1, false
}

func contains(all, some map[string]*File) bool {
	for name := range some {
		if all[name] == nil {
			return false
		}
	}
	return true
}

// complete returns the only rival whose own directory is as its RECORD says,
// where all name the same files.
func (s *selection) complete(ctx context.Context) (int, bool, error) {
	found, n := -1, 0
	for i, r := range s.rivals {
		if r.bad > 0 || len(r.code) != len(s.rivals[0].code) || !contains(s.rivals[0].code, r.code) {
			return -1, false, nil
		}
		whole := len(r.own) > 0
		var jobs []job
		var files []*File
		for name, f := range r.own {
			whole = whole && s.fits(name, f)
			jobs, files = append(jobs, job{name, f.Size}), append(files, f)
		}
		if !whole {
			continue
		}
		wrong := make([]bool, len(jobs))
		err := s.verifier.each(ctx, s.place.tree(), jobs, func(w *worker, d *directory, base string, k int) {
			wrong[k] = files[k].Digest != "" && !w.has(d, base, files[k])
		})
		if err != nil {
			return -1, false, err
		}
		for _, bad := range wrong {
			whole = whole && !bad
		}
		if whole {
			found, n = i, n+1
		}
	}
	return found, n == 1, nil
}
