package lockfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// Dist is what an installed distribution says of itself.
type Dist struct {
	Name, Version string
	WheelTags     []string // Tag of WHEEL, in any order; empty when unknown
	Build         string   // Build of WHEEL
	// BuiltLocally says that the installer built the wheel itself: uv leaves a
	// uv_build.json. False means that this is not known.
	BuiltLocally bool
}

// Resolve returns what the lock says of one installed distribution: evidence of
// class Locked with the one file or place that it leaves, or of class Candidate
// with several. A repository without a commit is a Candidate too, with its
// Origin. The Class is ClassUnknown, and the evidence empty, where the lock says
// nothing: it does not list the name, or lists it without any file.
//
// The warning tells why a lock that does list the name says nothing of this
// distribution; it may be nil. env holds what is known of the environment, for
// markers; it may be nil.
//
// Of a bare hash it is not known what file it is of, so the Origin's
// BuiltLocally is d's.
func (l *Lock) Resolve(d Dist, env *pep508.Environment) (provenance.Evidence, *Warning) {
	name := provenance.NormalizeName(d.Name)
	listed := l.entries(name)
	entries := slices.DeleteFunc(slices.Clone(listed), func(pkg *Package) bool { return !pkg.isVersion(d.Version) })
	if len(entries) == 0 {
		return provenance.Evidence{}, otherVersions(name, d.Version, listed)
	}
	first := entries[0]
	warn := func(code, msg string) *Warning {
		return &Warning{code, first.File, first.Line, fmt.Sprintf("%s %s: %s", name, plain(d.Version), msg)}
	}
	entries = slices.DeleteFunc(entries, func(pkg *Package) bool { return pkg.excluded(env) })
	if len(entries) == 0 {
		return provenance.Evidence{}, warn(CodeExcluded, "installed, though its marker excludes this environment")
	}
	choices, sure := choose(entries, &d)
	if len(choices) == 0 {
		if !slices.ContainsFunc(entries, (*Package).hasSource) {
			return provenance.Evidence{}, nil
		}
		return provenance.Evidence{}, warn(CodeNoFile, "the installed wheel is none of the lock's files and not built from them")
	}
	return l.evidence(name, choices, sure, d.BuiltLocally), nil
}

func (l *Lock) entries(name string) []*Package {
	indexes := l.byName[name]
	list := make([]*Package, len(indexes))
	for i, n := range indexes {
		list[i] = &l.Packages[n]
	}
	return list
}

// isVersion reports whether an entry is of that version. A source tree has the
// version that it has.
func (pkg *Package) isVersion(version string) bool {
	if pkg.Version == "" {
		return !pkg.Direct.IsZero()
	}
	return sameVersion(pkg.Version, version)
}

// sameVersion compares as PEP 440 does, or else as texts.
func sameVersion(a, b string) bool {
	if a == b {
		return true
	}
	v, errV := pep440.Parse(a)
	w, errW := pep440.Parse(b)
	return errV == nil && errW == nil && v.Compare(w) == 0
}

func otherVersions(name, version string, listed []*Package) *Warning {
	var versions []string
	for _, pkg := range listed {
		if pkg.Version != "" && !slices.Contains(versions, pkg.Version) && len(versions) < 8 {
			versions = append(versions, pkg.Version)
		}
	}
	if len(versions) == 0 || version == "" {
		return nil
	}
	msg := fmt.Sprintf("%s: %s is installed, the lock has %s", name, plain(version), strings.Join(versions, ", "))
	return &Warning{CodeOther, listed[0].File, listed[0].Line, msg}
}

// excluded reports whether the lock would certainly not install the entry.
// Which extras and groups were asked for is not known.
func (pkg *Package) excluded(env *pep508.Environment) bool {
	m := pkg.marker
	return m != nil && !m.Mentions("extra") && !m.Mentions("extras") && !m.Mentions("dependency_groups") &&
		m.EvaluateLock(env, nil, nil) == pep508.False
}

func (pkg *Package) hasSource() bool { return len(pkg.Artifacts) > 0 || !pkg.Direct.IsZero() }

// A choice is a file or a place that the distribution may be from.
type choice struct {
	pkg      *Package
	artifact *Artifact // nil for the entry's Direct
	fit      fit
}

// fit says how well a file fits what is installed.
type fit uint8

const (
	misfit   fit = iota
	retagged     // a wheel with other tags, which may be a renamed one
	source       // an sdist
	overlap      // a wheel with some of the tags
	sameTags     // a wheel with the tags, where one of the two has no build number
	same         // a wheel with the tags and the build number
	always       // a bare hash, a repository, a directory: no name to judge by
)

// choose returns the choices that remain, and whether one alone would be more
// than a guess.
func choose(entries []*Package, d *Dist) (left []choice, sure bool) {
	tags := NewTags(d.WheelTags)
	var all []choice
	best := misfit
	for _, pkg := range entries {
		if !pkg.Direct.IsZero() {
			all = append(all, choice{pkg, nil, pkg.fitDirect(d, tags)})
		}
		for i := range pkg.Artifacts {
			a := &pkg.Artifacts[i]
			all = append(all, choice{pkg, a, a.fit(pkg, d, tags)})
		}
	}
	for _, c := range all {
		if c.fit != always {
			best = max(best, c.fit)
		}
	}
	open := best == source && retaggedFromAny(all, tags)
	left = slices.DeleteFunc(all, func(c choice) bool {
		return c.fit == misfit || c.fit != always && c.fit != best && !(open && c.fit == retagged)
	})
	return distinct(left), !open && best != retagged
}

// retaggedFromAny reports whether there is a wheel that may be the installed
// one though its name is of one platform and WHEEL says "any". Then an sdist
// is no more likely than it.
func retaggedFromAny(all []choice, tags Tags) bool {
	return slices.ContainsFunc(all, func(c choice) bool { return c.fit == retagged }) &&
		slices.ContainsFunc(tags, func(t tag) bool { return t.platform == "any" })
}

// fitDirect judges an entry's direct reference.
func (pkg *Package) fitDirect(d *Dist, tags Tags) fit {
	if pkg.Direct.Kind != provenance.KindArchive {
		return always
	}
	a := Artifact{pkg.Direct.Artifact, pkg.Direct.BuiltLocally}
	return a.fit(pkg, d, tags)
}

// fit judges a file. Without tags every wheel fits.
func (a *Artifact) fit(pkg *Package, d *Dist, tags Tags) fit {
	w, isWheel := ParseWheelName(a.Filename)
	switch {
	case a.Sdist:
		if tags.repaired() && !d.BuiltLocally {
			return misfit
		}
		return source
	case !isWheel && (a.Filename == "" || !pkg.Direct.IsZero()):
		return always
	case !isWheel || d.BuiltLocally || provenance.NormalizeName(w.Name) != pkg.Name || !pkg.hasVersion(w.Version):
		return misfit
	case len(tags) == 0:
		return source // as good as the sdist
	case !tags.Overlap(w):
		if tags.retagged(w) {
			return retagged
		}
		return misfit
	case w.Build != d.Build && w.Build != "" && d.Build != "":
		return misfit
	case !tags.Equal(w):
		return overlap
	case w.Build != d.Build:
		return sameTags
	}
	return same
}

// hasVersion reports whether the version in a wheel's name may be the entry's.
// Names have an underscore where the version has a hyphen.
func (pkg *Package) hasVersion(version string) bool {
	version = strings.ReplaceAll(version, "_", "-")
	_, err := pep440.Parse(version)
	return err != nil || pkg.Version == "" || sameVersion(version, pkg.Version)
}

// distinct leaves out what another entry has too, as a lock's groups may.
func distinct(choices []choice) []choice {
	if len(choices) < 2 || choices[0].pkg == choices[len(choices)-1].pkg {
		return choices
	}
	seen := make(map[string]bool, len(choices))
	return slices.DeleteFunc(choices, func(c choice) bool {
		key := c.key()
		twice := seen[key]
		seen[key] = true
		return twice
	})
}

// key is the same for what is the same.
func (c *choice) key() string {
	o := c.origin(false)
	parts := []string{o.Kind.String(), o.Artifact.URL, o.Artifact.Filename, o.Artifact.Index, o.Subdirectory, o.Commit.ID, o.Commit.Requested}
	for _, name := range slices.Sorted(maps.Keys(o.Artifact.Hashes)) {
		parts = append(parts, name, o.Artifact.Hashes[name])
	}
	return strings.Join(parts, "\x00")
}

// origin returns the Origin that the choice would be.
func (c *choice) origin(builtLocally bool) provenance.Origin {
	if c.artifact == nil {
		return c.pkg.Direct
	}
	bare := c.artifact.Filename == ""
	return provenance.Origin{
		Kind:         provenance.KindIndex,
		Artifact:     c.artifact.Artifact,
		BuiltLocally: c.artifact.Sdist || bare && builtLocally,
	}
}

func (l *Lock) evidence(name string, choices []choice, sure, builtLocally bool) provenance.Evidence {
	pkg := choices[0].pkg
	ev := provenance.Evidence{
		Name: name, Version: pkg.Version,
		Class: provenance.Candidate, Source: l.source, File: pkg.File, Line: pkg.Line,
	}
	for _, c := range choices {
		ev.CredentialsRemoved = ev.CredentialsRemoved || c.pkg.CredentialsRemoved
	}
	if len(choices) > 1 || !sure {
		for _, c := range choices {
			ev.Candidates = append(ev.Candidates, c.origin(false).Artifact)
		}
		return ev
	}
	ev.Origin = choices[0].origin(builtLocally)
	if ev.Origin.Kind != provenance.KindVCS || ev.Origin.Commit.ID != "" {
		ev.Class = provenance.Locked
	}
	return ev
}

// Check returns what is wrong with using the lock for an environment: it is for
// other versions of Python, or for other environments. What is not known of
// the environment, which may be nil, is taken to fit.
func (l *Lock) Check(env *pep508.Environment) []Warning {
	if env == nil {
		return nil
	}
	var warnings []Warning
	set, err := pep440.ParseSpecifiers(l.RequiresPython)
	if version, errV := pep440.Parse(env.PythonFullVersion); err == nil && errV == nil && !set.Contains(version) {
		msg := fmt.Sprintf("for Python %s, and the environment has %s", l.RequiresPython, plain(env.PythonFullVersion))
		warnings = append(warnings, Warning{CodePython, l.File, 0, msg})
	}
	excluded := func(m *pep508.Marker) bool { return m.EvaluateLock(env, nil, nil) == pep508.False }
	if len(l.environments) > 0 && !slices.ContainsFunc(l.environments, func(m *pep508.Marker) bool { return !excluded(m) }) {
		warnings = append(warnings, Warning{CodePlatform, l.File, 0, "made for other environments than this one"})
	}
	return warnings
}
