package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

func (p *program) scanCommand() *cli.Command {
	return &cli.Command{
		Name:      "scan",
		Usage:     "write an SBOM of an installed environment",
		UsageText: "pysbom scan [OPTION ...] [TARGET]",
		Description: `TARGET is an environment (a directory with pyvenv.cfg, a prefix, a
site-packages, what pip install --target made), a project with .venv in it,
any other directory, which is searched for environments, or an inventory that
-o json wrote earlier. Without TARGET: the active virtual environment, else the
project here, else the Python on PATH.

Examples:
   pysbom scan ./venv                            CycloneDX 1.6 JSON on standard output
   pysbom scan -o spdx-json=app.spdx.json ./venv
   pysbom scan -o json=inv.json -o cyclonedx-xml@1.5=bom.xml /srv/app
   pysbom scan --fail-on unknown --quiet . >bom.json

The formats are ` + formatNames() + `.`,
		Flags:                  slices.Concat(scanFlags(), evidenceFlags(), documentFlags()),
		UseShortOptionHandling: true,
		Action:                 p.scan,
	}
}

func scanFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Usage: "write `FORMAT[@VERSION][=FILE]`; repeatable"},
		&cli.StringFlag{Name: "python-version", Usage: "evaluate markers for this `VERSION` of Python"},
		&cli.StringFlag{Name: "python-platform", Usage: "evaluate markers for `PLATFORM`: linux, macos, windows or a target triple"},
		&cli.BoolFlag{Name: "no-inherit", Usage: "do not read what an environment inherits from its base interpreter"},
		&cli.BoolFlag{Name: "no-exec", Usage: "never run the Python on PATH to find its prefix"},
		&cli.StringFlag{Name: "fail-on", Usage: "exit with 3 if a distribution's origin is of this `CLASS` or weaker"},
		&cli.BoolFlag{Name: "strict", Usage: "exit with 1 if there was anything to warn of"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "only errors on standard error"},
	}
}

func documentFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "subject", Usage: "what the document describes: `NAME[@VERSION]` or a package URL"},
		&cli.StringFlag{Name: "author", Usage: "who makes the document: `'NAME <mail or URL>'`"},
		&cli.StringFlag{Name: "supplier", Usage: "who supplies the subject: `'NAME <mail or URL>'`"},
		&cli.StringFlag{Name: "lifecycle", Usage: "CycloneDX lifecycle `PHASE`", Value: "post-build"},
		&cli.StringSliceFlag{Name: "internal", Usage: "distributions matching `GLOB` are your own: no pkg:pypi for them; repeatable"},
		&cli.StringSliceFlag{Name: "private-index", Usage: "name indexes matching `GLOB` in package URLs; repeatable"},
		&cli.StringFlag{Name: "purl-qualifiers", Usage: "`full`: put all that is known of the origin into package URLs"},
		&cli.StringFlag{Name: "vcs-purl", Usage: "`pypi`: give what was installed from a repository a pkg:pypi"},
	}
}

func (p *program) scan(c *cli.Context) error {
	if c.NArg() > 1 {
		return tooMany(c, 1)
	}
	p.quiet = c.Bool("quiet")
	outputs, err := parseOutputs(c.StringSlice("output"), scanFormats)
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

// inspect makes the document of what the command line names.
func (p *program) inspect(c *cli.Context) (*sbom.Document, error) {
	cfg, err := buildConfig(c)
	if err != nil {
		return nil, err
	}
	doc, err := p.document(c)
	if err != nil {
		return nil, err
	}
	target := c.Args().First()
	if !c.Args().Present() {
		if target, err = p.findTarget(c.Bool("no-exec")); err != nil {
			return nil, err
		}
	}
	doc.Inventory, err = p.load(target, cfg, !c.Bool("no-inherit"))
	if err != nil {
		return nil, err
	}
	if cfg.Subject.Name != "" {
		doc.Inventory.SetSubject(cfg.Subject)
	}
	witnesses, err := p.witnesses(c, target, doc.Inventory)
	if err != nil {
		return nil, err
	}
	if len(witnesses) > 0 {
		ask(doc.Inventory, witnesses)
	}
	return doc, nil
}

// finish writes every output, then says how it went.
func (p *program) finish(doc *sbom.Document, outputs []output, failOn provenance.Class, strict bool) error {
	for _, w := range doc.Inventory.Warnings {
		p.warn(w)
	}
	var errs []error
	for _, o := range outputs {
		errs = append(errs, p.write(o, doc))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	counts := classCounts(doc.Inventory)
	p.say("", summary(counts, len(doc.Inventory.Environments)))
	switch {
	case strict && len(doc.Inventory.Warnings) > 0:
		return errStrict
	case failOn >= 0 && weakest(counts) <= failOn:
		p.say("", fmt.Sprintf("--fail-on %s: there are distributions of that class or weaker", failOn))
		return errFindings
	}
	return nil
}

// classCounts counts the distributions of each class.
func classCounts(inv *inventory.Inventory) map[provenance.Class]int {
	counts := map[provenance.Class]int{}
	for _, c := range inv.Components {
		if c.Kind == inventory.Distribution {
			counts[c.Class]++
		}
	}
	return counts
}

func weakest(counts map[provenance.Class]int) provenance.Class {
	for class := provenance.ClassUnknown; class <= provenance.Recorded; class++ {
		if counts[class] > 0 {
			return class
		}
	}
	return provenance.Recorded + 1
}

// summary is the closing line: "142 distributions: 120 recorded, 4 unknown".
func summary(counts map[provenance.Class]int, environments int) string {
	total, parts := 0, []string{}
	for class := provenance.Recorded; class >= provenance.ClassUnknown; class-- {
		if n := counts[class]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%d %s", n, class))
		}
	}
	s := plural(total, "distribution")
	if environments > 1 {
		s += " in " + plural(environments, "environment")
	}
	if total > 0 {
		s += ": " + strings.Join(parts, ", ")
	}
	return s
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// parseFailOn returns the class that --fail-on names, -1 without it.
func parseFailOn(c *cli.Context) (provenance.Class, error) {
	if !c.IsSet("fail-on") {
		return -1, nil
	}
	var class provenance.Class
	if err := class.UnmarshalText([]byte(c.String("fail-on"))); err != nil {
		return 0, &failure{exitUsage, fmt.Errorf("--fail-on: no class %q", c.String("fail-on")), "the classes, strongest first, are recorded, reported, cached, verified, locked, candidate, unknown"}
	}
	return class, nil
}

func buildConfig(c *cli.Context) (inventory.Config, error) {
	var cfg inventory.Config
	if c.IsSet("subject") {
		s, err := parseSubject(c.String("subject"))
		if err != nil {
			return cfg, err
		}
		cfg.Subject = s
	}
	if v := c.String("python-version"); v != "" {
		if _, err := pep440.Parse(v); err != nil {
			return cfg, &failure{exitUsage, fmt.Errorf("--python-version %q: not a version such as 3.12 or 3.12.4", v), ""}
		}
		cfg.PythonVersion = v
	}
	if s := c.String("python-platform"); s != "" {
		platform, err := inventory.ParsePlatform(s)
		if err != nil {
			return cfg, &failure{exitUsage, fmt.Errorf("--python-platform: %w", err), ""}
		}
		cfg.Platform = &platform
	}
	return cfg, nil
}

// document makes the document without its inventory: what the command line
// and the clock say.
func (p *program) document(c *cli.Context) (*sbom.Document, error) {
	doc := &sbom.Document{Tool: sbom.Tool{Name: "pysbom", Version: version()}, Lifecycle: c.String("lifecycle")}
	var err error
	if doc.Created, err = p.now(); err != nil {
		return nil, err
	}
	if doc.Author, err = parseParty("author", c.String("author")); err != nil {
		return nil, err
	}
	if doc.Supplier, err = parseParty("supplier", c.String("supplier")); err != nil {
		return nil, err
	}
	doc.PURL = sbom.PurlPolicy{Internal: c.StringSlice("internal"), PrivateIndexes: c.StringSlice("private-index")}
	if doc.PURL.FullQualifiers, err = oneWord(c, "purl-qualifiers", "full"); err != nil {
		return nil, err
	}
	if doc.PURL.VCSAsPyPI, err = oneWord(c, "vcs-purl", "pypi"); err != nil {
		return nil, err
	}
	if phases := optionValues("lifecycle"); doc.Lifecycle != "" && !slices.Contains(phases, doc.Lifecycle) {
		return nil, &failure{exitUsage, fmt.Errorf("--lifecycle: no phase %q", doc.Lifecycle), "the phases are " + strings.Join(phases, ", ")}
	}
	return doc, nil
}

// oneWord reads an option that has one possible value so far.
func oneWord(c *cli.Context, flag, word string) (bool, error) {
	switch v := c.String(flag); v {
	case "":
		return false, nil
	case word:
		return true, nil
	default:
		return false, &failure{exitUsage, fmt.Errorf("--%s %q: the value is %q", flag, v, word), ""}
	}
}

// now is the time that documents bear: SOURCE_DATE_EPOCH where it is set.
//
// https://reproducible-builds.org/specs/source-date-epoch/
func (p *program) now() (time.Time, error) {
	epoch := p.getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || seconds < 0 || seconds > 253402300799 { // the year 9999
		return time.Time{}, &failure{exitUsage, fmt.Errorf("SOURCE_DATE_EPOCH %q: not a number of seconds", epoch), ""}
	}
	return time.Unix(seconds, 0).UTC(), nil
}
