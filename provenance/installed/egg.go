package installed

import "strings"

// requiresOf reads a requires.txt of setuptools as importlib.metadata does:
// one requirement a line, and sections [extra:marker] that the lines below
// them belong to. What comes out are values of Requires-Dist.
//
// https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
func requiresOf(text string) []string {
	var requires []string
	condition := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			condition = conditionOf(line[1 : len(line)-1])
		case condition != "" && strings.Contains(line, "@"): // a URL ends at a space only
			requires = append(requires, line+" ; "+condition)
		case condition != "":
			requires = append(requires, line+"; "+condition)
		default:
			requires = append(requires, line)
		}
	}
	return requires
}

// conditionOf makes a marker of a section's name.
func conditionOf(section string) string {
	extra, marker, _ := strings.Cut(section, ":")
	switch {
	case extra == "":
		return marker
	case marker == "":
		return `extra == "` + extra + `"`
	}
	return "(" + marker + `) and extra == "` + extra + `"`
}
