// Package report says where distributions came from, for people: one row for
// each, and a page to look them up in.
package report

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
)

// Row is what is said of one distribution, in a few words. Empty fields are
// unknown.
type Row struct {
	Environment string `json:"environment,omitempty"` // only where there are several
	Name        string `json:"name"`
	Version     string `json:"version"`
	Class       string `json:"class"`
	Kind        string `json:"kind"`
	From        string `json:"from,omitempty"`     // index, host or directory
	Artifact    string `json:"artifact,omitempty"` // file name, or commit
	Evidence    string `json:"evidence,omitempty"` // the record that says so
	Conflict    bool   `json:"conflict,omitempty"`
}

// Rows returns the distributions of inv by environment and name.
func Rows(inv *inventory.Inventory) []Row {
	rows := []Row{}
	for _, c := range inv.Components {
		if c.Kind != inventory.Distribution {
			continue
		}
		r := Row{Name: c.Name, Version: c.Version, Class: c.Class.String(), Kind: c.Origin.Kind.String(),
			From: from(c), Artifact: artifact(c), Evidence: c.Source, Conflict: len(c.Conflicts) > 0}
		if len(inv.Environments) > 1 {
			r.Environment = strings.TrimPrefix(c.Env, "env:")
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Environment, b.Environment), cmp.Compare(provenance.NormalizeName(a.Name), provenance.NormalizeName(b.Name)))
	})
	return rows
}

// from is the index where evidence names one, else the host of the URL, else
// the directory.
func from(c *inventory.Component) string {
	a := &c.Origin.Artifact
	if a.Index != "" {
		return a.Index
	}
	u, err := url.Parse(a.URL)
	switch {
	case a.URL == "":
		return ""
	case err != nil: // git@host:path
		host, _, _ := strings.Cut(a.URL, ":")
		return host
	case u.Scheme == "file":
		return u.Path
	}
	return u.Host
}

func artifact(c *inventory.Component) string {
	o := &c.Origin
	switch {
	case o.Commit.ID != "":
		return o.Commit.System + " " + o.Commit.ID[:min(len(o.Commit.ID), 12)]
	case o.Editable:
		return "(editable)"
	case o.BuiltLocally:
		return o.Artifact.Filename + " (built locally)"
	case o.Artifact.Filename != "":
		return o.Artifact.Filename
	}
	most := 0
	for _, e := range c.Evidence {
		most = max(most, len(e.Candidates))
	}
	if most > 0 {
		return "one of " + strconv.Itoa(most) + " candidates"
	}
	return ""
}
