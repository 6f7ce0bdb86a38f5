package report

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"slices"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

//go:embed page.html
var page string

// parsed escapes what metadata holds by where it stands in the page.
var parsed = template.Must(template.New("page").Parse(page))

// share is how many distributions one word stands for.
type share struct {
	Word    string
	Meaning string
	Count   int
	Percent float64
}

// meanings are what each class claims.
var meanings = map[provenance.Class]string{
	provenance.Recorded:     "a record beside the installed files says where they came from",
	provenance.Reported:     "pip's report of that installation says so",
	provenance.Cached:       "an installer's cache, bound to the installed files",
	provenance.Verified:     "the content is identical to an artifact of an index; not a record of download",
	provenance.Locked:       "a lock file would install this artifact",
	provenance.Candidate:    "name, version and tags match; content not compared",
	provenance.ClassUnknown: "nothing says where it came from",
}

// HTML writes one self-contained page: the share of each class, what came from
// where, and the list, to be searched, filtered and sorted.
func HTML(w io.Writer, doc *sbom.Document) error {
	inv := doc.Inventory
	rows := Rows(inv)
	return parsed.Execute(w, struct {
		Subject      inventory.Subject
		Created      string
		Tool         sbom.Tool
		Total        int
		Several      bool
		Classes      []share
		Sources      []share
		Kinds        []share
		Rows         []Row
		Environments []inventory.Environment
		Warnings     []inventory.Warning
	}{inv.Subject, doc.Timestamp(), doc.Tool, len(rows), len(inv.Environments) > 1,
		classes(rows), sources(rows), kinds(rows), rows, inv.Environments, inv.Warnings})
}

// classes are the shares of the classes, strongest first.
func classes(rows []Row) []share {
	var out []share
	counts := count(rows, func(r *Row) string { return r.Class })
	for class := provenance.Recorded; class >= provenance.ClassUnknown; class-- {
		if n := counts[class.String()]; n > 0 {
			out = append(out, share{class.String(), meanings[class], n, 100 * float64(n) / float64(len(rows))})
		}
	}
	return out
}

// sources are the hosts, indexes and directories, the most frequent first.
func sources(rows []Row) []share {
	return ranked(count(rows, func(r *Row) string { return r.From }), len(rows))
}

func kinds(rows []Row) []share {
	return ranked(count(rows, func(r *Row) string { return r.Kind }), len(rows))
}

func count(rows []Row, word func(*Row) string) map[string]int {
	counts := map[string]int{}
	for i := range rows {
		counts[word(&rows[i])]++
	}
	return counts
}

func ranked(counts map[string]int, total int) []share {
	var out []share
	for word, n := range counts {
		if word != "" {
			out = append(out, share{Word: word, Count: n, Percent: 100 * float64(n) / float64(total)})
		}
	}
	slices.SortFunc(out, func(a, b share) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Word, b.Word)) })
	return out
}
