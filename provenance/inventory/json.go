package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"

	"github.com/pysbom/pysbom/internal/licence"
	"github.com/pysbom/pysbom/provenance"
)

// Encode writes inv as JSON, one environment, component or warning a line.
// The same inventory gives the same bytes.
func Encode(w io.Writer, inv *Inventory) error {
	head, err := marshal(struct {
		Schema  string  `json:"schema"`
		Subject Subject `json:"subject"`
		Roots   []Root  `json:"roots"`
	}{inv.Schema, inv.Subject, inv.Roots})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.Write(bytes.TrimSuffix(head, []byte("}")))
	writeList(&out, "environments", inv.Environments)
	writeList(&out, "components", inv.Components)
	if len(inv.Warnings) > 0 {
		writeList(&out, "warnings", inv.Warnings)
	}
	out.WriteString("\n}\n")
	_, err = w.Write(out.Bytes())
	return err
}

// writeList writes one member of the top object, its elements marshalled in
// parallel.
func writeList[T any](out *bytes.Buffer, name string, list []T) {
	fmt.Fprintf(out, ",\n%q:[", name)
	lines := make([][]byte, len(list))
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list); i += workers {
				lines[i], _ = marshal(list[i]) // strings, numbers and times of these types always marshal
			}
		})
	}
	wg.Wait()
	for i, line := range lines {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("]")
}

// marshal is json.Marshal without the escapes for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// MaxSize bounds what Decode reads.
const MaxSize = 1 << 30

// Decode reads what Encode wrote. It refuses what is no inventory, one of a
// later schema, and one whose references lead nowhere; text that somebody put
// in by hand is cleaned as Build cleans it. Unknown members are ignored.
func Decode(r io.Reader) (*Inventory, error) {
	limited := &io.LimitedReader{R: r, N: MaxSize}
	dec := json.NewDecoder(limited)
	var inv Inventory
	err := dec.Decode(&inv)
	var kind *json.UnmarshalTypeError // the rest was read all the same, and may be another kind of document
	if err != nil && !(errors.As(err, &kind) && inv.Schema != Schema) {
		return nil, decodeError(err, limited.N <= 0)
	}
	switch inv.Schema {
	case Schema:
	case "":
		return nil, errors.New("schema: missing: not an inventory")
	default:
		return nil, fmt.Errorf("schema: %.60q: this program reads %q", inv.Schema, Schema)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more text behind the inventory, at byte %d", dec.InputOffset())
	}
	inv.clean()
	if err := inv.check(); err != nil {
		return nil, err
	}
	inv.sort()
	return &inv, nil
}

func decodeError(err error, tooLarge bool) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case tooLarge:
		return fmt.Errorf("larger than %d MiB", MaxSize>>20)
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: not JSON: %s", syntax.Offset, syntax.Error())
	case errors.As(err, &kind):
		return fmt.Errorf("byte %d: %s: no %s belongs there", kind.Offset, kind.Field, kind.Value)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("not JSON: ends too early")
	}
	return err
}

// check reports the first reference that leads nowhere, and IDs that are
// empty or stand twice.
func (inv *Inventory) check() error {
	environments, ids := map[string]bool{}, map[string]bool{}
	for i, e := range inv.Environments {
		if e.ID == "" || environments[e.ID] {
			return fmt.Errorf("environments[%d].id: %.60q: empty, or there twice", i, e.ID)
		}
		environments[e.ID] = true
	}
	for i, c := range inv.Components {
		switch {
		case c == nil:
			return fmt.Errorf("components[%d]: null", i)
		case c.ID == "" || ids[c.ID]:
			return fmt.Errorf("components[%d].id: %.60q: empty, or there twice", i, c.ID)
		case c.Name == "":
			return fmt.Errorf("components[%d].name: missing", i)
		case !environments[c.Env]:
			return fmt.Errorf("components[%d].env: %.60q: no such environment", i, c.Env)
		}
		ids[c.ID] = true
	}
	for i, c := range inv.Components {
		for _, id := range c.Needs {
			if !ids[id] {
				return fmt.Errorf("components[%d].needs: %.60q: no such component", i, id)
			}
		}
	}
	for i, e := range inv.Environments {
		for _, id := range e.Top {
			if !ids[id] {
				return fmt.Errorf("environments[%d].top: %.60q: no such component", i, id)
			}
		}
	}
	return nil
}

// SetSubject replaces what inv describes.
func (inv *Inventory) SetSubject(s Subject) {
	s.clean()
	inv.Subject = s
}

func (s *Subject) clean() { cleanAll(&s.Name, &s.Version, &s.PURL) }

// clean makes every string of inv what Build would have made of it.
func (inv *Inventory) clean() {
	inv.Subject.clean()
	for i := range inv.Environments {
		e := &inv.Environments[i]
		cleanAll(&e.ID, &e.Layout, &e.Prefix, &e.Python.Implementation, &e.Python.Version, &e.Python.Source)
		cleanList(e.Top)
		for name, value := range e.Markers {
			e.Markers[name] = Line(value)
		}
		for k := range e.Sites {
			cleanAll(&e.Sites[k].Path)
		}
	}
	for _, c := range inv.Components {
		if c != nil {
			c.clean()
		}
	}
	for i := range inv.Warnings {
		w := &inv.Warnings[i]
		cleanAll(&w.Code, &w.Path, &w.Message, &w.Component)
	}
}

func (c *Component) clean() {
	c.HomePage = location(c.HomePage)
	c.cleanLicences()
	if o := c.Owner; o != nil {
		cleanAll(&o.Type, &o.Name, &o.Version, &o.Arch, &o.Distro, &o.Source, &o.PURL)
	}
	cleanAll(&c.ID, &c.Env, &c.Name, &c.Version, &c.Summary, &c.NameFrom, &c.Installer, &c.Source, &c.Format,
		&c.Wheel.Build, &c.Wheel.Generator)
	cleanAll((*string)(&c.Kind))
	cleanList(c.Needs)
	cleanList(c.Missing)
	cleanList(c.Wheel.Tags)
	for i := range c.ProjectURLs {
		cleanAll(&c.ProjectURLs[i].Label)
		c.ProjectURLs[i].URL = location(c.ProjectURLs[i].URL)
	}
	for i := range c.Parties {
		cleanAll(&c.Parties[i].Name, &c.Parties[i].Email, &c.Parties[i].Source)
	}
	for i := range c.Locations {
		cleanAll(&c.Locations[i].Path)
	}
	cleanOrigin(&c.Origin)
	c.cleanEvidence()
	for i := range c.Conflicts {
		k := &c.Conflicts[i]
		cleanAll(&k.Field, &k.Kept, &k.KeptSource, &k.Other, &k.OtherSource)
	}
}

func (c *Component) cleanEvidence() {
	for i := range c.Evidence {
		e := &c.Evidence[i]
		cleanAll(&e.Name, &e.Version, &e.Source, &e.File)
		cleanOrigin(&e.Origin)
		for k := range e.Candidates {
			cleanArtifact(&e.Candidates[k])
		}
	}
}

// cleanLicences keeps only identifiers and expressions that the SPDX list
// knows; others become names.
func (c *Component) cleanLicences() {
	l := &c.Licences
	cleanAll(&l.Expression, &l.Source)
	if expression, err := licence.Canonical(l.Expression); l.Expression != "" && err == nil {
		l.Expression = expression
	} else if l.Expression != "" {
		l.Listed = append(l.Listed, Licence{Name: l.Expression})
		l.Expression = ""
	}
	for i := range l.Listed {
		e := &l.Listed[i]
		cleanAll(&e.ID, &e.Name)
		e.Text = Text(e.Text)
		if parsed, err := licence.Parse(e.ID); e.ID != "" && (err != nil || !parsed.IsID()) {
			e.ID, e.Name = "", cmp.Or(e.Name, e.ID)
		}
	}
	for i := range l.Raw {
		l.Raw[i] = Text(l.Raw[i])
	}
}

func cleanOrigin(o *provenance.Origin) {
	url := o.Artifact.URL
	cleanArtifact(&o.Artifact)
	if o.Commit.System == "git" { // whose well-known user may stay
		clean, _ := provenance.CleanURL("git+" + Line(url))
		o.Artifact.URL = strings.TrimPrefix(clean, "git+")
	}
	cleanAll(&o.Subdirectory, &o.Commit.System, &o.Commit.ID, &o.Commit.Requested)
}

// cleanArtifact also takes out of URLs what no Origin is ever made with.
func cleanArtifact(a *provenance.Artifact) {
	a.URL, a.Index = location(a.URL), location(a.Index)
	cleanAll(&a.Filename, &a.Yanked)
	for algorithm, digest := range a.Hashes {
		if !isDigest(digest) {
			delete(a.Hashes, algorithm)
		}
	}
}

func isDigest(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

func cleanAll(fields ...*string) {
	for _, f := range fields {
		*f = Line(*f)
	}
}

func cleanList(list []string) {
	for i := range list {
		list[i] = Line(list[i])
	}
}
