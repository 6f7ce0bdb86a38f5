package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// pipfileEntry is one of a Pipfile.lock, in any of its categories. Of the
// files of a release there are only the hashes. An entry without an index is
// from the only source, if there is but one.
//
// https://pipenv.pypa.io/en/latest/pipfile.html
type pipfileEntry struct {
	Version      string   `json:"version"` // "==1.0"
	Hashes       []string `json:"hashes"`
	Markers      string   `json:"markers"`
	Index        string   `json:"index"` // the name of a source
	Git          string   `json:"git"`
	Ref          string   `json:"ref"`
	Subdirectory string   `json:"subdirectory"`
	Path         string   `json:"path"`
	File         string   `json:"file"` // a URL or a path
	Editable     bool     `json:"editable"`
}

type pipfileMeta struct {
	Spec     int `json:"pipfile-spec"`
	Requires struct {
		PythonVersion     string `json:"python_version"`
		PythonFullVersion string `json:"python_full_version"`
	} `json:"requires"`
	Sources []struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"sources"`
}

func looksPipfile(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"pipfile-spec"`))
}

// parsePipfile reads the lock twice: for what is of all entries, and then for
// the entries in their order.
func parsePipfile(p *parser) error {
	var top struct {
		Meta pipfileMeta `json:"_meta"`
	}
	err := json.Unmarshal(p.data, &top)
	if typeErr, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		p.warn(0, CodeInvalid, "%s: must not be of type %s", plain(typeErr.Field), typeErr.Value)
	} else if err != nil {
		return p.jsonError(err)
	}
	switch top.Meta.Spec {
	case 6:
	case 0:
		p.warn(0, CodeInvalid, "_meta.pipfile-spec: missing")
	default:
		return fmt.Errorf("%s: _meta.pipfile-spec: %d, and only 6 is read", p.file, top.Meta.Spec)
	}
	p.lock.Version = fmt.Sprint(top.Meta.Spec)
	switch r := top.Meta.Requires; {
	case r.PythonFullVersion != "":
		p.setRequiresPython("==" + r.PythonFullVersion)
	case r.PythonVersion != "":
		p.setRequiresPython("==" + r.PythonVersion + ".*")
	}
	return p.pipfileCategories(&top.Meta)
}

const maxCategories = 10_000

func (p *parser) pipfileCategories(meta *pipfileMeta) error {
	dec := json.NewDecoder(bytes.NewReader(p.data))
	dec.Token() // the object's brace: the text is known to be JSON
	count := lineCounter{data: p.data, line: 1}
	for n := 0; dec.More(); n++ {
		if n > maxCategories {
			return fmt.Errorf("%s: more than %d categories", p.file, maxCategories)
		}
		category, err := dec.Token()
		if err != nil {
			return p.jsonError(err)
		}
		var entries json.RawMessage
		start := int(dec.InputOffset())
		if err := dec.Decode(&entries); err != nil {
			return p.jsonError(err)
		}
		if category == "_meta" || len(entries) == 0 || entries[0] != '{' {
			continue
		}
		start += bytes.IndexByte(p.data[start:], '{')
		if err := p.pipfileEntries(entries, meta, func(offset int) int { return count.at(start + offset) }); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) pipfileEntries(entries []byte, meta *pipfileMeta, line func(offset int) int) error {
	dec := json.NewDecoder(bytes.NewReader(entries))
	dec.Token()
	for dec.More() && p.stop == nil {
		key, err := dec.Token()
		if err != nil {
			return p.jsonError(err)
		}
		at := line(int(dec.InputOffset()))
		var in pipfileEntry
		err = dec.Decode(&in)
		if typeErr, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			p.warn(at, CodeInvalid, "%s: must not be of type %s", plain(typeErr.Field), typeErr.Value)
		} else if err != nil {
			return p.jsonError(err)
		}
		name, _ := key.(string)
		p.pipfileEntry(name, &in, meta, at)
	}
	return nil
}

func (p *parser) pipfileEntry(name string, in *pipfileEntry, meta *pipfileMeta, line int) {
	version, pinned := strings.CutPrefix(in.Version, "==")
	if !pinned || strings.HasSuffix(version, ".*") {
		version = ""
	}
	pkg := p.entry(name, strings.TrimSpace(strings.TrimPrefix(version, "=")), line)
	if pkg == nil {
		return
	}
	p.setMarker(pkg, in.Markers)
	f := file{url: in.File}
	if in.File == "" {
		f.path = in.Path
	}
	switch {
	case in.Git != "":
		commit := provenance.Commit{System: "git"}
		if commit.ID = in.Ref; !isCommitID(in.Ref) {
			commit.ID, commit.Requested = "", in.Ref
		}
		p.setVCS(pkg, strings.TrimPrefix(in.Git, "git+"), in.Subdirectory, commit)
	case (isURL(in.File) || isArchiveName(in.File+in.Path)) && !in.Editable:
		if len(in.Hashes) == 1 {
			f.hashes = hashOf(in.Hashes[0])
		}
		p.setArchive(pkg, &f, in.Subdirectory)
	case in.File+in.Path != "":
		p.setDirectory(pkg, in.File+in.Path, in.Subdirectory, in.Editable)
	default:
		p.setIndex(pkg, meta.source(in.Index))
		pkg.expect(len(in.Hashes))
		for _, h := range in.Hashes {
			p.list(pkg, &file{hashes: hashOf(h)}, false)
		}
	}
	p.add(pkg)
}

// source returns the URL of the source of that name, and without a name that
// of the only one.
func (m *pipfileMeta) source(name string) string {
	if name == "" && len(m.Sources) == 1 {
		return m.Sources[0].URL
	}
	for _, s := range m.Sources {
		if s.Name == name && name != "" {
			return s.URL
		}
	}
	return ""
}

// isCommitID reports whether a revision can only be the hash of a commit.
func isCommitID(revision string) bool {
	return (len(revision) == 40 || len(revision) == 64) && strings.Trim(strings.ToLower(revision), "0123456789abcdef") == ""
}

// jsonError says where a JSON text is wrong.
func (p *parser) jsonError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: ends within a JSON value", p.file)
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return fmt.Errorf("%s: %w", p.file, err)
	}
	before := p.data[:max(0, min(int(syntax.Offset)-1, len(p.data)))]
	line, column := 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %w", p.file, line, column, err)
}

// lineCounter finds lines of offsets that never decrease.
type lineCounter struct {
	data   []byte
	offset int
	line   int
}

func (c *lineCounter) at(offset int) int {
	offset = min(offset, len(c.data))
	if offset > c.offset {
		c.line += bytes.Count(c.data[c.offset:offset], []byte("\n"))
		c.offset = offset
	}
	return c.line
}
