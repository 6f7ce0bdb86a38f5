package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/provenance/lockfile"
	"github.com/pysbom/pysbom/provenance/pipreport"
)

func evidenceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "evidence", Usage: "learn origins from `FILE`: a report of pip, a lock; repeatable"},
	}
}

// Codes of warnings about evidence that does not fit what is installed.
const (
	codeOtherPython  = "evidence-other-python"
	codeOtherVersion = "evidence-other-version"
)

// witness is one source of evidence besides the environment itself.
type witness struct {
	name     string
	warnings []inventory.Warning

	// find returns what it says of one distribution.
	find func(e *inventory.Environment, c *inventory.Component) ([]provenance.Evidence, []inventory.Warning)
	// check returns what is wrong with using it for an environment at all.
	check func(e *inventory.Environment) []inventory.Warning
}

// ask adds to inv what the witnesses say.
func ask(inv *inventory.Inventory, witnesses []witness) {
	environments := map[string]*inventory.Environment{}
	for i := range inv.Environments {
		e := &inv.Environments[i]
		environments[e.ID] = e
		for _, w := range witnesses {
			inv.Warnings = append(inv.Warnings, w.check(e)...)
		}
	}
	for _, w := range witnesses {
		inv.Warnings = append(inv.Warnings, w.warnings...)
	}
	inv.Add(func(c *inventory.Component) (evidence []provenance.Evidence, warnings []inventory.Warning) {
		for _, w := range witnesses {
			e, more := w.find(environments[c.Env], c)
			evidence, warnings = append(evidence, e...), append(warnings, more...)
		}
		return evidence, warnings
	})
}

// maxEvidence bounds what is read of a file of evidence.
const maxEvidence = max(lockfile.MaxSize, pipreport.MaxSize)

// openWitness reads a file of evidence of any kind.
func openWitness(file string) (witness, error) {
	data, err := readLimited(file, maxEvidence)
	if err != nil {
		return witness{}, err
	}
	base := filepath.Base(file)
	switch {
	case lockfile.Detect(base, head(data)) != "":
		dir, err := os.OpenRoot(filepath.Dir(file))
		if err != nil {
			return witness{}, wrap(file, err)
		}
		defer dir.Close()
		lock, err := lockfile.Parse(base, data, dir.FS())
		if err != nil {
			return witness{}, err
		}
		return lockWitness(lock), nil
	case pipreport.Detect(head(data)):
		report, err := pipreport.Parse(base, data)
		if err != nil {
			return witness{}, err
		}
		return reportWitness(report), nil
	}
	return witness{}, &failure{exitFailed, fmt.Errorf("%s: no kind of evidence that is known", file),
		"known are pip install --report, pip inspect, and the locks " + strings.Join(lockfile.Formats(), ", ")}
}

func head(data []byte) []byte { return data[:min(len(data), 64<<10)] }

// readLimited reads a regular file of at most limit bytes.
func readLimited(file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, wrap(file, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, wrap(file, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("more than %d MiB", limit>>20)
	}
	return data, wrap(file, err)
}

// reportWitness takes pip's word for each distribution in the version that
// pip installed.
func reportWitness(r *pipreport.Report) witness {
	byName := map[string][]pipreport.Item{}
	for _, item := range r.Items {
		byName[item.Name] = append(byName[item.Name], item)
	}
	w := witness{name: r.File}
	for _, x := range r.Warnings {
		w.warnings = append(w.warnings, inventory.Warning{Code: x.Code, Path: x.File, Message: x.Msg})
	}
	w.find = func(_ *inventory.Environment, c *inventory.Component) ([]provenance.Evidence, []inventory.Warning) {
		var other []string
		for _, item := range byName[provenance.NormalizeName(c.Name)] {
			if sameVersion(item.Version, c.Version) {
				return []provenance.Evidence{item.Evidence}, nil
			}
			other = append(other, item.Version)
		}
		if other == nil {
			return nil, nil
		}
		return nil, []inventory.Warning{{Code: codeOtherVersion, Path: r.File, Component: c.ID,
			Message: fmt.Sprintf("is about %s %s, %s is installed", c.Name, strings.Join(other, " and "), c.Version)}}
	}
	w.check = func(e *inventory.Environment) []inventory.Warning {
		var differ []string
		for _, name := range []string{"implementation_name", "python_full_version", "sys_platform", "platform_machine"} {
			theirs, ours := r.Environment[name], e.Markers[name]
			if theirs != "" && ours != "" && theirs != ours {
				differ = append(differ, fmt.Sprintf("%s %s, not %s", name, theirs, ours))
			}
		}
		if differ == nil {
			return nil
		}
		return []inventory.Warning{{Code: codeOtherPython, Path: r.File, Message: "is about another Python than " + e.ID + ": " + strings.Join(differ, "; ")}}
	}
	return w
}

// lockWitness asks the lock which of its files each distribution would be.
func lockWitness(l *lockfile.Lock) witness {
	w := witness{name: l.File}
	for i := range l.Warnings {
		w.warnings = append(w.warnings, lockWarning(&l.Warnings[i], ""))
	}
	w.find = func(e *inventory.Environment, c *inventory.Component) ([]provenance.Evidence, []inventory.Warning) {
		evidence, warning := l.Resolve(lockfile.Dist{Name: c.Name, Version: c.Version, WheelTags: c.Wheel.Tags, Build: c.Wheel.Build,
			BuiltLocally: c.Wheel.BuiltLocally}, markersOf(e))
		var warnings []inventory.Warning
		if warning != nil {
			warnings = append(warnings, lockWarning(warning, c.ID))
		}
		if evidence.Class == provenance.ClassUnknown {
			return nil, warnings
		}
		return []provenance.Evidence{evidence}, warnings
	}
	w.check = func(e *inventory.Environment) []inventory.Warning {
		var warnings []inventory.Warning
		for _, x := range l.Check(markersOf(e)) {
			warnings = append(warnings, lockWarning(&x, ""))
		}
		return warnings
	}
	return w
}

func lockWarning(w *lockfile.Warning, component string) inventory.Warning {
	path := w.File
	if w.Line > 0 {
		path = fmt.Sprintf("%s:%d", w.File, w.Line)
	}
	return inventory.Warning{Code: w.Code, Path: path, Message: w.Msg, Component: component}
}

// markersOf is the environment that markers see, as the inventory keeps it.
func markersOf(e *inventory.Environment) *pep508.Environment {
	var env pep508.Environment
	data, err := json.Marshal(e.Markers)
	if err == nil {
		err = json.Unmarshal(data, &env) // the names of markers are the names of its members
	}
	if err != nil {
		return &pep508.Environment{}
	}
	return &env
}

// sameVersion compares as PEP 440 does, and as text what is no version.
func sameVersion(a, b string) bool {
	va, errA := pep440.Parse(a)
	vb, errB := pep440.Parse(b)
	if errA != nil || errB != nil {
		return a == b
	}
	return va.Compare(vb) == 0
}

// projectLocks are the locks that a project may have, with the installer that
// works from each.
var projectLocks = []struct{ file, installer string }{
	{"pylock.toml", ""},
	{"uv.lock", "uv"},
	{"poetry.lock", "Poetry"},
	{"pdm.lock", "pdm"},
	{"Pipfile.lock", ""},
	{"requirements.txt", "pip"},
}

// findLock returns the lock of the project in dir: that of the installer most
// distributions name, else the first there is. "" when there is none.
func findLock(dir string, inv *inventory.Inventory) string {
	installers := map[string]int{}
	for _, c := range inv.Components {
		name, _, _ := strings.Cut(c.Installer, " ")
		installers[name]++
	}
	best, most := "", -1
	for _, l := range projectLocks {
		file := filepath.Join(dir, l.file)
		data, err := readLimited(file, lockfile.MaxSize)
		if err != nil || lockfile.Detect(l.file, head(data)) == "" {
			continue
		}
		if n := installers[l.installer]; n > most {
			best, most = file, n
		}
	}
	return best
}

// witnesses opens what the command line names, and in a project its lock.
func (p *program) witnesses(c *cli.Context, target string, inv *inventory.Inventory) ([]witness, error) {
	var all []witness
	var errs []error
	files := slices.Compact(c.StringSlice("evidence"))
	if len(files) == 0 && isProjectDir(target) {
		if lock := findLock(target, inv); lock != "" {
			p.say("", "origins from "+lock+" (--evidence names others)")
			files = []string{lock}
		}
	}
	for _, file := range files {
		w, err := openWitness(file)
		errs = append(errs, err)
		all = append(all, w)
	}
	return all, errors.Join(errs...)
}

// isProjectDir reports whether target is a directory whose environment was
// found as that of a project.
func isProjectDir(target string) bool {
	if isEnvironment(target) {
		return false
	}
	d, err := os.OpenRoot(target)
	if err != nil {
		return false
	}
	defer d.Close()
	for _, name := range []string{".venv", "venv"} {
		if info, err := fs.Stat(d.FS(), name); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}
