package lockfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// requirements is a requirements file as pip-compile, uv, pdm export and pip
// freeze write it, and as people do. Only pins count: a range chooses nothing.
// What pip would take from its environment stays as it is written, "${USER}".
// A path without a name in it, such as "-e .", is left out: what it builds is
// not known.
//
// https://pip.pypa.io/en/stable/reference/requirements-file-format/
type requirements struct {
	*parser
	read   map[string]bool // files, by their path below dir
	budget int             // bytes that may yet be read
	count  int             // lines that were read
	stack  []string

	index   string // the last --index-url
	further bool   // there are other places to find files in
	last    int    // of lock.Packages, the one that a comment below it is about; -1 for none
}

const maxIncludes = 256

func isRequirementsName(base string) bool {
	base = strings.ToLower(base)
	return (strings.HasSuffix(base, ".txt") || strings.HasSuffix(base, ".in")) &&
		(strings.Contains(base, "requirements") || strings.Contains(base, "constraints"))
}

// looksRequirements reports whether the first line that says something is an
// option of pip's or a requirement that says more than a name.
func looksRequirements(head []byte) bool {
	for line := range logicalLines(head) {
		if line.comment != "" {
			continue
		}
		text, options := breakOptions(line.text)
		if words := splitOptions(options); text == "" && len(words) > 0 {
			_, value, _ := nextOption(words)
			return value != ""
		}
		r, err := pep508.Parse(text)
		return err == nil && (len(r.Specifiers) > 0 || r.URL != "" || strings.Contains(options, "--hash"))
	}
	return false
}

func parseRequirements(p *parser) error {
	r := &requirements{parser: p, read: map[string]bool{p.file: true}, budget: MaxSize - len(p.data), last: -1}
	r.stack = []string{p.file}
	r.lines(p.data)
	if r.index == "" || r.further {
		return nil
	}
	for i := range p.lock.Packages {
		if pkg := &p.lock.Packages[i]; pkg.Index == "" && pkg.Direct.IsZero() {
			p.from(pkg, r.index)
		}
	}
	return nil
}

// from notes the index of an entry whose files are listed already.
func (p *parser) from(pkg *Package, index string) {
	p.setIndex(pkg, index)
	for i := range pkg.Artifacts {
		pkg.Artifacts[i].Index = pkg.Index
	}
}

func (r *requirements) lines(data []byte) {
	for line := range logicalLines(data) {
		if r.count++; r.count > maxLines {
			r.stop = fmt.Errorf("%s: more than %d lines", r.lock.File, maxLines)
		}
		if r.stop != nil {
			return
		}
		if line.comment != "" {
			if index, ok := strings.CutPrefix(line.comment, "# from "); ok && isURL(index) && r.last >= 0 {
				r.from(&r.lock.Packages[r.last], index)
				r.last = -1
			}
			continue
		}
		text, options := breakOptions(line.text)
		if text != "" {
			r.requirement(text, splitOptions(options), line.number)
			continue
		}
		r.options(splitOptions(options), line.number)
	}
}

// options reads a line without a requirement.
func (r *requirements) options(words []string, line int) {
	for len(words) > 0 {
		r.further = r.further || words[0] == "--no-index"
		var option, value string
		switch option, value, words = nextOption(words); option {
		case "-r", "-c":
			r.include(value, line)
		case "-e":
			r.direct(value, nil, true, line)
		case "-i":
			r.index = value
		case "--extra-index-url", "-f":
			r.further = true
		}
	}
}

// longOptions have a value. Some are known by a short name too.
var longOptions = map[string]string{
	"--requirement": "-r", "--constraint": "-c", "--editable": "-e", "--index-url": "-i", "--pypi-url": "-i", "--find-links": "-f",
	"--extra-index-url": "", "--hash": "", "--trusted-host": "", "--no-binary": "", "--only-binary": "", "--use-feature": "",
	"--config-settings": "-C", "--config-setting": "-C", "--global-option": "", "--all-releases": "", "--only-final": "",
}

// nextOption cuts an option with its value from words, under its short name if
// it has one. What has no value, and what is not known, is option "".
func nextOption(words []string) (option, value string, rest []string) {
	word, rest := words[0], words[1:]
	option, value, joined := strings.Cut(word, "=")
	short, known := longOptions[option]
	switch {
	case known:
		option = cmp.Or(short, option)
	case len(word) > 1 && word[0] == '-' && strings.IndexByte("recifC", word[1]) >= 0:
		option, value, joined = word[:2], word[2:], len(word) > 2
	default:
		return "", "", rest
	}
	if !joined && len(rest) > 0 {
		value, rest = rest[0], rest[1:]
	}
	return option, value, rest
}

// include reads another file below dir. Whatever it says counts as if it stood
// in the lock itself.
func (r *requirements) include(name string, line int) {
	name = strings.ReplaceAll(name, `\`, "/")
	target := path.Join(path.Dir(r.file), name)
	switch {
	case r.dir == nil:
		r.warn(line, CodeInclude, "an included file is not read: the lock's directory is not known")
	case isURL(name):
		r.warn(line, CodeInclude, "an included URL is not read")
	case strings.HasPrefix(name, "/") || !fs.ValidPath(target):
		r.warn(line, CodeInclude, "an included file outside the lock's directory is not read")
	case slices.Contains(r.stack, target):
		r.warn(line, CodeInclude, "a file includes itself")
	case r.read[target]: // its entries are there
	case len(r.read) >= maxIncludes:
		r.warn(line, CodeInclude, "more than %d included files", maxIncludes)
	default:
		r.read[target] = true
		data, err := readFile(r.dir, target, r.budget)
		if err != nil {
			r.warn(line, CodeInclude, "an included file is not read: %s", reason(err))
			return
		}
		r.budget -= len(data)
		outer := r.file
		r.file, r.stack, r.last = plain(target), append(r.stack, target), -1
		r.lines(decode(data))
		r.file, r.stack, r.last = outer, r.stack[:len(r.stack)-1], -1
	}
}

// reason is err without the path, which a lock may have written as it likes.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// readFile reads a regular file of at most limit bytes.
func readFile(fsys fs.FS, name string, limit int) ([]byte, error) {
	info, err := fs.Stat(fsys, name) // before opening: to open a pipe may block
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, errors.New("too large")
	}
	return data, err
}

// requirement reads a line with a requirement and its options.
func (r *requirements) requirement(text string, words []string, line int) {
	var hashes []string
	for len(words) > 0 {
		var option, value string
		if option, value, words = nextOption(words); option == "--hash" {
			hashes = append(hashes, value)
		}
	}
	if isDirect(text) {
		r.direct(text, hashes, false, line)
		return
	}
	req, err := pep508.Parse(text)
	if err != nil {
		r.last = -1
		r.warn(line, CodeInvalid, "not a requirement of PEP 508's form")
		return
	}
	pkg := r.entry(req.Name, pin(req), line)
	if pkg == nil {
		return
	}
	if req.Marker != nil {
		pkg.hold(req.Marker)
	}
	if req.URL != "" {
		r.source(pkg, req.URL, hashes, false)
	} else {
		pkg.expect(len(hashes))
		for _, h := range hashes {
			r.list(pkg, &file{hashes: hashOf(h)}, false)
		}
	}
	r.add(pkg)
	r.last = len(r.lock.Packages) - 1
}

// pin returns the one version that a requirement allows, "" where that is not
// plain.
func pin(req pep508.Requirement) string {
	for _, s := range req.Specifiers {
		if s.Op == "===" || s.Op == "==" && !strings.HasSuffix(s.Version, ".*") {
			return s.Version
		}
	}
	return ""
}

// isDirect reports whether a requirement is a URL or a path without a name
// before it.
func isDirect(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	if isURL(word) || strings.HasPrefix(word, ".") {
		return true
	}
	path, _, _ := strings.Cut(word, "@")
	path, _, _ = strings.Cut(path, "[")
	path, _, _ = strings.Cut(path, ";")
	return strings.ContainsAny(path, `/\`) || isArchiveName(path)
}

// direct reads a URL or a path. Its name is in the fragment or in the name of
// its file; where there is none, there is no entry.
func (r *requirements) direct(text string, hashes []string, editable bool, line int) {
	r.last = -1
	marker := ""
	for _, separator := range [...]string{" ;", "; "} {
		if before, after, ok := strings.Cut(text, separator); ok {
			text, marker = before, strings.TrimSpace(after)
			break
		}
	}
	text = strings.TrimSpace(text)
	location, fragment, _ := strings.Cut(text, "#")
	if i := strings.LastIndexByte(location, '['); i > 0 && strings.HasSuffix(location, "]") {
		location = location[:i]
	}
	name, _, _ := strings.Cut(parameter(fragment, "egg"), "[")
	if name == "" {
		clean, _ := provenance.CleanURL(location)
		name = nameOf(provenance.URLFilename(clean))
	}
	if name == "" {
		return
	}
	pkg := r.entry(name, "", line)
	if pkg == nil {
		return
	}
	r.setMarker(pkg, marker)
	r.source(pkg, text, hashes, editable)
	r.add(pkg)
	r.last = len(r.lock.Packages) - 1
}

// nameOf returns the distribution's name in the file name of a wheel or an
// sdist, "" where it has none.
func nameOf(filename string) string {
	if w, ok := ParseWheelName(filename); ok {
		return w.Name
	}
	stem := sdistStem(filename)
	return stem[:max(strings.LastIndexByte(stem, '-'), 0)]
}

// source notes the place that a URL or a path names, with what its fragment
// says.
func (r *requirements) source(pkg *Package, raw string, hashes []string, editable bool) {
	location, fragment, _ := strings.Cut(raw, "#")
	subdirectory := parameter(fragment, "subdirectory")
	scheme, _, _ := strings.Cut(location, ":")
	system, _, isVCS := strings.Cut(strings.ToLower(scheme), "+")
	switch {
	case isVCS && slices.Contains([]string{"git", "hg", "svn", "bzr"}, system):
		location, revision := cutRevision(location)
		c := provenance.Commit{System: system, ID: revision}
		if (system == "git" || system == "hg") && !isCommitID(revision) {
			c.ID, c.Requested = "", revision
		}
		r.setVCS(pkg, location, subdirectory, c)
	case isArchiveName(location) || isURL(location) && !strings.HasPrefix(strings.ToLower(scheme), "file"):
		f := file{url: location, hashes: archiveHashes(fragment, hashes)}
		if !isURL(location) {
			f.url, f.path = "", location
		}
		r.setArchive(pkg, &f, subdirectory)
	default:
		r.setDirectory(pkg, location, subdirectory, editable)
	}
}

// cutRevision cuts "@REVISION" from the path of a repository's URL.
func cutRevision(location string) (repository, revision string) {
	at := strings.LastIndexByte(location, '@')
	start := strings.Index(location, "://") + len("://")
	if slash := strings.IndexByte(location[min(start, len(location)):], '/'); slash < 0 || at < start+slash {
		return location, ""
	}
	return location[:at], location[at+1:]
}

// archiveHashes returns the hashes of a direct reference: the fragment's, else
// the option's if there is but one, since one file has one.
func archiveHashes(fragment string, options []string) provenance.Hashes {
	hashes := make(provenance.Hashes)
	for _, name := range [...]string{"sha256", "sha512", "sha384", "sha224", "sha1", "md5"} {
		if digest := parameter(fragment, name); digest != "" {
			hashes[name] = digest
		}
	}
	if len(hashes) == 0 && len(options) == 1 {
		return hashOf(options[0])
	}
	return hashes
}

// parameter returns the value of a key in the fragment of a URL.
func parameter(fragment, key string) string {
	for p := range strings.SplitSeq(fragment, "&") {
		if name, value, ok := strings.Cut(p, "="); ok && name == key {
			return value
		}
	}
	return ""
}

// logicalLine is a line as pip reads it, with those that a backslash joins to
// it and without a comment at its end; or a comment.
type logicalLine struct {
	number  int // of the first
	text    string
	comment string // a comment that has a line for itself
}

// logicalLines yields the lines that are not empty.
func logicalLines(data []byte) iter.Seq[logicalLine] {
	return func(yield func(logicalLine) bool) {
		var joined strings.Builder
		number, first := 0, 0
		flush := func() bool {
			text := withoutComment(joined.String())
			joined.Reset()
			line := logicalLine{number: first, text: text}
			first = 0
			return text == "" || yield(line)
		}
		for raw := range physicalLines(data) {
			number++
			if first == 0 {
				first = number
			}
			line := string(raw)
			if comment := strings.TrimSpace(line); strings.HasPrefix(comment, "#") {
				if !flush() || !yield(logicalLine{number: number, comment: comment}) {
					return
				}
				continue
			}
			if before, ok := strings.CutSuffix(line, `\`); ok {
				joined.WriteString(strings.TrimRight(before, `\`))
				continue
			}
			joined.WriteString(line)
			if !flush() {
				return
			}
		}
		flush()
	}
}

// physicalLines yields the lines of data, which end with any of \n, \r\n and
// \r, without their ends.
func physicalLines(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			end := bytes.IndexAny(data, "\r\n")
			if end < 0 {
				yield(data)
				return
			}
			if !yield(data[:end]) {
				return
			}
			if bytes.HasPrefix(data[end:], []byte("\r\n")) {
				end++
			}
			data = data[end+1:]
		}
	}
}

// withoutComment cuts a comment, which begins with # after white space.
func withoutComment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || strings.IndexByte(" \t\f\v", line[i-1]) >= 0) {
			line = line[:i]
			break
		}
	}
	return strings.TrimSpace(line)
}

// breakOptions cuts a line before the first word that begins with a hyphen.
func breakOptions(line string) (text, options string) {
	if strings.HasPrefix(line, "-") {
		return "", line
	}
	if i := strings.Index(line, " -"); i >= 0 {
		return strings.TrimSpace(line[:i]), line[i+1:]
	}
	return line, ""
}

// splitOptions splits at white space that no quotes enclose, as a shell does.
func splitOptions(s string) []string {
	var words []string
	var word strings.Builder
	var quote byte
	inWord := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t'):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
			continue
		case c == '\\' && quote != '\'' && i+1 < len(s):
			if i++; quote == '"' && s[i] != '"' && s[i] != '\\' {
				word.WriteByte('\\')
			}
			word.WriteByte(s[i])
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		default:
			word.WriteByte(c)
		}
		inWord = true
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}
