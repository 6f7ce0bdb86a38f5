package provenance

import (
	"net/url"
	"strings"
)

// CleanURL returns raw without what could authenticate: user names and
// passwords, signed query parameters, tokens in the query or the fragment. It
// says whether anything was removed. The result is valid UTF-8 without control
// characters and without white space around it.
//
// The work is textual, so it also holds for URLs that [net/url] refuses, for
// "git+https://…", and for "git@host:path". In doubt more is removed. Kept are
// user and password made of environment variables ("${USER}:${PASSWORD}@", the
// form of PEP 610) and the user "git" without a password where git is spoken.
// A token that is a part of the path cannot be told from a path. Of a URL longer
// than 64 KiB nothing is kept.
func CleanURL(raw string) (clean string, removed bool) { return cleanURL(raw, false) }

const maxURL = 64 << 10

// cleanURL is CleanURL. With git it takes raw for a git repository.
func cleanURL(raw string, git bool) (clean string, removed bool) {
	clean = strings.TrimSpace(cleanText(raw))
	if len(clean) > maxURL {
		return "", true
	}
	// What is removed may uncover more: https://a@//b:c@host.
	for range 8 {
		if !strings.ContainsAny(clean, "@?#;") && !strings.Contains(clean, "%40") && !strings.Contains(clean, "%25") {
			return clean, removed
		}
		next := strings.TrimSpace(cleanOnce(splitURL(clean), git))
		if next == clean {
			return clean, removed
		}
		clean, removed = next, true
	}
	return "", true
}

// URLFilename returns the percent-decoded base name of the path of a URL, ""
// where the path has none. Give it a URL that [CleanURL] returned.
func URLFilename(clean string) string {
	path := splitURL(clean).path
	name := path[lastSlash(path)+1:]
	if strings.Contains(name, "%") {
		name = strings.TrimSpace(cleanText(unescape(name)))
		name = name[lastSlash(name)+1:]
	}
	if name == "." || name == ".." {
		return ""
	}
	return name
}

func lastSlash(s string) int { return strings.LastIndexAny(s, `/\`) }

// urlParts are the parts of a URL. Joined they are the URL again: nothing is
// decoded, and no text is refused.
type urlParts struct {
	scheme    string // with the colon
	slashes   string // between scheme and authority
	authority string // user, host and port; "" where there is none
	path      string
	query     string // with the question mark
	fragment  string // with the hash sign
}

func (u urlParts) String() string {
	return u.scheme + u.slashes + u.authority + u.path + u.query + u.fragment
}

// splitURL splits s. It is more generous than the standards about what an
// authority is, because that is where credentials stand: any number of
// slashes of either sort may precede it, or none ("git@host:path").
func splitURL(s string) (u urlParts) {
	u.scheme, s = cutScheme(s)
	n := len(s) - len(strings.TrimLeft(s, `/\`))
	end := n + indexAnyOrEnd(s[n:], "/?#") // DOMAIN\user:password@host
	if lastAt(s[n:end]) == 0 {
		end = n + indexAnyOrEnd(s[n:end], `\`)
	}
	isPath := len(u.scheme) == 2 || // a Windows drive
		u.scheme == "" && n == 1 ||
		u.isFile() && (n == 1 || n == 3 && s[2] == '/')
	switch {
	case !isPath || strings.Contains(s[n:n+lastAt(s[n:end])], ":"):
		u.slashes, u.authority, s = s[:n], s[n:end], s[end:]
	case n == 3:
		u.slashes, s = s[:2], s[2:]
	}
	end = indexAnyOrEnd(s, "#")
	s, u.fragment = s[:end], s[end:]
	end = indexAnyOrEnd(s, "?")
	u.path, u.query = s[:end], s[end:]
	return u
}

func (u urlParts) isFile() bool { return strings.EqualFold(u.scheme, "file:") }

func cutScheme(s string) (scheme, rest string) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return s[:i+1], s[i+1:]
		default:
			return "", s
		}
	}
	return "", s
}

func indexAnyOrEnd(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

func cleanOnce(u urlParts, git bool) string {
	git = git || speaksGit(u)
	if at := lastAt(u.authority); at > 0 {
		if !safeUser(u.authority[:at], git) {
			if u.slashes == "" && !knownScheme(u.scheme) {
				u.scheme = "" // user:password@host without a scheme
			}
			u.authority = u.authority[at:]
		}
	} else if tail := u.path + u.query + u.fragment; brokenPort(u.authority) && lastAt(tail) > 0 {
		// A password with a slash, a question mark or a hash sign in it.
		v := splitURL("any://" + tail[lastAt(tail):])
		u.authority, u.path, u.query, u.fragment = v.authority, v.path, v.query, v.fragment
	}
	u.path = cleanPath(u.path)
	u.query = cleanParameters(u.query, "?")
	u.fragment = cleanParameters(u.fragment, "#")
	return u.String()
}

// lastAt returns the index behind the last @ of s, encoded or not; 0 where
// there is none.
func lastAt(s string) int {
	at := strings.LastIndexByte(s, '@') + 1
	if i := strings.LastIndex(s, "%40"); i >= at {
		return i + len("%40")
	}
	return at
}

// speaksGit reports whether user "git" is the well-known one: it tells
// nothing, every public git server has it.
func speaksGit(u urlParts) bool {
	scheme := strings.ToLower(u.scheme)
	return scheme == "git:" || strings.HasPrefix(scheme, "git+") || scheme == "ssh:" || scheme == "" && u.slashes == ""
}

func knownScheme(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "http:", "https:", "file:", "ftp:", "ssh:", "git:", "svn:":
		return true
	}
	return strings.Contains(scheme, "+")
}

// safeUser reports whether what precedes the host, the @ included, may stay.
func safeUser(s string, git bool) bool {
	s, ok := strings.CutSuffix(s, "@")
	if !ok {
		return false
	}
	if s == "git" {
		return git
	}
	user, password, both := strings.Cut(s, ":")
	return isVariable(user) && (!both || isVariable(password))
}

// isVariable matches \$\{[A-Za-z0-9-_]+\}.
func isVariable(s string) bool {
	name, ok := strings.CutPrefix(s, "${")
	name, closed := strings.CutSuffix(name, "}")
	return ok && closed && isWord(name)
}

// brokenPort reports whether what follows the host in s is no port number.
func brokenPort(s string) bool {
	s = s[strings.LastIndexByte(s, ']')+1:]
	_, port, ok := strings.Cut(s, ":")
	return ok && strings.Trim(port, "0123456789") != ""
}

// cleanPath removes credentials of URLs inside the path, as proxies have them,
// and path parameters that authenticate.
func cleanPath(path string) string {
	path = cleanEmbedded(path)
	if !strings.ContainsAny(path, "%;") {
		return path
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		head, parameters, ok := strings.Cut(s, ";")
		if embedsUser(unescape(unescape(unescape(head)))) {
			head = ""
		}
		if ok {
			head += cleanParameters(";"+parameters, ";")
		}
		segments[i] = head
	}
	return strings.Join(segments, "/")
}

func cleanEmbedded(path string) string {
	var b strings.Builder
	done := 0 // what of path is in b, or left out
	for at := doubleSlash(path, 0); at >= 0; {
		start := len(path) - len(strings.TrimLeft(path[at:], `/\`))
		end := start + indexAnyOrEnd(path[start:], "/")
		user := start + lastAt(path[start:end])
		if user > start && (strings.Contains(path[start:user], ":") || at > 0 && path[at-1] == ':') {
			b.WriteString(path[done:start])
			done = user
		}
		at = doubleSlash(path, end)
	}
	b.WriteString(path[done:])
	return b.String()
}

// doubleSlash returns the index of the first two slashes in s[from:], of
// either sort; -1 where there are none.
func doubleSlash(s string, from int) int {
	for i := from; i+1 < len(s); i++ {
		if (s[i] == '/' || s[i] == '\\') && (s[i+1] == '/' || s[i+1] == '\\') {
			return i
		}
	}
	return -1
}

// cleanParameters removes from s, which begins with lead, the parameters that
// authenticate or carry a URL with credentials.
func cleanParameters(s, lead string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	for rest := s[1:]; rest != ""; {
		end := indexAnyOrEnd(rest, "&;?")
		parameter := rest[:end]
		next := min(end+1, len(rest))
		if !carriesSecret(parameter) {
			b.WriteString(rest[:next])
		}
		rest = rest[next:]
	}
	kept := b.String()
	if len(kept) < len(s)-1 {
		kept = strings.TrimRight(kept, "&;?")
	}
	if kept == "" && len(s) > 1 {
		return ""
	}
	return lead + kept
}

func carriesSecret(parameter string) bool {
	decoded := unescape(unescape(unescape(parameter)))
	name, _, ok := strings.Cut(decoded, "=")
	return ok && sensitive(name) || embedsUser(parameter) || embedsUser(decoded)
}

// embedsUser reports whether s has a URL in it that has a user.
func embedsUser(s string) bool {
	i := doubleSlash(s, 0)
	return i >= 0 && lastAt(s[i:]) > 0
}

// unescape resolves percent-encoding. What is not percent-encoding stays.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1:i+3]) {
			b = append(b, fromHex(s[i+1])<<4|fromHex(s[i+2]))
			i += 2
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}

func fromHex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// Names of parameters that authenticate, in lower case and without
// punctuation.
var (
	sensitiveParts = [...]string{
		"token", "secret", "passw", "pwd", "signature", "credential", "apikey", "accesskey", "accessid",
		"privatekey", "keypair", "auth", "session", "jwt", "bearer", "hmac",
	}
	sensitivePrefixes = [...]string{"xamz", "xgoog", "xms", "xoss", "xcos", "hdn"}
	sensitiveNames    = [...]string{
		"sig", "sign", "key", "user", "username", "login", "pass", "pw", "code",
		"expires", "expiry", "exp", "policy", "acl", "gda",
		// Azure's shared access signatures
		"se", "sp", "sv", "sr", "st", "si", "ss", "srt", "spr", "sip", "sks", "skt", "ske", "skv",
		"skoid", "sktid", "saoid", "suoid", "scid", "sdd", "ses",
	}
)

func sensitive(name string) bool {
	name = strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, name)
	for _, s := range sensitiveNames {
		if name == s {
			return true
		}
	}
	for _, s := range sensitivePrefixes {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	for _, s := range sensitiveParts {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// validURL reports whether the clean URL s is an absolute one by the WHATWG
// standard, as far as that can be told without its tables for host names.
func validURL(s string) bool {
	u := splitURL(s)
	if len(u.scheme) < 3 {
		return false
	}
	if user := lastAt(u.authority); user > 0 {
		u.authority = u.authority[user:]
		s = u.String()
	}
	switch strings.ToLower(u.scheme) {
	case "http:", "https:", "ftp:":
		if u.slashes != "//" || u.authority == "" {
			return false
		}
	}
	if strings.ContainsAny(s, " \"<>\\^`{|}") {
		return false
	}
	_, err := url.Parse(s)
	return err == nil
}

// absoluteFile reports whether u is a file URL with an absolute path.
func (u urlParts) absoluteFile() bool {
	return u.isFile() && (strings.HasPrefix(u.path, "/") || len(u.slashes) > 3)
}

// withoutNone removes the host "None" of a file URL, which Poetry writes where
// there is no host.
func withoutNone(clean string) (string, bool) {
	u := splitURL(clean)
	if !u.isFile() || u.authority != "None" {
		return clean, false
	}
	u.authority = ""
	return u.String(), true
}

// inPoetryCache reports whether u is a wheel in Poetry's cache of artifacts:
// artifacts/aa/bb/cc/<58 digits>/NAME.whl. Older Poetry gave the wheel to pip
// from there, and pip recorded that path.
func (u urlParts) inPoetryCache() bool {
	if !u.isFile() || !strings.HasSuffix(u.path, ".whl") {
		return false
	}
	parts := strings.Split(u.path, "/")
	if len(parts) < 6 {
		return false
	}
	parts = parts[len(parts)-6:]
	return parts[0] == "artifacts" && isHex(strings.Join(parts[1:5], "")) &&
		len(parts[1]) == 2 && len(parts[2]) == 2 && len(parts[3]) == 2 && len(parts[4]) == 58
}

// isSdist reports whether filename is an archive that must be built before it
// is installed.
func isSdist(filename string) bool {
	filename = strings.ToLower(filename)
	for _, ext := range [...]string{
		".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".tbz", ".txz", ".tlz", ".tar.lz", ".tar.lzma", ".tar.z", ".tar.zst",
	} {
		if strings.HasSuffix(filename, ext) {
			return true
		}
	}
	return false
}

func isArchive(filename string) bool {
	return isSdist(filename) || strings.HasSuffix(strings.ToLower(filename), ".whl")
}
