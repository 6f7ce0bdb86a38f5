package sbom

import (
	"slices"
	"strings"

	packageurl "github.com/package-url/packageurl-go"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
)

// PurlPolicy is what the user decides about purls. The zero policy gives the
// purls that vulnerability databases match.
type PurlPolicy struct {
	// PrivateIndexes are globs of index URLs; '*' stands for anything. One
	// without "://" is compared with the host. Only an index that matches
	// becomes a repository_url.
	PrivateIndexes []string
	// Internal are globs of distribution names. A name that matches gets no
	// purl: a public package of that name is another one.
	Internal []string
	// FullQualifiers adds what is known beyond file_name: repository_url of
	// any index, download_url, vcs_url, checksum.
	FullQualifiers bool
	// VCSAsPyPI names what was installed from a repository pkg:pypi and not
	// pkg:generic.
	VCSAsPyPI bool
}

// PURL returns the package URL of c in canonical form, or "" for what has no
// identity outside its environment: directories and editable installs, names
// that the policy calls internal, an interpreter of unknown version. What a
// package of conda or of an operating system brought has that package's.
func PURL(c *inventory.Component, policy PurlPolicy) string {
	switch {
	case c.Owner != nil && c.Owner.PURL != "":
		return ownerPURL(c.Owner)
	case c.Kind == inventory.Interpreter:
		return interpreterPURL(c.Name, c.Version)
	case c.Kind != inventory.Distribution || policy.isInternal(c.Name):
		return ""
	}
	o := &c.Origin
	switch o.Kind {
	case provenance.KindDirectory, provenance.KindOSPackage, provenance.KindConda: // the latter without their package's own
		return ""
	case provenance.KindVCS:
		if !policy.VCSAsPyPI {
			name := strings.ToLower(strings.ReplaceAll(c.Name, "_", "-"))
			return purlString(packageurl.TypeGeneric, name, c.Version, vcsQualifier(o))
		}
	}
	if o.Editable {
		return ""
	}
	return purlString(packageurl.TypePyPi, c.Name, c.Version, policy.qualifiers(c))
}

// ownerPURL is the package's purl as packageurl-go spells it.
func ownerPURL(o *inventory.Owner) string {
	p, err := packageurl.FromString(o.PURL)
	if err != nil || p.Normalize() != nil {
		return ""
	}
	return p.ToString()
}

// AncestorPURL returns the identity that the project gave what a package of
// conda or of an operating system brought: the pypi purl, without qualifiers.
// It is "" for what nobody else packaged.
func AncestorPURL(c *inventory.Component) string {
	if c.Owner == nil || c.Kind != inventory.Distribution {
		return ""
	}
	return purlString(packageurl.TypePyPi, c.Name, c.Version, nil)
}

func purlString(typ, name, version string, q packageurl.Qualifiers) string {
	p := packageurl.PackageURL{Type: typ, Name: inventory.Line(name), Version: inventory.Line(version), Qualifiers: q}
	if p.Normalize() != nil {
		return ""
	}
	return p.ToString()
}

func interpreterPURL(name, version string) string {
	if version == "" {
		return ""
	}
	name = strings.ToLower(name)
	if name == "cpython" {
		name = "python"
	}
	return purlString(packageurl.TypeGeneric, name, version, nil)
}

// qualifiers are those of a pkg:pypi purl. What only a lock or a guess says of
// an artifact is no part of an identity.
func (p *PurlPolicy) qualifiers(c *inventory.Component) packageurl.Qualifiers {
	a := &c.Origin.Artifact
	if c.Class < provenance.Verified {
		return nil
	}
	var q packageurl.Qualifiers
	add := func(key, value string) {
		if value != "" {
			q = append(q, packageurl.Qualifier{Key: key, Value: value})
		}
	}
	if p.FullQualifiers {
		add("checksum", checksumQualifier(a.Hashes))
		if c.Class.ClaimsOrigin() && c.Origin.Kind != provenance.KindVCS {
			add("download_url", inventory.Line(a.URL))
		}
	}
	add("file_name", inventory.Line(a.Filename))
	if p.FullQualifiers || p.isPrivateIndex(a.Index) {
		add("repository_url", inventory.Line(a.Index))
	}
	if p.FullQualifiers && c.Origin.Kind == provenance.KindVCS {
		q = append(q, vcsQualifier(&c.Origin)...)
	}
	return q
}

func checksumQualifier(h provenance.Hashes) string {
	var list []string
	named, _ := splitHashes(h)
	for _, hash := range named {
		list = append(list, hash.Algorithm+":"+hash.Value)
	}
	return strings.Join(list, ",")
}

func vcsQualifier(o *provenance.Origin) packageurl.Qualifiers {
	url := VCSLocation(o)
	if url == "" {
		return nil
	}
	return packageurl.Qualifiers{{Key: "vcs_url", Value: url}}
}

// VCSLocation returns where a repository was installed from as SPDX writes
// it: <vcs>+<url>[@<commit>]; "" where no URI can be made of the URL.
func VCSLocation(o *provenance.Origin) string {
	url, ok := URI(o.Artifact.URL)
	if !ok {
		return ""
	}
	url, _, _ = strings.Cut(url, "#")
	if scheme, _, _ := strings.Cut(url, ":"); o.Commit.System != "" && !strings.Contains(scheme, "+") {
		url = inventory.Line(o.Commit.System) + "+" + url
	}
	if o.Commit.ID == "" {
		return url
	}
	var b strings.Builder
	b.WriteString(url)
	b.WriteByte('@')
	writeEscaped(&b, o.Commit.ID, inUser)
	return b.String()
}

func (p *PurlPolicy) isInternal(name string) bool {
	if len(p.Internal) == 0 {
		return false
	}
	name = provenance.NormalizeName(name)
	return slices.ContainsFunc(p.Internal, func(glob string) bool {
		return matchGlob(provenance.NormalizeName(glob), name)
	})
}

func (p *PurlPolicy) isPrivateIndex(index string) bool {
	if index == "" {
		return false
	}
	_, host, _ := strings.Cut(index, "://")
	host, _, _ = strings.Cut(host, "/")
	return slices.ContainsFunc(p.PrivateIndexes, func(glob string) bool {
		if strings.Contains(glob, "://") {
			return matchGlob(glob, index)
		}
		return matchGlob(glob, host)
	})
}

// matchGlob reports whether glob, in which '*' stands for any run of
// characters, matches the whole of s.
func matchGlob(glob, s string) bool {
	head, tail, star := strings.Cut(glob, "*")
	if !star {
		return glob == s
	}
	s, ok := strings.CutPrefix(s, head)
	if !ok {
		return false
	}
	for {
		part, rest, more := strings.Cut(tail, "*")
		if !more {
			return strings.HasSuffix(s, part)
		}
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s, tail = s[i+len(part):], rest
	}
}
