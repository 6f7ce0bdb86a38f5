package provenance

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// The cases up to the first comment line are those that Python's packaging
// tests, with other hosts.
var cleanURLCases = []struct{ raw, want string }{
	{"https://g.example.org/user/repo.git", "https://g.example.org/user/repo.git"},
	{"https://user:pass@g.example.org/user/repo.git", "https://g.example.org/user/repo.git"},
	{"https://user:pa@ss@g.example.org/user/repo.git", "https://g.example.org/user/repo.git"},
	{"ssh://git@g.example.org/user/repo.git", "ssh://git@g.example.org/user/repo.git"},
	{"ssh://cvs@g.example.org/user/repo.git", "ssh://g.example.org/user/repo.git"},
	{"https://${USER}:${PASSWORD}@g.example.org/user/repo.git", "https://${USER}:${PASSWORD}@g.example.org/user/repo.git"},
	{"https://user:${PASSWORD}@g.example.org/user/repo.git", "https://g.example.org/user/repo.git"},
	{"https://git:${PASSWORD}@g.example.org/user/repo.git", "https://g.example.org/user/repo.git"},
	{"https://${TOKEN}@g.example.org/user/repo.git", "https://${TOKEN}@g.example.org/user/repo.git"},

	// users
	{"https://s3cret@g.example.org/x.whl", "https://g.example.org/x.whl"},
	{"https://:s3cret@g.example.org/x.whl", "https://g.example.org/x.whl"},
	{"https://git@g.example.org/x.whl", "https://g.example.org/x.whl"},
	{"git+https://git@g.example.org/r.git@v1", "git+https://git@g.example.org/r.git@v1"},
	{"git+https://user:s3cret@g.example.org/r.git@v1#egg=r", "git+https://g.example.org/r.git@v1#egg=r"},
	{"git+ssh://git@g.example.org:org/r.git@v1", "git+ssh://git@g.example.org:org/r.git@v1"},
	{"git@g.example.org:org/r.git@v1", "git@g.example.org:org/r.git@v1"},
	{"alice@g.example.org:org/r.git", "g.example.org:org/r.git"},
	{"alice:s3cret@g.example.org/r.git", "g.example.org/r.git"},
	{"${USER}@g.example.org:r.git", "${USER}@g.example.org:r.git"},
	{"https://${USER}:s3cret@g.example.org/x", "https://g.example.org/x"},
	{"https://${}:${X}@g.example.org/x", "https://g.example.org/x"},
	{"https://${A}:${B}:${C}@g.example.org/x", "https://g.example.org/x"},
	{"https://user:s3cret@[::1]:8080/x.whl", "https://[::1]:8080/x.whl"},
	{"file://user:s3cret@server/share/x.whl", "file://server/share/x.whl"},

	// what net/url and browsers read differently
	{"https:/user:s3cret@h.example.org/x", "https:/h.example.org/x"},
	{"https:user:s3cret@h.example.org/x", "https:h.example.org/x"},
	{"https:///user:s3cret@h.example.org/x", "https:///h.example.org/x"},
	{`https:\\user:s3cret@h.example.org\x`, `https:\\h.example.org\x`},
	{`https://DOMAIN\user:s3cret@h.example.org/x`, "https://h.example.org/x"},
	{`https://p.example.org/https://DOMAIN\user:s3cret@h.example.org/x`, "https://p.example.org/https://h.example.org/x"},
	{"https://user:s3cret%40h.example.org/x", "https://h.example.org/x"},
	{"https://user:s3/cret@h.example.org/x.whl", "https://h.example.org/x.whl"},
	{"https://user:s3?cret@h.example.org/x.whl", "https://h.example.org/x.whl"},
	{"https://user:s3#cret@h.example.org/x.whl", "https://h.example.org/x.whl"},
	{"https://us er:s3 cret@h.example.org/x", "https://h.example.org/x"},
	{"https://user:%zz@h.example.org/%zz", "https://h.example.org/%zz"},
	{"  https://user:s3cret@h.example.org/x\n", "https://h.example.org/x"},
	{"ht\ntps://user:s3cr\x00et@h.example.org/x", "https://h.example.org/x"},
	{"https://a@//b:s3cret@h.example.org/x", "https:////h.example.org/x"},
	{"https://proxy.example.org/https://user:s3cret@h.example.org/x", "https://proxy.example.org/https://h.example.org/x"},
	{"https://proxy.example.org/https%3A%2F%2Fuser%3As3cret%40h.example.org/x.whl", "https://proxy.example.org//x.whl"},
	{`file://\s3cret@h/x`, `file://\h/x`},
	{"file:///user:s3cret@h/x", "file:///h/x"},

	// signed and tokened parameters
	{"https://h.example.org/x.whl?X-Amz-Algorithm=A&X-Amz-Credential=s3cret&X-Amz-Signature=s3cret&v=1", "https://h.example.org/x.whl?v=1"},
	{"https://h.example.org/x.whl?v=1&Signature=s3cret", "https://h.example.org/x.whl?v=1"},
	{"https://h.example.org/x.whl?AWSAccessKeyId=s3cret&Expires=1&Signature=s3cret", "https://h.example.org/x.whl"},
	{"https://h.example.org/x.whl?Policy=s3cret&Key-Pair-Id=s3cret", "https://h.example.org/x.whl"},
	{"https://h.example.org/x.whl?sv=2020&se=2030&sr=b&sp=r&st=1&skoid=s3cret&sig=s3cret", "https://h.example.org/x.whl"},
	{"https://h.example.org/x.whl?X-Goog-Signature=s3cret&GoogleAccessId=s3cret", "https://h.example.org/x.whl"},
	{"https://h.example.org/x.whl?%58-Amz%2DSignature=s3cret", "https://h.example.org/x.whl"},
	{"https://h.example.org/x.whl?a=1;private_token=s3cret;b=2", "https://h.example.org/x.whl?a=1;b=2"},
	{"https://h.example.org/x.whl?access_token=s3cret#sha256=00&egg=x", "https://h.example.org/x.whl#sha256=00&egg=x"},
	{"https://h.example.org/x.whl#access_token=s3cret", "https://h.example.org/x.whl"},
	{"https://h.example.org/x.whl#sha256=00&token=s3cret", "https://h.example.org/x.whl#sha256=00"},
	{"https://h.example.org/x?to=https%3A%2F%2Fuser%3As3cret%40i.example.org%2F", "https://h.example.org/x"},
	{"https://h.example.org/x?to=https%253A%252F%252Fuser%253As3cret%2540i.example.org", "https://h.example.org/x"},
	{"https://h.example.org/x;token=s3cret/y.whl", "https://h.example.org/x/y.whl"},

	// in doubt more is removed
	{"me@work/x", "work/x"},
	{"https://h.example.org:port/x@1.whl", "https://1.whl"},

	// nothing to remove
	{"", ""},
	{"https://h.example.org", "https://h.example.org"},
	{"https://h.example.org/x.whl?raw=1&download=true", "https://h.example.org/x.whl?raw=1&download=true"},
	{"https://h.example.org/x?token#key", "https://h.example.org/x?token#key"},
	{"https://h.example.org/x.zip#subdirectory=a&egg=x", "https://h.example.org/x.zip#subdirectory=a&egg=x"},
	{"https://h.example.org:8443/@scope/x@1.whl", "https://h.example.org:8443/@scope/x@1.whl"},
	{"https://h.example.org/simple//pkg@1/x.whl", "https://h.example.org/simple//pkg@1/x.whl"},
	{"file:///srv/me@work/x.whl", "file:///srv/me@work/x.whl"},
	{"/srv/me@work/x.whl", "/srv/me@work/x.whl"},
	{`C:\me@work\x.whl`, `C:\me@work\x.whl`},
	{"../me@work/x", "../me@work/x"},
	{"https://h.example.org/x?#", "https://h.example.org/x?#"},
	{"https://h.example.org/x.whl?é=ü#ö", "https://h.example.org/x.whl?é=ü#ö"},
	{"a\xffb", "a\ufffdb"},
}

func TestCleanURL(t *testing.T) {
	for _, c := range cleanURLCases {
		got, removed := CleanURL(c.raw)
		if got != c.want {
			t.Errorf("CleanURL(%q)\n got %q\nwant %q", c.raw, got, c.want)
		}
		if strings.Contains(got, "s3cret") {
			t.Errorf("CleanURL(%q) = %q leaks", c.raw, got)
		}
		if want := strings.TrimSpace(cleanText(c.raw)) != c.want; removed != want {
			t.Errorf("CleanURL(%q): removed is %v", c.raw, removed)
		}
	}
}

// What net/url understands, it must agree with: the user is gone, the host
// and the path are as they were.
func TestCleanURLAgreesWithNetURL(t *testing.T) {
	for _, c := range cleanURLCases {
		before, err := url.Parse(c.raw)
		if err != nil || before.Host == "" || strings.ContainsAny(c.raw, "?;%") || strings.Contains(before.Path, "//") {
			continue
		}
		clean, _ := CleanURL(c.raw)
		after, err := url.Parse(clean)
		if err != nil {
			t.Errorf("%q: %v", clean, err)
			continue
		}
		if user := after.User.String(); user != "" && user != "git" {
			t.Errorf("%q still has a user", clean)
		}
		if after.Host != before.Host || after.Path != before.Path {
			t.Errorf("%q became %q", c.raw, clean)
		}
	}
}

func TestURLFilename(t *testing.T) {
	for in, want := range map[string]string{
		"https://h.example.org/a/six-1.17.0-py2.py3-none-any.whl":        "six-1.17.0-py2.py3-none-any.whl",
		"https://h.example.org/torch-2.12.1%2Bcu130-cp311.whl#sha256=00": "torch-2.12.1+cu130-cp311.whl",
		"https://h.example.org/a%252Bb.whl?x=/y":                         "a%2Bb.whl",
		"https://h.example.org":                                          "",
		"https://h.example.org/":                                         "",
		"https://h.example.org/a/":                                       "",
		"https://h.example.org/%2e%2e":                                   "",
		"https://h.example.org/..%2f..%2fetc%2fpasswd":                   "passwd",
		"https://h.example.org/a%0ab%ff.whl":                             "ab\ufffd.whl",
		"file:///srv/x-1.tar.gz":                                         "x-1.tar.gz",
		"file:///C:/srv/x-1.tar.gz":                                      "x-1.tar.gz",
		`C:\srv\x-1.tar.gz`:                                              "x-1.tar.gz",
		"x-1.zip":                                                        "",
		"":                                                               "",
	} {
		if got := URLFilename(in); got != want {
			t.Errorf("URLFilename(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSplitURLJoins(t *testing.T) {
	for _, c := range cleanURLCases {
		if got := splitURL(c.raw).String(); got != c.raw {
			t.Errorf("splitURL(%q) joins to %q", c.raw, got)
		}
	}
}

func TestValidURL(t *testing.T) {
	for in, want := range map[string]bool{
		"https://h.example.org/x.whl":                 true,
		"https://${USER}:${PASSWORD}@h.example.org/x": true,
		"https://h.example.org/a%2Bb?x=y#z":           true,
		"file:///srv/x":                               true,
		"file:/srv/x":                                 true,
		"file:///C:/x":                                true,
		"ssh://git@h.example.org/x":                   true,
		"https://[::1]:80/x":                          true,
		"":                                            false,
		"x.whl":                                       false,
		"/srv/x":                                      false,
		"//h.example.org/x":                           false,
		"C:/x":                                        false,
		"git@h.example.org:x":                         false,
		"https://":                                    false,
		"https:///x":                                  false,
		"https:/h/x":                                  false,
		"https://h.example.org/a b":                   false,
		`https://h.example.org/a\b`:                   false,
		"https://h.example.org/%zz":                   false,
		"https://h.example.org:port/x":                false,
		"https://[::1/x":                              false,
	} {
		if got := validURL(in); got != want {
			t.Errorf("validURL(%q) = %v", in, got)
		}
	}
}

// What an attacker may write must not take long.
func TestCleanURLIsLinear(t *testing.T) {
	for _, part := range []string{"//a:b@", "/", "@", "%40", "a=b&", "&token=x", "%25", "//", ";a", ":", "a:b@//", "?", "#", "x://u:p@"} {
		long := "https://h.example.org/" + strings.Repeat(part, maxURL/len(part)-10)
		start := time.Now()
		clean, _ := CleanURL(long)
		URLFilename(clean)
		if d := time.Since(start); d > time.Second {
			t.Errorf("%q: %v", part, d)
		}
	}
	if got, removed := CleanURL("https://h.example.org/" + strings.Repeat("x", maxURL)); got != "" || !removed {
		t.Errorf("got %d bytes", len(got))
	}
}
