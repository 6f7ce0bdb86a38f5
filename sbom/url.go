package sbom

import (
	"net/netip"
	"strings"
)

// referenceSchemes may stand in a reference. Others ("javascript:", "data:")
// are no place to go to, and pages that render a document make links of them.
var referenceSchemes = map[string]bool{
	"http": true, "https": true, "ftp": true, "ftps": true, "sftp": true,
	"ssh": true, "git": true, "hg": true, "svn": true, "bzr": true,
	"file": true, "mailto": true, "irc": true, "ircs": true,
}

// URI returns s as a URI by the grammar of RFC 3986, which every format and
// validator takes: what is not legal is percent-encoded, git's `host:path` is
// written as ssh://, a user in an http URL is left out. It reports false where
// no URI of a scheme that a reference may have can be made of s.
func URI(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if isPlainURI(s) {
		return s, true
	}
	scheme, rest, ok := cutScheme(s)
	if !ok {
		scheme, rest, ok = cutSCP(s)
	}
	if !ok || !isReferenceScheme(scheme) {
		return "", false
	}
	if scheme == "ssh" || strings.HasSuffix(scheme, "+ssh") {
		rest = unSCP(rest)
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(scheme)
	b.WriteByte(':')
	if !writeHierarchy(&b, scheme, rest) {
		return "", false
	}
	if hasQuery {
		b.WriteByte('?')
		writeEscaped(&b, query, inQuery)
	}
	if hasFragment {
		b.WriteByte('#')
		writeEscaped(&b, fragment, inQuery)
	}
	return b.String(), true
}

// writeHierarchy writes the authority and the path of a URI.
func writeHierarchy(b *strings.Builder, scheme, s string) bool {
	path, ok := strings.CutPrefix(s, "//")
	if !ok {
		writeEscaped(b, s, inPath)
		return s != "" && !needsAuthority(scheme)
	}
	end := strings.IndexByte(path, '/')
	if end < 0 {
		end = len(path)
	}
	authority, ok := uriAuthority(scheme, path[:end])
	b.WriteString("//")
	b.WriteString(authority)
	writeEscaped(b, path[end:], inPath)
	return ok
}

// cutScheme splits s after its scheme, which it returns in lower case.
func cutScheme(s string) (scheme, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(s, ":")
	if !ok || scheme == "" || !isLetter(scheme[0]) {
		return "", "", false
	}
	for i := 0; i < len(scheme); i++ {
		c := scheme[i]
		if !isLetter(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return "", "", false
		}
	}
	// host.example:path has the form of a scheme; a scheme with a dot is none that we know.
	if strings.Contains(scheme, ".") {
		return "", "", false
	}
	return strings.ToLower(scheme), rest, true
}

// cutSCP reads git's [user@]host:path, which is no URI.
func cutSCP(s string) (scheme, rest string, ok bool) {
	s, vcs := strings.CutPrefix(s, "git+")
	host, path, ok := strings.Cut(s, ":")
	if !ok || host == "" || path == "" || strings.ContainsAny(host, "/?#[] ") {
		return "", "", false
	}
	if !strings.Contains(host, "@") && !vcs {
		return "", "", false
	}
	return "ssh", "//" + host + "/" + strings.TrimLeft(path, "/"), true
}

// unSCP mends //[user@]host:path, a mixture of both forms.
func unSCP(rest string) string {
	after, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return rest
	}
	authority, path, _ := strings.Cut(after, "/")
	if strings.ContainsAny(authority, "[?#") {
		return rest
	}
	colon := strings.LastIndexByte(authority, ':')
	if colon <= strings.LastIndexByte(authority, '@')+1 || strings.Trim(authority[colon+1:], "0123456789") == "" {
		return rest
	}
	return "//" + authority[:colon] + "/" + authority[colon+1:] + "/" + path
}

func isReferenceScheme(scheme string) bool {
	if vcs, transport, ok := strings.Cut(scheme, "+"); ok {
		return (vcs == "git" || vcs == "hg" || vcs == "svn" || vcs == "bzr") && referenceSchemes[transport]
	}
	return referenceSchemes[scheme]
}

// needsAuthority reports whether a URI of this scheme is nothing without "//".
func needsAuthority(scheme string) bool { return scheme != "mailto" && !isFile(scheme) }

// isFile reports whether URIs of scheme may have no host.
func isFile(scheme string) bool { return scheme == "file" || strings.HasSuffix(scheme, "+file") }

func uriAuthority(scheme, s string) (string, bool) {
	user, host := "", s
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		user, host = s[:at], s[at+1:]
	}
	host, port, ok := cutPort(host)
	if !ok || strings.Trim(port, "0123456789") != "" || host == "" && (port != "" || !isFile(scheme)) {
		return "", false
	}
	var b strings.Builder
	if user != "" && scheme != "http" && scheme != "https" {
		writeEscaped(&b, user, inUser)
		b.WriteByte('@')
	}
	if strings.HasPrefix(host, "[") {
		b.WriteString(host)
	} else {
		writeEscaped(&b, host, inHost)
	}
	if port != "" {
		b.WriteByte(':')
		b.WriteString(port)
	}
	return b.String(), true
}

// cutPort splits host:port. A host in brackets must be an IPv6 address; it is
// written in full, as validators do not know the short form.
func cutPort(s string) (host, port string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		host, port, _ = strings.Cut(s, ":")
		return host, port, true
	}
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return "", "", false
	}
	addr, err := netip.ParseAddr(s[1:end])
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return "", "", false
	}
	rest, port := s[end+1:], ""
	if rest != "" {
		if port, ok = strings.CutPrefix(rest, ":"); !ok {
			return "", "", false
		}
	}
	return "[" + addr.StringExpanded() + "]", port, true
}

// part is a part of a URI, as a bit.
type part uint8

const (
	inHost part = 1 << iota
	inUser
	inPath
	inQuery
)

// legal says where each character may stand as it is.
var legal = func() (table [256]part) {
	set := func(chars string, p part) {
		for i := range len(chars) {
			table[chars[i]] |= p
		}
	}
	set("-._~!$&'()*+,;=", inHost|inUser|inPath|inQuery)
	set(":", inUser|inPath|inQuery)
	set("@/", inPath|inQuery)
	set("?", inQuery)
	for c := range 256 {
		if isLetter(byte(c)) || isDigit(byte(c)) {
			table[c] = inHost | inUser | inPath | inQuery
		}
	}
	return table
}()

// isPlainURI reports whether s is http or https with a plain host, and legal
// to the last character: what nearly every URL is.
func isPlainURI(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	path := strings.IndexByte(rest, '/')
	if path <= 0 {
		return false
	}
	for i := 0; i < path; i++ {
		if c := rest[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '.' {
			return false
		}
	}
	for i := path; i < len(rest); i++ {
		if legal[rest[i]]&inPath == 0 {
			return false
		}
	}
	return true
}

const upperHex = "0123456789ABCDEF"

// writeEscaped writes s with everything percent-encoded that may not stand in
// that part. An escape that stands in s stays one.
func writeEscaped(b *strings.Builder, s string, p part) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case legal[c]&p != 0:
			b.WriteByte(c)
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
}

// EscapePath returns s, a relative path, as part of a URI.
func EscapePath(s string) string {
	var b strings.Builder
	writeEscaped(&b, s, inPath)
	return b.String()
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
