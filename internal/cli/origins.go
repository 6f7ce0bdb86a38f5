package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/report"
)

func (p *program) originsCommand() *cli.Command {
	return &cli.Command{
		Name:      "origins",
		Usage:     "say where each distribution came from, for people",
		UsageText: "pysbom origins [OPTION ...] [TARGET]",
		Description: `TARGET is what scan takes.

Examples:
   pysbom origins ./venv
   pysbom origins --only unknown ./venv          what nothing is known of
   pysbom origins --only conflict -o csv=c.csv /srv/image
   pysbom origins -o html=origins.html inv.json  a page to search and filter

The formats are table, markdown, csv, json, html.`,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringSliceFlag{Name: "only", Usage: "only distributions of this `CLASS` or kind of origin, or with a conflict; repeatable"},
		}, scanFlags(), evidenceFlags()),
		UseShortOptionHandling: true,
		Action:                 p.origins,
	}
}

func (p *program) origins(c *cli.Context) error {
	if c.NArg() > 1 {
		return tooMany(c, 1)
	}
	p.quiet = c.Bool("quiet")
	only, err := parseOnly(c.StringSlice("only"))
	if err != nil {
		return err
	}
	outputs, err := parseOutputs(c.StringSlice("output"), p.originFormats(only))
	if err != nil {
		return err
	}
	failOn, err := parseFailOn(c)
	if err != nil {
		return err
	}
	doc, err := p.inspect(c)
	if err != nil {
		return err
	}
	return p.finish(doc, outputs, failOn, c.Bool("strict"))
}

// parseOnly reads the values of --only: classes, kinds and "conflict".
func parseOnly(values []string) (func(*report.Row) bool, error) {
	if len(values) == 0 {
		return func(*report.Row) bool { return true }, nil
	}
	for _, v := range values {
		var class provenance.Class
		var kind provenance.Kind
		if v != "conflict" && class.UnmarshalText([]byte(v)) != nil && kind.UnmarshalText([]byte(v)) != nil {
			return nil, &failure{exitUsage, fmt.Errorf("--only: no class or kind %q", v), "conflict; " + strings.Join(optionValues("fail-on"), ", ") + "; index, archive, vcs, directory, os-package, conda"}
		}
	}
	return func(r *report.Row) bool {
		return slices.Contains(values, r.Class) || slices.Contains(values, r.Kind) || r.Conflict && slices.Contains(values, "conflict")
	}, nil
}

// originFormats are what origins can write.
func (p *program) originFormats(only func(*report.Row) bool) []sbom.Format {
	rows := func(write func(io.Writer, []report.Row) error) sbom.Emitter {
		return func(w io.Writer, doc *sbom.Document) error { return write(w, originRows(doc.Inventory, only)) }
	}
	return []sbom.Format{
		{Name: "table", MediaType: "text/plain", Ext: ".txt", Emit: rows(p.writeTable)},
		{Name: "markdown", MediaType: "text/markdown", Ext: ".md", Emit: rows(writeMarkdown)},
		{Name: "csv", MediaType: "text/csv", Ext: ".csv", Emit: rows(writeCSV)},
		{Name: "json", MediaType: "application/json", Ext: ".json", Emit: rows(writeRowsJSON)},
		{Name: "html", MediaType: "text/html", Ext: ".html", Emit: report.HTML},
	}
}

// originRows are the distributions of inv that only lets through.
func originRows(inv *inventory.Inventory, only func(*report.Row) bool) []report.Row {
	return slices.DeleteFunc(report.Rows(inv), func(r report.Row) bool { return !only(&r) })
}

// rowFields are the columns of r, the environment only where there are several.
func rowFields(r *report.Row, environments bool) []string {
	class := r.Class
	if r.Conflict {
		class += " (conflict)"
	}
	f := []string{r.Name, r.Version, r.Kind, r.From, r.Artifact, class, r.Evidence}
	if environments {
		f = append([]string{r.Environment}, f...)
	}
	return f
}

func originHeader(environments bool) []string {
	h := []string{"NAME", "VERSION", "KIND", "FROM", "ARTIFACT", "CLASS", "EVIDENCE"}
	if environments {
		h = append([]string{"ENVIRONMENT"}, h...)
	}
	return h
}

func severalEnvironments(rows []report.Row) bool { return len(rows) > 0 && rows[0].Environment != "" }

// classColours are those of a terminal, by the class's word.
var classColours = map[string]string{"recorded": "32", "reported": "32", "cached": "32", "verified": "36", "locked": "33", "candidate": "33", "unknown": "31"}

// writeTable aligns the columns, and cuts them where they do not fit the
// terminal.
func (p *program) writeTable(w io.Writer, rows []report.Row) error {
	several := severalEnvironments(rows)
	cells := [][]string{originHeader(several)}
	for i := range rows {
		cells = append(cells, rowFields(&rows[i], several))
	}
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	fit(widths, p.width(), several)
	coloured := p.coloured(p.stdout)
	classAt := len(widths) - 2
	var b strings.Builder
	for k, row := range cells {
		var line strings.Builder
		for i, cell := range row {
			text := pad(cell, widths[i])
			if coloured && i == classAt && k > 0 {
				text = "\x1b[" + classColours[rows[k-1].Class] + "m" + text + "\x1b[0m"
			}
			line.WriteString(text)
			if i < len(row)-1 {
				line.WriteString("  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// width is that of the terminal, 0 where the output is none.
func (p *program) width() int {
	f, ok := p.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// fit narrows the columns FROM and ARTIFACT, then the name, until the table
// is no wider than total; 0 is any width.
func fit(widths []int, total int, several bool) {
	if total == 0 {
		return
	}
	first := 0
	if several {
		first = 1
	}
	const gap, least = 2, 8
	sum := -gap
	for _, w := range widths {
		sum += w + gap
	}
	for sum > total {
		widest := -1
		for _, i := range []int{first + 3, first + 4, first, len(widths) - 1} {
			if widths[i] > least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
		sum--
	}
}

// pad brings s to width columns, cut with an ellipsis where it is longer.
func pad(s string, width int) string {
	n := utf8.RuneCountInString(s)
	if n > width {
		runes := []rune(s)
		return string(runes[:max(width-1, 0)]) + "…"
	}
	return s + strings.Repeat(" ", width-n)
}

func writeMarkdown(w io.Writer, rows []report.Row) error {
	several := severalEnvironments(rows)
	var b strings.Builder
	header := originHeader(several)
	for i, h := range header {
		header[i] = h[:1] + strings.ToLower(h[1:])
	}
	markdownRow(&b, header)
	b.WriteString("|" + strings.Repeat("---|", len(header)) + "\n")
	for i := range rows {
		markdownRow(&b, rowFields(&rows[i], several))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownEscapes keep text from being read as markup.
var markdownEscapes = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`)

func markdownRow(b *strings.Builder, cells []string) {
	b.WriteString("|")
	for _, cell := range cells {
		b.WriteString(" " + markdownEscapes.Replace(cell) + " |")
	}
	b.WriteString("\n")
}

// writeCSV writes RFC 4180. A cell that a spreadsheet would take for a formula
// gets an apostrophe in front.
func writeCSV(w io.Writer, rows []report.Row) error {
	several := severalEnvironments(rows)
	out := csv.NewWriter(w)
	header := originHeader(several)
	for i, h := range header {
		header[i] = strings.ToLower(h)
	}
	out.Write(header)
	for i := range rows {
		cells := rowFields(&rows[i], several)
		for k, cell := range cells {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				cells[k] = "'" + cell
			}
		}
		out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

func writeRowsJSON(w io.Writer, rows []report.Row) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(rows)
}
