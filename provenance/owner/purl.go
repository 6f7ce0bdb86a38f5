package owner

import "strings"

// qualifier is one "key=value" of a purl.
type qualifier struct{ key, value string }

// purl returns a package URL. The qualifiers must be in order of their keys;
// those without a value are left out.
//
// https://ecma-tc54.github.io/ECMA-427/
func purl(typ, namespace, name, version string, qualifiers ...qualifier) string {
	var b strings.Builder
	b.WriteString("pkg:" + typ + "/")
	if namespace != "" {
		encode(&b, namespace)
		b.WriteByte('/')
	}
	encode(&b, name)
	if version != "" {
		b.WriteByte('@')
		encode(&b, version)
	}
	separator := byte('?')
	for _, q := range qualifiers {
		if q.value != "" {
			b.WriteByte(separator)
			b.WriteString(q.key + "=")
			encode(&b, q.value)
			separator = '&'
		}
	}
	return b.String()
}

// encode writes s with everything percent-encoded but letters, digits and
// .-_~: of ASCII.
func encode(b *strings.Builder, s string) {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(".-_~:", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
}

// vendors are namespaces of pkg:rpm that are not the distribution's ID.
var vendors = map[string]string{
	"rhel":                "redhat",
	"sles":                "suse",
	"sled":                "suse",
	"opensuse-leap":       "opensuse",
	"opensuse-tumbleweed": "opensuse",
}

// systemPURL returns the purl of a package of an operating system, "" where
// its namespace is not known: without one such a purl names nothing.
func systemPURL(p *Package, r osRelease) string {
	namespace := r.id
	if v := vendors[r.id]; v != "" && p.Type == "rpm" {
		namespace = v
	}
	if namespace == "" {
		return ""
	}
	name := p.Name
	if p.Type != "rpm" {
		name = strings.ToLower(name)
	}
	return purl(p.Type, namespace, name, p.Version,
		qualifier{"arch", p.Arch}, qualifier{"distro", r.distro()}, qualifier{"epoch", p.Epoch})
}
