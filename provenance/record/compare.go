package record

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/provenance/installed"
)

// Wheel is what is known of a wheel whose content was not unpacked. Either
// field may be nil, when it was not read; with both, a file has to agree with
// both.
type Wheel struct {
	Record  []Entry           // its own RECORD, see [Parse]
	Members map[string]Member // the central directory of the archive, by name
}

// Member is one file of a zip archive, as its central directory describes it.
type Member struct {
	CRC32 uint32
	Size  int64 // uncompressed
}

// Comparison says how a distribution differs from a wheel.
type Comparison struct {
	// Compared is how many files of the wheel were found as they are in it; 0
	// when nothing was hashed.
	Compared int
	// Different are the files of the wheel that were not, by Path. When one of
	// them, other than WHEEL, was missing or of another size, the rest was not
	// hashed and the list may be incomplete.
	Different []Difference
	// Rewritten are the scripts, by their path in the wheel, that are as they
	// are in it but for the first line, which names the interpreter.
	Rewritten []string
	// Leftover are the lines of the installed RECORD that neither the wheel nor
	// what installers do explains. Sorted.
	Leftover []string
}

// Difference is one file of a wheel that is not installed as it is in it.
type Difference struct {
	Path   string // in the wheel; "" for one that concerns it as a whole
	Name   string // inside the FS of the site; "" when that leads out of it
	Code   string
	Reason string // lower case, without the path
}

// Match reports whether the content of the distribution is that of the wheel:
// all of its files, and none that is not explained.
func (c *Comparison) Match() bool {
	return c.Compared > 0 && len(c.Different) == 0 && len(c.Leftover) == 0
}

// OnlyWHEEL reports whether everything but the file WHEEL matches. WHEEL names
// the tool that built the wheel: most likely this one was built from the same
// sources by another version of it.
func (c *Comparison) OnlyWHEEL() bool {
	return c.Compared > 0 && len(c.Leftover) == 0 && len(c.Different) == 1 &&
		c.Different[0].Code == CodeModified && isFileWHEEL(c.Different[0].Path)
}

func isFileWHEEL(name string) bool {
	return strings.HasSuffix(name, ".dist-info/WHEEL") && strings.Count(name, "/") == 1
}

// Matcher compares one distribution with wheels that it may have been
// installed from. It remembers what it read, so that the second wheel costs no
// second reading. It is not for use by several goroutines.
type Matcher struct {
	verifier *Verifier
	place    *place
	tree     *tree
	distInfo string
	files    []File
	byName   map[string]*File    // by key
	outside  map[string][]string // names of files that lie outside of the site, by base name
	scripts  []string            // of entry_points.txt, sorted
	contents map[string]*content
}

// content is what is known of a file on disk.
type content struct {
	err    error
	size   int64
	hashed map[*algorithm]sum // nil for the CRC alone
}

// NewMatcher reads the RECORD of the distribution in site whose .dist-info
// directory has the base name distInfo. Without one that can be read, every
// file of a wheel can be compared, but nothing tells what else is installed:
// whether that is enough is for the caller to say, who has the problems.
func (v *Verifier) NewMatcher(site *installed.Site, distInfo string) (*Matcher, []*installed.Problem) {
	m := &Matcher{verifier: v, place: placeOf(site), distInfo: distInfo, contents: map[string]*content{}, outside: map[string][]string{}}
	files, problems := m.place.files(site, distInfo)
	m.files, m.byName = files, make(map[string]*File, len(files))
	for i := range files {
		name := files[i].Name
		if name == "" {
			continue
		}
		m.byName[m.place.key(name)] = &files[i]
		if _, in := m.place.inSite(name); !in || m.place.target {
			m.outside[path.Base(name)] = append(m.outside[path.Base(name)], name)
		}
	}
	m.tree = m.place.tree()
	const limit = 1 << 20
	if text, err := m.tree.readFile(path.Join(m.place.dir, distInfo, "entry_points.txt"), limit); err == nil {
		m.scripts = entryScripts(string(text))
	}
	return m, problems
}

// Compare compares the files on disk with w, each with its hash in the wheel's
// RECORD and its CRC and size in the archive. Where sizes rule the wheel out
// nothing is hashed. The error is ctx's.
func (m *Matcher) Compare(ctx context.Context, w Wheel) (*Comparison, error) {
	claims, different := m.claims(w)
	c := &Comparison{Different: different}
	if len(different) == 0 {
		if err := m.compare(ctx, claims, c); err != nil {
			return nil, err
		}
	}
	c.Leftover = m.leftover(claims)
	slices.SortStableFunc(c.Different, func(a, b Difference) int { return cmp.Compare(a.Path, b.Path) })
	return c, nil
}

// compare fills in what of c concerns the files of the wheel.
func (m *Matcher) compare(ctx context.Context, claims []claim, c *Comparison) error {
	if err := m.look(ctx, claims, false); err != nil {
		return err
	}
	ruledOut := false
	for i := range claims {
		if d, ok := m.cheap(&claims[i]); !ok {
			c.Different = append(c.Different, d)
			ruledOut = ruledOut || !isFileWHEEL(claims[i].path)
		}
	}
	if ruledOut {
		return nil
	}
	c.Different = nil
	if err := m.look(ctx, claims, true); err != nil {
		return err
	}
	for i := range claims {
		m.judge(&claims[i], c)
	}
	return nil
}

// look fills in what is known of the files of claims: their sizes, or their
// hashes where those are not known yet.
func (m *Matcher) look(ctx context.Context, claims []claim, hashes bool) error {
	type result struct {
		err  error
		size int64
		sum  sum
	}
	jobs, results := make([]job, len(claims)), make([]result, len(claims))
	for i := range claims {
		if c := &claims[i]; !m.knows(c, hashes) {
			jobs[i] = job{c.name, c.size}
		}
	}
	err := m.verifier.each(ctx, m.tree, jobs, func(w *worker, d *directory, base string, i int) {
		r := &results[i]
		if hashes {
			r.sum, r.err = hashFile(w, d, base, claims[i].algorithm)
		} else if info, err := d.stat(base); err != nil {
			r.err = err
		} else {
			r.size = info.Size()
		}
	})
	if err != nil {
		return err
	}
	for i, j := range jobs {
		switch {
		case j.name == "":
		case !hashes:
			m.contents[j.name] = &content{err: results[i].err, size: results[i].size, hashed: map[*algorithm]sum{}}
		default:
			m.contents[j.name].err = cmp.Or(m.contents[j.name].err, results[i].err)
			m.contents[j.name].hashed[claims[i].algorithm] = results[i].sum
		}
	}
	return nil
}

// knows reports whether there is nothing more to find out for c.
func (m *Matcher) knows(c *claim, hashes bool) bool {
	known := m.contents[c.name]
	if c.name == "" || known == nil || !hashes || known.err != nil {
		return c.name == "" || known != nil
	}
	_, done := known.hashed[c.algorithm]
	return done
}

// hashFile returns the CRC of a file, and its digest unless a is nil.
func hashFile(w *worker, d *directory, base string, a *algorithm) (sum, error) {
	f, info, err := d.file(base)
	if err != nil {
		return sum{}, err
	}
	defer f.Close()
	if info.Size() > maxFile {
		return sum{}, errTooLarge
	}
	return w.sum(f, a, true)
}

// cheap compares what is known without hashing.
func (m *Matcher) cheap(c *claim) (Difference, bool) {
	d := Difference{Path: c.path, Name: c.name}
	if c.name == "" {
		d.Code, d.Reason = CodeEscapes, "is installed outside of the root"
		return d, false
	}
	known := m.contents[c.name]
	if known.err != nil {
		_, d.Code, d.Reason = trouble(known.err)
		return d, false
	}
	if c.size < 0 || known.size == c.size || c.script && known.size <= maxScript {
		return d, true
	}
	if f := m.byName[m.place.key(c.name)]; c.member == nil && f != nil && f.Digest == c.digest {
		return d, true // the column of sizes is wrong in both RECORDs, which happens
	}
	d.Code, d.Reason = CodeModified, fmt.Sprintf("%d bytes, the wheel has %d", known.size, c.size)
	return d, false
}

// judge compares hashes.
func (m *Matcher) judge(c *claim, to *Comparison) {
	if d, ok := m.cheap(c); !ok {
		to.Different = append(to.Different, d)
		return
	}
	s := m.contents[c.name].hashed[c.algorithm]
	reason := c.compare(&s)
	if reason != "" && c.script && m.restore(c) {
		reason = ""
		to.Rewritten = append(to.Rewritten, c.path)
	}
	if reason != "" {
		to.Different = append(to.Different, Difference{c.path, c.name, CodeModified, reason})
		return
	}
	to.Compared++
}

// restore reports whether the script of c is the wheel's once its first line
// is put back.
func (m *Matcher) restore(c *claim) bool {
	script, err := m.tree.readFile(c.name, maxScript)
	if err != nil {
		return false
	}
	w := m.verifier.worker(context.Background())
	defer m.verifier.workers.Put(w)
	for text := range restored(script) {
		if c.member != nil && int64(len(text)) != c.member.Size {
			continue
		}
		if s, err := w.sum(bytes.NewReader(text), c.algorithm, true); err == nil && c.compare(&s) == "" {
			return true
		}
	}
	return false
}

// leftover lists the installed lines that claims do not explain.
func (m *Matcher) leftover(claims []claim) []string {
	explained := make(map[string]bool, len(claims))
	for i := range claims {
		explained[m.place.key(claims[i].name)] = true
	}
	var left []string
	for i := range m.files {
		f := &m.files[i]
		if f.Name != "" && explained[m.place.key(f.Name)] || m.place.byInstaller(f, m.distInfo) || m.place.isEntryScript(f, m.scripts) {
			continue
		}
		left = append(left, f.Path)
	}
	slices.Sort(left)
	return slices.Compact(left)
}
