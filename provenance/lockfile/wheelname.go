package lockfile

import (
	"slices"
	"strings"

	"github.com/pysbom/pysbom/internal/pep440"
	"github.com/pysbom/pysbom/provenance"
)

// WheelName is what the file name of a wheel says.
//
// https://packaging.python.org/en/latest/specifications/binary-distribution-format/
type WheelName struct {
	Name    string // as written, with underscores
	Version string // as written
	Build   string // empty for most
	// Sets of tags in the compressed form: their members between dots.
	Python, ABI, Platform string
}

// maxFilename is what file systems allow.
const maxFilename = 255

// ParseWheelName takes the file name of a wheel apart. Of the version only the
// characters are looked at, since old wheels have some that PEP 440 forbids.
func ParseWheelName(filename string) (WheelName, bool) {
	stem := len(filename) - len(".whl")
	if stem < 0 || len(filename) > maxFilename || !strings.EqualFold(filename[stem:], ".whl") {
		return WheelName{}, false
	}
	var parts [6]string
	n, rest := 0, filename[:stem]
	for more := true; more; n++ {
		if n == len(parts) {
			return WheelName{}, false
		}
		parts[n], rest, more = strings.Cut(rest, "-")
	}
	if n < 5 {
		return WheelName{}, false
	}
	w := WheelName{Name: parts[0], Version: parts[1], Python: parts[n-3], ABI: parts[n-2], Platform: parts[n-1]}
	if n == 6 {
		w.Build = parts[2]
		if w.Build == "" || w.Build[0] < '0' || '9' < w.Build[0] {
			return WheelName{}, false
		}
	}
	if !isName(strings.Trim(w.Name, "_.")) || w.Version == "" || !isTagSet(w.Python) || !isTagSet(w.ABI) || !isTagSet(w.Platform) {
		return WheelName{}, false
	}
	return w, true
}

// isTagSet reports whether no member of the set is empty.
func isTagSet(set string) bool {
	return set != "" && set[0] != '.' && set[len(set)-1] != '.' && !strings.Contains(set, "..")
}

// Tags returns the tags that the name expands to, as a WHEEL file lists them.
func (w WheelName) Tags() []string {
	var tags []string
	for python := range strings.SplitSeq(w.Python, ".") {
		for abi := range strings.SplitSeq(w.ABI, ".") {
			for platform := range strings.SplitSeq(w.Platform, ".") {
				tags = append(tags, strings.ToLower(python+"-"+abi+"-"+platform))
			}
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// Tags are the tags of a WHEEL file, for comparison with names of wheels.
type Tags []tag

type tag struct{ python, abi, platform string }

// maxTags of one WHEEL file. The most seen are some thirty.
const maxTags = 1024

// NewTags reads the Tag lines of a WHEEL file. Compressed ones, which the
// specification does not allow there, are expanded. What is no tag is left
// out.
func NewTags(lines []string) Tags {
	var tags Tags
	for _, line := range lines {
		python, rest, _ := strings.Cut(strings.ToLower(line), "-")
		abi, platform, ok := strings.Cut(rest, "-")
		if !ok || len(line) > maxFilename || !isTagSet(python) || !isTagSet(abi) || !isTagSet(platform) {
			continue
		}
		for python := range strings.SplitSeq(python, ".") {
			for abi := range strings.SplitSeq(abi, ".") {
				for platform := range strings.SplitSeq(platform, ".") {
					t := tag{python, abi, platform}
					if len(tags) < maxTags && !slices.Contains(tags, t) {
						tags = append(tags, t)
					}
				}
			}
		}
	}
	return tags
}

// Equal reports whether w's name expands to exactly these tags, Overlap
// whether it expands to one of them.
func (tags Tags) Equal(w WheelName) bool {
	for _, t := range tags {
		if !w.has(t) {
			return false
		}
	}
	return len(tags) > 0 && len(tags) == size(w.Python)*size(w.ABI)*size(w.Platform)
}

func (tags Tags) Overlap(w WheelName) bool { return slices.ContainsFunc(tags, w.has) }

func (w *WheelName) has(t tag) bool {
	return contains(w.Python, t.python) && contains(w.ABI, t.abi) && contains(w.Platform, t.platform)
}

// contains reports whether a lower-case member is in a compressed set.
func contains(set, member string) bool {
	for more := true; more; {
		var m string
		if m, set, more = strings.Cut(set, "."); strings.EqualFold(m, member) {
			return true
		}
	}
	return false
}

// size is the number of different members of a compressed set.
func size(set string) int {
	n := 0
	for more := true; more; {
		var m string
		if m, set, more = strings.Cut(set, "."); !more || !contains(set, m) {
			n++
		}
	}
	return n
}

// repaired reports whether all tags are of platforms that only a repaired
// wheel has: a build makes linux wheels.
func (tags Tags) repaired() bool {
	for _, t := range tags {
		if !strings.HasPrefix(t.platform, "manylinux") && !strings.HasPrefix(t.platform, "musllinux") {
			return false
		}
	}
	return len(tags) > 0
}

// retagged reports whether w may be the wheel of these tags under a name that
// says more of the platform than its WHEEL file does.
func (tags Tags) retagged(w WheelName) bool {
	for _, t := range tags {
		if !contains(w.Python, t.python) || !contains(w.ABI, t.abi) {
			continue
		}
		machine, isLinux := strings.CutPrefix(t.platform, "linux_")
		for platform := range strings.SplitSeq(strings.ToLower(w.Platform), ".") {
			if t.platform == "any" || isLinux && strings.Contains(platform, "linux") && strings.HasSuffix(platform, "_"+machine) {
				return true
			}
		}
	}
	return false
}

// sdistExtensions are those of archives that indexes ever took as sdists.
var sdistExtensions = [...]string{".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar"}

// IsSdist reports whether a file of that name is an sdist, judged by its
// extension.
func IsSdist(filename string) bool { return sdistStem(filename) != "" }

func sdistStem(filename string) string {
	for _, ext := range sdistExtensions {
		if n := len(filename) - len(ext); n > 0 && strings.EqualFold(filename[n:], ext) {
			return filename[:n]
		}
	}
	return ""
}

// SdistVersion returns the version in the file name of an sdist of the
// distribution of that name, as written. Old sdists have hyphens in either.
func SdistVersion(filename, name string) (version string, ok bool) {
	stem := sdistStem(filename)
	if len(filename) > maxFilename {
		return "", false
	}
	name = provenance.NormalizeName(name)
	for i := 1; i < len(stem)-1; i++ {
		if stem[i] == '-' && provenance.NormalizeName(stem[:i]) == name {
			return stem[i+1:], true
		}
	}
	return "", false
}

// versionOf returns the PEP 440 version in the file name of a wheel or an
// sdist of that distribution, "" where it has none.
func versionOf(filename, name string) string {
	version, ok := SdistVersion(filename, name)
	if w, isWheel := ParseWheelName(filename); isWheel && provenance.NormalizeName(w.Name) == name {
		version, ok = strings.ReplaceAll(w.Version, "_", "-"), true
	}
	if _, err := pep440.Parse(version); !ok || err != nil {
		return ""
	}
	return version
}
