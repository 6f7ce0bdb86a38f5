package record

import (
	"errors"
	"path"
	"strings"

	"github.com/pysbom/pysbom/provenance/installed"
)

// File is one line of the RECORD of an installed distribution.
type File struct {
	Entry
	Name string // inside the FS of its site, see [Resolve]; "" when it leads out of that
}

// Files reads the RECORD of the distribution whose .dist-info directory has
// the base name distInfo. The files are in the order of RECORD. Without a
// RECORD there are none, and a Problem with [CodeMissing].
func Files(site *installed.Site, distInfo string) ([]File, []*installed.Problem) {
	return placeOf(site).files(site, distInfo)
}

func (p *place) files(site *installed.Site, distInfo string) ([]File, []*installed.Problem) {
	label := site.Label(path.Join(distInfo, "RECORD"))
	data, err := p.tree().readFile(path.Join(p.dir, distInfo, "RECORD"), maxRecord)
	if err != nil {
		return nil, []*installed.Problem{recordProblem(label, err)}
	}
	entries, problems := Parse(label, data)
	p.windows = p.windows || writtenOnWindows(entries, distInfo)
	files := make([]File, len(entries))
	var names arena
	names.hint(len(data) + len(entries)*len(p.dir))
	for i, e := range entries {
		files[i].Entry = e
		files[i].Name, _ = p.resolve(e.Path, &names)
	}
	return files, problems
}

func recordProblem(label string, err error) *installed.Problem {
	if errors.Is(err, errTooLarge) {
		return &installed.Problem{Code: CodeTooLarge, Path: label, Msg: errTooLarge.Error()}
	}
	status, code, reason := trouble(err)
	if status == Missing {
		code = CodeMissing
	}
	return &installed.Problem{Code: code, Path: label, Msg: reason}
}

// writtenOnWindows reports whether the RECORD names a file of its own
// directory with a `\`, as older installers did there.
func writtenOnWindows(entries []Entry, distInfo string) bool {
	for i := range entries {
		if rest, ok := strings.CutPrefix(entries[i].Path, distInfo); ok && strings.HasPrefix(rest, `\`) {
			return true
		}
	}
	return false
}

// isInstallers reports whether name, a file of a .dist-info directory, is one
// that installers write there and that no wheel has to have.
func isInstallers(name string) bool {
	switch name {
	case "INSTALLER", "REQUESTED", "RECORD", "RECORD.jws", "RECORD.p7s", // PEP 376, PEP 427
		"direct_url.json", "provenance_url.json", // PEP 610, PEP 710
		"uv_cache.json", "uv_build.json", // uv
		"REFER_TO": // PDM
		return true
	}
	return false
}

// byInstaller reports whether f was made by the installer of the distribution
// and may be gone without harm.
func (p *place) byInstaller(f *File, distInfo string) bool {
	if inner, ok := p.inSite(f.Name); ok {
		dir, base, _ := strings.Cut(inner, "/")
		if dir == distInfo && isInstallers(base) {
			return true
		}
		if f.Digest == "" && inner == strings.TrimSuffix(distInfo, ".dist-info")+".virtualenv" {
			return true // virtualenv marks what it seeded
		}
	}
	return isByteCode(f)
}

// isByteCode reports whether f is byte code, or a directory of it, that was
// made where the distribution is installed: without a hash.
func isByteCode(f *File) bool {
	if f.Algorithm != "" {
		return false
	}
	name := f.Name
	if name == "" {
		name = strings.ReplaceAll(f.Path, `\`, "/")
	}
	base := path.Base(name)
	return base == "__pycache__" || strings.HasSuffix(base, ".pyc") || strings.HasSuffix(base, ".pyo")
}
