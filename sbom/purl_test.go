package sbom_test

import (
	"testing"

	packageurl "github.com/package-url/packageurl-go"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

func TestPURL(t *testing.T) {
	wheel := provenance.Origin{Kind: provenance.KindIndex, Artifact: provenance.Artifact{
		URL: "https://files.example.org/foo-1.0-py3-none-any.whl", Filename: "foo-1.0-py3-none-any.whl",
		Index: "https://index.example.org/team/simple/", Hashes: provenance.Hashes{"sha256": digest64, "md5": digest64[:32]},
	}}
	repository := provenance.Origin{
		Kind: provenance.KindVCS, Artifact: provenance.Artifact{URL: "https://git.example.org/x.git"},
		Commit: provenance.Commit{System: "git", ID: "abc"},
	}
	conda := provenance.Origin{Kind: provenance.KindConda, Artifact: provenance.Artifact{
		URL: "https://conda.example.org/forge/noarch/a-b-1.0-py_0.tar.bz2", Filename: "a-b-1.0-py_0.tar.bz2",
	}}
	const plain = "pkg:pypi/foo@1.0"
	const file = plain + "?file_name=foo-1.0-py3-none-any.whl"
	for _, test := range []struct {
		name, version string
		o             provenance.Origin
		class         provenance.Class
		policy        sbom.PurlPolicy
		want          string
	}{
		{"Foo_Bar.baz", "1.0", provenance.Origin{}, 0, sbom.PurlPolicy{}, "pkg:pypi/foo-bar.baz@1.0"},
		{"foo", "1!2.0+cpu", provenance.Origin{}, 0, sbom.PurlPolicy{}, "pkg:pypi/foo@1%212.0%2Bcpu"},
		{"foo", "", provenance.Origin{}, 0, sbom.PurlPolicy{}, "pkg:pypi/foo"},
		{"", "1.0", provenance.Origin{}, 0, sbom.PurlPolicy{}, ""},
		{"foo", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{}, file},
		{"foo", "1.0", wheel, provenance.Verified, sbom.PurlPolicy{}, file},
		{"foo", "1.0", wheel, provenance.Locked, sbom.PurlPolicy{}, plain},
		{"foo", "1.0", wheel, provenance.Candidate, sbom.PurlPolicy{FullQualifiers: true}, plain},
		{"foo", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{PrivateIndexes: []string{"other.example.org", "https://index.example.org/*"}}, file + "&repository_url=https:%2F%2Findex.example.org%2Fteam%2Fsimple%2F"},
		{"foo", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{PrivateIndexes: []string{"*.example.org"}}, file + "&repository_url=https:%2F%2Findex.example.org%2Fteam%2Fsimple%2F"},
		{"foo", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{PrivateIndexes: []string{"example.org", "https://index.example.org", "index"}}, file},
		{
			"foo", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{FullQualifiers: true},
			plain + "?checksum=md5:" + digest64[:32] + "%2Csha256:" + digest64 + "&download_url=https:%2F%2Ffiles.example.org%2Ffoo-1.0-py3-none-any.whl&file_name=foo-1.0-py3-none-any.whl&repository_url=https:%2F%2Findex.example.org%2Fteam%2Fsimple%2F",
		},
		{"foo", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{Internal: []string{"FOO"}}, ""},
		{"Acme_Tool", "1.0", wheel, provenance.Recorded, sbom.PurlPolicy{Internal: []string{"acme.*"}}, ""},
		{"acmetool", "1.0", provenance.Origin{}, 0, sbom.PurlPolicy{Internal: []string{"acme-*", "*-x", "a*z"}}, "pkg:pypi/acmetool@1.0"},
		{"My_Pkg", "1.0", repository, provenance.Recorded, sbom.PurlPolicy{}, "pkg:generic/my-pkg@1.0?vcs_url=git%2Bhttps:%2F%2Fgit.example.org%2Fx.git%40abc"},
		{"My_Pkg", "1.0", repository, provenance.Recorded, sbom.PurlPolicy{VCSAsPyPI: true}, "pkg:pypi/my-pkg@1.0"},
		{"my-pkg", "1.0", repository, provenance.Recorded, sbom.PurlPolicy{VCSAsPyPI: true, FullQualifiers: true}, "pkg:pypi/my-pkg@1.0?vcs_url=git%2Bhttps:%2F%2Fgit.example.org%2Fx.git%40abc"},
		{"foo", "1.0", provenance.Origin{Kind: provenance.KindDirectory}, provenance.Recorded, sbom.PurlPolicy{}, ""},
		{"foo", "1.0", provenance.Origin{Kind: provenance.KindOSPackage}, provenance.Recorded, sbom.PurlPolicy{}, ""},
		{"foo", "1.0", provenance.Origin{Editable: true}, provenance.Recorded, sbom.PurlPolicy{}, ""},
		{"A.B", "1.0", conda, provenance.Recorded, sbom.PurlPolicy{}, ""},
		{"foo", "1.0", provenance.Origin{Kind: provenance.KindConda}, provenance.Recorded, sbom.PurlPolicy{}, ""},
	} {
		c := &inventory.Component{Kind: inventory.Distribution, Name: test.name, Version: test.version, Origin: test.o, Class: test.class}
		got := sbom.PURL(c, test.policy)
		if got != test.want {
			t.Errorf("%s %s %s %+v:\n%s, want\n%s", test.name, test.o.Kind, test.class, test.policy, got, test.want)
		}
		if got == "" {
			continue
		}
		parsed, err := packageurl.FromString(got)
		if err != nil || parsed.ToString() != got {
			t.Errorf("%s is not canonical: %s, %v", got, parsed.ToString(), err)
		}
	}
}

func TestInterpreterPURL(t *testing.T) {
	for _, test := range [][3]string{
		{"CPython", "3.12.4", "pkg:generic/python@3.12.4"},
		{"Python", "3.12", "pkg:generic/python@3.12"},
		{"PyPy", "3.10.14", "pkg:generic/pypy@3.10.14"},
		{"CPython", "", ""},
	} {
		c := &inventory.Component{Kind: inventory.Interpreter, Name: test[0], Version: test[1]}
		if got := sbom.PURL(c, sbom.PurlPolicy{}); got != test[2] {
			t.Errorf("%v: %s", test, got)
		}
	}
	if got := sbom.PURL(&inventory.Component{Kind: "vendored", Name: "x", Version: "1"}, sbom.PurlPolicy{}); got != "" {
		t.Errorf("a kind that is not known: %s", got)
	}
}

// What a package of conda or of an operating system brought has the package's
// identity, and the project's own is its ancestor.
func TestOwnerPURL(t *testing.T) {
	c := &inventory.Component{Kind: inventory.Distribution, Name: "Requests", Version: "2.28.1", Class: provenance.Recorded,
		Origin: provenance.Origin{Kind: provenance.KindOSPackage},
		Owner:  &inventory.Owner{Type: "deb", Name: "python3-requests", Version: "2.28.1+dfsg-1", PURL: "pkg:deb/debian/python3-requests@2.28.1%2Bdfsg-1?arch=all&distro=debian-12"}}
	if got := sbom.PURL(c, sbom.PurlPolicy{}); got != c.Owner.PURL {
		t.Errorf("purl %q", got)
	}
	if got := sbom.AncestorPURL(c); got != "pkg:pypi/requests@2.28.1" {
		t.Errorf("ancestor %q", got)
	}
	d := sbom.Describe(c, sbom.PurlPolicy{})
	if d.Name != "python3-requests" || d.Version != "2.28.1+dfsg-1" {
		t.Errorf("name %q version %q: want the package's", d.Name, d.Version)
	}
	c.Owner.PURL = ""
	if got := sbom.PURL(c, sbom.PurlPolicy{}); got != "" {
		t.Errorf("purl %q of a package without one", got)
	}
}
