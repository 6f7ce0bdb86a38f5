// Package pipreport reads the JSON that pip writes about its own work: the
// report of an installation (pip install --report FILE) and of an environment
// (pip inspect).
//
// A report names the file that pip took for every distribution that it
// installed in that run, those of an index included, of which nothing else
// remains. That is the content of a provenance_url.json, and evidence of class
// Reported. pip inspect repeats the direct_url.json files of an environment and
// says nothing of what came from an index.
//
// What a report does not say limits what may be made of it:
//
//   - A report of pip install --dry-run looks like any other. The caller takes
//     evidence only for a distribution that is installed in that version, and
//     compares [Report.Environment] with the Python it looks at.
//   - Only what that run installed is listed. What was there already is not.
//   - The index is not named. What was found through --find-links has a file:
//     URL and counts as coming from an index, for it was asked for by name.
//   - The format belongs to pip and is no standard. Only version "1" is read,
//     which pip has written since 23.0.
//
// https://pip.pypa.io/en/stable/reference/installation-report/
// https://pip.pypa.io/en/stable/reference/inspect-report/
package pipreport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// Sources of the evidence.
const (
	SourceInstall = "pip report"
	SourceInspect = "pip inspect"
)

// MaxSize is how many bytes of a report are read at most. pip puts the whole
// METADATA of every distribution into it.
const MaxSize = 256 << 20

// Report is what pip says about one run of it, or about one environment.
type Report struct {
	File       string // base name
	Source     string // SourceInstall or SourceInspect
	PipVersion string
	// Environment holds the marker variables of the Python that pip ran for,
	// such as python_full_version, sys_platform and platform_machine.
	Environment map[string]string
	Items       []Item // in the report's order; only those that say something of an origin
	Warnings    []Warning
}

// Item is the evidence for one distribution and what else pip says of it. Its
// Version is METADATA's, to the letter.
type Item struct {
	provenance.Evidence
	Requested bool     // asked for by the user and not only needed by another
	Extras    []string // asked for, normalised
}

// Warning is something in a report that is not as it should be. It holds no
// text of the report that could authenticate.
type Warning struct {
	Code string // CodeInvalid, or that of a provenance.SpecError
	File string // base name
	Line int    // 1-based; 0 when unknown
	Msg  string // lower case
}

// Error returns "FILE:LINE: MSG".
func (w *Warning) Error() string { return position(w.File, w.Line, 0) + ": " + w.Msg }

// CodeInvalid: an item of the report is not of pip's form.
const CodeInvalid = "pip-report-invalid"

const (
	maxLike  = 16      // warnings of one code that a report can cause
	maxItems = 100_000 // distributions in a report
)

// Detect reports whether data, or the beginning of it, looks like a report of
// either sort.
func Detect(data []byte) bool {
	text := bytes.TrimLeft(decode(data[:min(len(data), 64<<10)]), " \t\r\n")
	return bytes.HasPrefix(text, []byte("{")) && bytes.Contains(text, []byte(`"pip_version"`)) ||
		bytes.HasPrefix(text, []byte("{")) && bytes.Contains(text, []byte(`"download_info"`))
}

// Parse reads a report. The base name of name stands in the evidence, the
// warnings and the error. The error is about a report that is no JSON, or of a
// version that is not known; an item that cannot be used is a Warning.
func Parse(name string, data []byte) (*Report, error) {
	p := parser{report: &Report{File: name[strings.LastIndexAny(name, `/\`)+1:]}, line: 1}
	if len(data) > MaxSize {
		return nil, p.errorf("more than %d bytes", MaxSize)
	}
	p.data = decode(data)
	p.dec = json.NewDecoder(bytes.NewReader(p.data))
	if err := p.document(); err != nil {
		return nil, p.wrap(err)
	}
	return p.report, nil
}

// Evidence returns the evidence of the items.
func (r *Report) Evidence() []provenance.Evidence {
	list := make([]provenance.Evidence, len(r.Items))
	for i := range r.Items {
		list[i] = r.Items[i].Evidence
	}
	return list
}

type parser struct {
	report  *Report
	data    []byte
	dec     *json.Decoder
	version json.RawMessage // nil where there is none

	line, counted int // the line of data[counted]
}

// document reads the whole report. Of a key that stands there twice the last
// one counts, as in Python.
func (p *parser) document() error {
	if tok, err := p.dec.Token(); err != nil || tok != json.Delim('{') {
		return cmpErr(err, "must be a JSON object")
	}
	for p.dec.More() {
		key, err := p.dec.Token()
		if err != nil {
			return err
		}
		if err := p.member(key.(string)); err != nil {
			return err
		}
	}
	if _, err := p.dec.Token(); err != nil {
		return err
	}
	if p.dec.More() {
		return errors.New("more than one JSON value")
	}
	switch {
	case p.version == nil:
		return errors.New("version: missing")
	case string(p.version) != `"1"`:
		return fmt.Errorf(`version: %.16s, and only "1" is read`, plain(string(p.version)))
	case p.report.Source == "":
		return errors.New("install or installed: missing")
	}
	return nil
}

func cmpErr(err error, msg string) error {
	if err != nil {
		return err
	}
	return errors.New(msg)
}

// member reads the value of one key of the report.
func (p *parser) member(key string) error {
	switch key {
	case "version":
		return p.dec.Decode(&p.version)
	case "pip_version":
		var v any
		err := p.dec.Decode(&v)
		s, _ := v.(string)
		p.report.PipVersion = plain(s)
		return err
	case "environment":
		return p.environment()
	case "install":
		return p.items(key, SourceInstall)
	case "installed":
		return p.items(key, SourceInspect)
	}
	var skipped json.RawMessage
	return p.dec.Decode(&skipped)
}

func (p *parser) environment() error {
	var values any
	if err := p.dec.Decode(&values); err != nil {
		return err
	}
	object, _ := values.(map[string]any)
	p.report.Environment = make(map[string]string, len(object))
	for name, v := range object {
		if s, ok := v.(string); ok {
			p.report.Environment[plain(name)] = plain(s)
		}
	}
	return nil
}

// items reads the array under key, item by item.
func (p *parser) items(key, source string) error {
	if tok, err := p.dec.Token(); err != nil || tok != json.Delim('[') {
		return cmpErr(err, key+": must be an array")
	}
	p.report.Source, p.report.Items = source, nil
	for i := 0; p.dec.More(); i++ {
		if i == maxItems {
			return fmt.Errorf("%s: more than %d distributions", key, maxItems)
		}
		line := p.lineAt(int(p.dec.InputOffset()))
		where := key + "[" + strconv.Itoa(i) + "]"
		var it item
		err := p.dec.Decode(&it)
		if typeErr, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			p.warn(CodeInvalid, line, join(where, plain(typeErr.Field))+": must not be of type "+typeErr.Value)
			continue
		}
		if err != nil {
			return err
		}
		p.item(&it, where, line)
	}
	_, err := p.dec.Token()
	return err
}

// item is one of install or installed. Its record is in one or the other of
// two keys.
type item struct {
	DownloadInfo json.RawMessage `json:"download_info"`
	DirectURL    json.RawMessage `json:"direct_url"`
	IsDirect     *bool           `json:"is_direct"`
	IsYanked     bool            `json:"is_yanked"`
	Requested    bool            `json:"requested"`
	Extras       []string        `json:"requested_extras"`
	Metadata     struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"metadata"`
}

func (p *parser) item(it *item, where string, line int) {
	record, key := it.DownloadInfo, "download_info"
	if p.report.Source == SourceInspect {
		record, key = it.DirectURL, "direct_url"
		if len(record) == 0 || string(record) == "null" {
			return
		}
	}
	switch {
	case !isName(it.Metadata.Name):
		p.warn(CodeInvalid, line, where+".metadata.name: not the name of a distribution")
		return
	case len(record) == 0:
		p.warn(CodeInvalid, line, where+"."+key+": missing")
		return
	}
	name := provenance.NormalizeName(it.Metadata.Name)
	evidence, problems := provenance.FromRecords("", record, nil)
	for _, e := range problems {
		if e.Level != provenance.Advice {
			p.warn(e.Code, line, join(where+"."+key, e.Key)+": "+e.Msg+" ("+name+")")
		}
	}
	for _, e := range evidence {
		e.Name, e.Version = name, plain(it.Metadata.Version)
		e.Source, e.File, e.Line = p.report.Source, p.report.File, line
		if e.Class == provenance.Recorded {
			e.Class = provenance.Reported
		}
		if p.report.Source == SourceInstall {
			p.asked(&e.Origin, it, where, line)
		}
		p.report.Items = append(p.report.Items, Item{Evidence: e, Requested: it.Requested, Extras: normalized(it.Extras)})
	}
}

// asked tells an archive that was named by URL from one that was asked for by
// name: the record of both has the same form.
func (p *parser) asked(o *provenance.Origin, it *item, where string, line int) {
	if it.IsYanked {
		o.Artifact.Yanked = "yanked" // pip does not report the reason
	}
	switch {
	case o.Kind != provenance.KindArchive:
	case it.IsDirect == nil:
		p.warn(CodeInvalid, line, where+".is_direct: missing")
		o.Kind = provenance.KindUnknown
	case !*it.IsDirect:
		o.Kind = provenance.KindIndex
	}
}

func normalized(extras []string) []string {
	var list []string
	for _, e := range extras {
		if isName(e) {
			list = append(list, provenance.NormalizeName(e))
		}
	}
	return list
}

func (p *parser) warn(code string, line int, msg string) {
	like := 0
	for i := range p.report.Warnings {
		if p.report.Warnings[i].Code == code {
			like++
		}
	}
	if like < maxLike {
		p.report.Warnings = append(p.report.Warnings, Warning{code, p.report.File, line, msg})
	}
}

// lineAt returns the line on which the value begins that follows offset. The
// offsets given to it never decrease.
func (p *parser) lineAt(offset int) int {
	for offset < len(p.data) && strings.IndexByte(" \t\r\n,", p.data[offset]) >= 0 {
		offset++
	}
	if offset > p.counted {
		p.line += bytes.Count(p.data[p.counted:offset], []byte("\n"))
		p.counted = offset
	}
	return p.line
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: "+format, append([]any{p.report.File}, args...)...)
}

// wrap says where a JSON text is wrong.
func (p *parser) wrap(err error) error {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return p.errorf("ends within a JSON value")
	}
	if !ok {
		return p.errorf("%w", err)
	}
	// The decoder's own offset leaves out what it reads as tokens.
	if exact, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(p.data, new(json.RawMessage))); ok {
		syntax = exact
	}
	before := p.data[:max(0, min(int(syntax.Offset)-1, len(p.data)))]
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s: %w", position(p.report.File, 1+bytes.Count(before, []byte("\n")), column), syntax)
}

func position(file string, line, column int) string {
	for _, n := range [...]int{line, column} {
		if n > 0 {
			file += ":" + strconv.Itoa(n)
		}
	}
	return file
}

func join(where, key string) string {
	if key == "" {
		return where
	}
	return where + "." + key
}
