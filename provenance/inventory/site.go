package inventory

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/installed"
	"github.com/pysbom/pysbom/provenance/record"
)

// Codes of warnings about what lies in a site beside the distributions.
const (
	CodeAmbiguous     = "dist-info-ambiguous" // several of one name in one directory, and the files do not say which is live
	CodePthCode       = "pth-code"            // a .pth file with a line that Python executes at every start
	CodePthUnowned    = "pth-unowned"         // a .pth file that no distribution installed
	CodeModuleUnowned = "module-unowned"      // something importable that no distribution installed
)

// settleRivals decides between distributions of one name in one directory by
// the files that are there. Where that is not decided, those of different
// versions stay, as either may be what is imported.
func settleRivals(ctx context.Context, c *installed.Contents) {
	var verifier record.Verifier
	var all []*installed.Distribution
	for _, d := range c.Distributions {
		if len(d.Rivals) == 0 {
			all = append(all, d)
			continue
		}
		rivals := append([]*installed.Distribution{d}, d.Rivals...)
		dirs := make([]string, len(rivals))
		for i, r := range rivals {
			dirs[i] = r.Dir
		}
		choice, err := verifier.Choose(ctx, d.Site, dirs)
		winner := max(choice.Winner, 0)
		if err != nil || choice.Winner < 0 {
			c.Problems = append(c.Problems, &installed.Problem{Code: CodeAmbiguous, Path: d.Site.Label(""), Msg: strings.Join(dirs, ", ") + ": " + choice.Reason})
		}
		all = append(all, rivals[winner])
		for i, r := range rivals {
			switch {
			case i == winner:
			case choice.Winner < 0 && r.Version != rivals[winner].Version:
				all = append(all, r)
			default:
				c.Problems = append(c.Problems, installed.Shadowed(r, rivals[winner]))
			}
		}
	}
	c.Distributions = all
}

// owned answers which of the names at the top of a site a distribution
// installed. It reads the RECORDs only when the names of the distributions
// leave something unexplained.
type owned struct {
	dists map[*installed.Site][]*installed.Distribution
	names map[*installed.Site]map[string]string // whose they are; nil until the RECORDs are read
}

func newOwned(dists []*installed.Distribution) *owned {
	o := &owned{dists: map[*installed.Site][]*installed.Distribution{}, names: map[*installed.Site]map[string]string{}}
	for _, d := range dists {
		o.dists[d.Site] = append(o.dists[d.Site], d)
	}
	return o
}

// by returns the name of the distribution of site that installed name at its
// top, "" when none did.
func (o *owned) by(site *installed.Site, name string) string {
	if o.names[site] == nil {
		o.names[site] = map[string]string{}
		for _, d := range o.dists[site] {
			o.read(site, d)
		}
	}
	return o.names[site][name]
}

// read notes what d's RECORD, or the lists that older formats have, names.
func (o *owned) read(site *installed.Site, d *installed.Distribution) {
	names := o.names[site]
	if d.Format == installed.DistInfo {
		files, _ := record.Files(site, d.Dir)
		for _, f := range files {
			if top, ok := topName(site, f.Name); ok {
				names[top] = d.Name
			}
		}
		return
	}
	for _, list := range []string{"installed-files.txt", "top_level.txt"} {
		data, err := fs.ReadFile(site.FS, path.Join(site.Dir, d.Dir, list))
		if err != nil || len(data) > 16<<20 {
			continue
		}
		for line := range strings.Lines(string(data)) {
			name := strings.TrimSpace(line)
			if list == "installed-files.txt" {
				name = path.Join(d.Dir, strings.ReplaceAll(name, `\`, "/"))
			}
			top, _, _ := strings.Cut(name, "/")
			names[top], names[top+".py"] = d.Name, d.Name
		}
	}
}

// topName returns the first part of name below site.
func topName(site *installed.Site, name string) (string, bool) {
	if site.Dir != "." {
		var ok bool
		if name, ok = strings.CutPrefix(name, site.Dir+"/"); !ok {
			return "", false
		}
	}
	top, _, _ := strings.Cut(name, "/")
	return top, top != ""
}

// unowned returns what can be imported from the sites of c and belongs to no
// distribution: code whose metadata is gone, or was never there. byOS tells
// what the packages of the operating system own.
func unowned(c *installed.Contents, o *owned, byOS func(*installed.Site, string) bool) []installed.Module {
	named := map[*installed.Site]map[string]bool{}
	for site, dists := range o.dists {
		named[site] = map[string]bool{}
		for _, d := range dists {
			named[site][moduleName(provenance.NormalizeName(d.Name))] = true
		}
	}
	var out []installed.Module
	for _, m := range c.Modules {
		base, _, _ := strings.Cut(m.Name, ".")
		if m.Site.Inherited || isSeeded(m.Name) || named[m.Site][moduleName(strings.ToLower(base))] {
			continue
		}
		if m.Dir && !isPackage(m) || o.by(m.Site, m.Name) != "" || byOS(m.Site, m.Name) {
			continue
		}
		out = append(out, m)
	}
	return out
}

func moduleName(s string) string { return strings.ReplaceAll(s, "-", "_") }

// isSeeded names what virtualenv and uv put into every environment they make.
func isSeeded(name string) bool { return name == "_virtualenv.py" || name == "_virtualenv.pth" }

// isPackage reports whether the directory holds code: scripts, data and
// documentation lie beside packages where pip install --target put them.
func isPackage(m installed.Module) bool {
	if strings.HasSuffix(m.Name, ".libs") || strings.HasSuffix(m.Name, ".data") {
		return false // native libraries of a wheel that names them in its RECORD under this very name
	}
	entries, err := fs.ReadDir(m.Site.FS, path.Join(m.Site.Dir, m.Name))
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		name := e.Name()
		return !e.IsDir() && (strings.HasSuffix(name, ".py") || strings.HasSuffix(name, ".so") || strings.HasSuffix(name, ".pyd"))
	})
}

// pthProblems reports the .pth files that execute code and those that nobody
// owns. What setuptools, virtualenv and namespace packages are known to write
// is no news.
func pthProblems(c *installed.Contents, o *owned, byOS func(*installed.Site, string) bool) []*installed.Problem {
	var problems []*installed.Problem
	for _, f := range c.Pth {
		if f.Site.Inherited || isSeeded(f.Name) && len(f.Code) == 1 && f.Code[0].Text == "import _virtualenv" {
			continue
		}
		owner := o.by(f.Site, f.Name)
		for _, line := range f.Code {
			if isKnownCode(f.Name, line.Text) {
				continue
			}
			msg := "line " + strconv.Itoa(line.Number) + " is executed at every start of the interpreter"
			if owner != "" {
				msg += " (" + owner + " installed it)"
			}
			problems = append(problems, &installed.Problem{Code: CodePthCode, Path: f.Path(), Msg: msg})
		}
		if f.Name != "easy-install.pth" && owner == "" && !byOS(f.Site, f.Name) {
			problems = append(problems, &installed.Problem{Code: CodePthUnowned, Path: f.Path(), Msg: "no distribution installed it"})
		}
	}
	return problems
}

// isKnownCode recognises the lines of setuptools: its hook for distutils, its
// finders of editable installs, and the namespace packages of old.
func isKnownCode(file, text string) bool {
	const hook = "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim()"
	switch {
	case strings.TrimRight(text, "; ") == hook && file == "distutils-precedence.pth":
		return true
	case strings.HasSuffix(file, "-nspkg.pth"):
		return strings.HasPrefix(text, "import sys, types, os;has_mfs = sys.version_info > (3, 5);") && !strings.Contains(text, "exec(")
	}
	module, found := strings.CutSuffix(file, ".pth")
	rest, ok := strings.CutPrefix(text, "import __editable___")
	finder, call, both := strings.Cut(rest, "_finder; __editable___")
	return found && strings.HasPrefix(module, "__editable__.") && ok && both && isWord(finder) && call == finder+"_finder.install()"
}

func isWord(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
