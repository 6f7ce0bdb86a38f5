package record

import (
	"bytes"
	"iter"
	"path"
	"slices"
	"strings"
)

// entryScripts returns the names of the scripts that an installer makes for
// the console_scripts and gui_scripts of an entry_points.txt.
//
// https://packaging.python.org/en/latest/specifications/entry-points/
func entryScripts(text string) []string {
	var names []string
	scripts := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && line[len(line)-1] == ']':
			section := strings.TrimSpace(line[1 : len(line)-1])
			scripts = section == "console_scripts" || section == "gui_scripts"
		case scripts:
			if name, _, ok := strings.Cut(line, "="); ok {
				names = append(names, strings.TrimSpace(name))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// launchers are what installers append to the name of a script on Windows.
var launchers = []string{".exe", "-script.py", "-script.pyw", ".exe.manifest", ".cmd", ""}

// versioned are the entry points that pip and virtualenv also install with
// the version of Python behind their name: pip3, pip3.11, pip-3.11.
var versioned = []string{"pip", "easy_install", "wheel"}

// isEntryScript reports whether f is a script that an installer makes for one
// of the entry points names, which are sorted.
func (p *place) isEntryScript(f *File, names []string) bool {
	where := f.Name
	if where == "" {
		where = strings.ReplaceAll(f.Path, `\`, "/")
	}
	dir, base := path.Split(where)
	switch path.Base(dir) {
	case "bin":
	case "Scripts", "scripts":
		if !p.windows {
			return false
		}
	default:
		return false
	}
	if inner, ok := p.inSite(f.Name); ok && (!p.target || strings.Count(inner, "/") != 1) {
		return false // a package's own directory of that name
	}
	if !p.windows {
		return isScriptName(base, names)
	}
	for _, suffix := range launchers {
		if len(base) > len(suffix) && strings.EqualFold(base[len(base)-len(suffix):], suffix) && isScriptName(base[:len(base)-len(suffix)], names) {
			return true
		}
	}
	return false
}

func isScriptName(name string, names []string) bool {
	if _, ok := slices.BinarySearch(names, name); ok {
		return true
	}
	plain := strings.TrimSuffix(strings.TrimRight(name, "0123456789."), "-")
	_, ok := slices.BinarySearch(names, plain)
	return ok && slices.Contains(versioned, plain)
}

// maxScript bounds the scripts whose first line is restored.
const maxScript = 4 << 20

// interpreterLine returns the length of what an installer wrote over the first
// line of a script, and the arguments it took over from there. 0 is for a text
// that does not begin with a #! line.
//
// For a path with spaces or too long for the system, the line is
//
//	#!/bin/sh
//	'''exec' /path/to/python "$0" "$@"
//	' '''
func interpreterLine(script []byte) (n int, args string) {
	if !bytes.HasPrefix(script, []byte("#!")) {
		return 0, ""
	}
	end := lineEnd(script)
	first := strings.TrimRight(string(script[:end]), "\r\n")
	if first == "#!/bin/sh" && bytes.HasPrefix(script[end:], []byte("'''exec' ")) {
		second := end + lineEnd(script[end:])
		third := second + lineEnd(script[second:])
		if strings.TrimRight(string(script[second:third]), "\r\n") == "' '''" {
			return third, ""
		}
	}
	if i := strings.IndexByte(first, ' '); i >= 0 {
		args = first[i:]
	}
	return end, args
}

func lineEnd(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// restored yields the texts that script may have been in its wheel: with
// "#!python" or "#!pythonw" for its first line, which installers replace.
func restored(script []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		n, args := interpreterLine(script)
		if n == 0 {
			return
		}
		for _, first := range []string{"#!python", "#!pythonw", "#!python3", "#!python2"} {
			for _, end := range []string{"\n", "\r\n", args + "\n", args + "\r\n"} {
				if !yield(append([]byte(first+end), script[n:]...)) {
					return
				}
			}
		}
	}
}
