package spdx

import (
	"regexp"
	"strings"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// downloadLocation is where c was installed from, if a record says so and it
// is a place that SPDX can name.
func downloadLocation(c *inventory.Component) string {
	o := &c.Origin
	if !c.Class.ClaimsOrigin() {
		return noAssertion
	}
	if o.Kind == provenance.KindVCS {
		location := sbom.VCSLocation(o)
		if !vcsLocation.MatchString(location) {
			return noAssertion
		}
		if o.Subdirectory != "" {
			location += "#" + sbom.EscapePath(o.Subdirectory)
		}
		return location
	}
	url, ok := sbom.URI(o.Artifact.URL)
	if !ok || o.Kind == provenance.KindDirectory || !isURL(url) {
		return noAssertion
	}
	return url
}

// vcsLocation is what the official validator takes for a repository: the last
// label of the host has at most five letters.
var vcsLocation = regexp.MustCompile(
	`(?i)^(git|hg|svn|bzr)\+(https?|ssh)://([^/@]+@)?[a-z0-9]+([-.][a-z0-9]+)*\.[a-z]{2,5}(:[0-9]{1,5})?(/|$)`)

// isURL reports whether the official validator takes s, a URI, for a URL:
// http or https, and a host that has a dot with two letters after it.
func isURL(s string) bool {
	_, host, ok := strings.Cut(s, "://")
	if !ok || !strings.HasPrefix(s, "http") {
		return false
	}
	inLabel := false
	for i := 0; i < len(host); i++ {
		switch c := host[i]; {
		case isLetter(c) || '0' <= c && c <= '9':
			inLabel = true
		case (c == '.' || c == '-') && inLabel:
			if c == '.' && i+2 < len(host) && isLetter(host[i+1]) && isLetter(host[i+2]) {
				return true
			}
			inLabel = false
		default:
			return false
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// sourceInfo says in one sentence what is known of c's origin, and how.
func sourceInfo(c *inventory.Component) string {
	if c.Kind != inventory.Distribution {
		return ""
	}
	what, source := originName(&c.Origin), inventory.Line(c.Source)
	if source == "" {
		source = "a record"
	}
	switch c.Class {
	case provenance.Recorded, provenance.Reported, provenance.Cached:
		if c.Origin.BuiltLocally {
			return "Built from the sdist " + what + ", " + c.Class.String() + " in " + source + "."
		}
		return "Installed from " + what + ", " + c.Class.String() + " in " + source + "."
	case provenance.Verified:
		return "The content is identical to " + what + ", compared through " + source + "; where it was downloaded from is not known."
	case provenance.Locked:
		return "The lock file " + source + " would install " + what + "; where it was installed from is not known."
	case provenance.Candidate:
		return "Likely " + what + ", by name, version and tags in " + source + "; the content was not compared."
	}
	return "Nothing says where it was installed from."
}

// originName is the shortest that says what o is.
func originName(o *provenance.Origin) string {
	name := o.Artifact.URL
	switch {
	case o.Kind == provenance.KindVCS && o.Commit.ID != "":
		name += " at " + o.Commit.ID
	case name == "":
		name = o.Artifact.Filename
	}
	if name = inventory.Line(name); name != "" {
		return name
	}
	switch o.Kind {
	case provenance.KindOSPackage:
		return "a package of the operating system"
	case provenance.KindConda:
		return "a conda package"
	}
	return "an artifact without a name"
}
