package lockfile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance/lockfile"
)

// What packaging.utils.parse_wheel_filename says of each, but for those marked:
// we take versions that PEP 440 forbids.
var wheelNames = []struct{ filename, name, version, build, tags string }{
	{"pip-23.0.1-py3-none-any.whl", "pip", "23.0.1", "", "py3-none-any"},
	{"six-1.17.0-py2.py3-none-any.whl", "six", "1.17.0", "", "py2-none-any py3-none-any"},
	{"Foo_bar.baz-1.0-2b-CP311-abi3-win32.whl", "Foo_bar.baz", "1.0", "2b", "cp311-abi3-win32"},
	{"a-1+cu.1-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl", "a", "1+cu.1", "", "py3-none-manylinux1_x86_64 py3-none-manylinux_2_5_x86_64"},
	{"a-1-py3.py3-none-any.whl", "a", "1", "", "py3-none-any"},
	{"a-2004b_x-py3-none-any.whl", "a", "2004b_x", "", "py3-none-any"}, // no version to packaging
	{"a-1-py3-none-any.WHL", "a", "1", "", "py3-none-any"},             // no wheel to packaging
}

var notWheelNames = []string{
	"", ".whl", "a.whl", "a-1-any.whl", "a-1-none-any.whl", "a-1-x-py3-none-any.whl", "a-1-1-2-py3-none-any.whl", "a-1--py3-none-any.whl",
	"a-1-py3-none-.whl", "a-1-.py3-none-any.whl", "a-1-py3-none-any..x.whl", "a--py3-none-any.whl", "-1-py3-none-any.whl", "a b-1-py3-none-any.whl",
	"a-1-py3-none-any.whl.tar.gz", "a-1-py3-none-any", "a/b-1-py3-none-any.whl", "a-1-py3-none-" + strings.Repeat("x.", 300) + "any.whl",
}

func TestParseWheelName(t *testing.T) {
	for _, test := range wheelNames {
		w, ok := lockfile.ParseWheelName(test.filename)
		if !ok || w.Name != test.name || w.Version != test.version || w.Build != test.build || strings.Join(w.Tags(), " ") != test.tags {
			t.Errorf("%s: %+v %v, tags %v", test.filename, w, ok, w.Tags())
		}
		if tags := lockfile.NewTags(strings.Fields(test.tags)); !tags.Equal(w) || !tags.Overlap(w) {
			t.Errorf("%s: not equal to its own tags", test.filename)
		}
	}
	for _, filename := range notWheelNames {
		if w, ok := lockfile.ParseWheelName(filename); ok {
			t.Errorf("%s: %+v", filename, w)
		}
	}
}

func TestTags(t *testing.T) {
	for _, test := range []struct {
		tags, filename string
		equal, overlap bool
	}{
		{"py3-none-any", "a-1-py3-none-any.whl", true, true},
		{"py3-none-any py2-none-any py3-none-any", "a-1-py2.py3-none-any.whl", true, true},
		{"py2.py3-none-any", "a-1-py2.py3-none-any.whl", true, true},
		{"PY3-None-Any", "a-1-py3-none-any.whl", true, true},
		{"py3-none-any", "a-1-py2.py3-none-any.whl", false, true},
		{"py2-none-any py3-none-any", "a-1-py3-none-any.whl", false, true},
		{"cp311-cp311-linux_x86_64", "a-1-cp311-cp311-manylinux_2_17_x86_64.whl", false, false},
		{"cp311-cp311-macosx_10_9_x86_64 cp311-cp311-macosx_11_0_arm64", "a-1-cp311-cp311-macosx_10_9_x86_64.macosx_11_0_arm64.whl", true, true},
		{"cp311-none-any cp312-abi3-any", "a-1-cp311.cp312-none.abi3-any.whl", false, true}, // two of four
		{"", "a-1-py3-none-any.whl", false, false},
		{"any py3-none .-.-. py3--any", "a-1-py3-none-any.whl", false, false},
	} {
		w, ok := lockfile.ParseWheelName(test.filename)
		tags := lockfile.NewTags(strings.Fields(test.tags))
		if !ok || tags.Equal(w) != test.equal || tags.Overlap(w) != test.overlap {
			t.Errorf("%s and %s: equal %v, overlap %v", test.tags, test.filename, tags.Equal(w), tags.Overlap(w))
		}
	}
	many := lockfile.NewTags([]string{strings.Repeat("a.", 40) + "a-" + strings.Repeat("b.", 40) + "b-any", strings.Repeat("x", 300) + "-none-any"})
	if len(many) != 1 {
		t.Errorf("%d tags", len(many))
	}
}

func TestSdistVersion(t *testing.T) {
	for _, test := range []struct{ filename, name, want string }{
		{"docopt-0.6.2.tar.gz", "docopt", "0.6.2"},
		{"zope.interface-5.0.zip", "zope-interface", "5.0"},
		{"ruamel.yaml-0.17.tar.bz2", "Ruamel_Yaml", "0.17"},
		{"foo-bar-1.0-1.tar.gz", "foo-bar", "1.0-1"},
		{"foo-bar-1.0.tar.gz", "foo", "bar-1.0"}, // whose file it is not is not for us to say
		{"foo-1.0.tar.gz", "bar", ""},
		{"foo-1.0.whl", "foo", ""},
		{"foo-.tar.gz", "foo", ""},
		{"-1.0.tar.gz", "", ""},
		{".tar.gz", "", ""},
	} {
		if got, ok := lockfile.SdistVersion(test.filename, test.name); got != test.want || ok != (test.want != "") {
			t.Errorf("SdistVersion(%q, %q) = %q, %v, want %q", test.filename, test.name, got, ok, test.want)
		}
	}
}

// TestIndexNames wants every file of a real index to be told apart, and the
// one that pip chose to be the only one with the installed tags.
func TestIndexNames(t *testing.T) {
	for _, test := range []struct{ name, dist string }{
		{"markupsafe", "pip/markupsafe-3.0.4.dist-info"}, {"idna", "uv/idna-3.20.dist-info"}, {"docopt", ""}, {"playwright", ""},
	} {
		var page struct{ Files []struct{ Filename string } }
		if err := json.Unmarshal(readExample(t, "index/"+test.name+".simple.v1.json"), &page); err != nil {
			t.Fatal(err)
		}
		var fits []string
		for _, f := range page.Files {
			w, isWheel := lockfile.ParseWheelName(f.Filename)
			version, isSdist := lockfile.SdistVersion(f.Filename, test.name)
			if isWheel == isSdist || isSdist != lockfile.IsSdist(f.Filename) || isSdist && version == "" {
				t.Errorf("%s: wheel %v, sdist %v", f.Filename, isWheel, isSdist)
			}
			if test.dist != "" && strings.Contains(test.dist, "-"+w.Version+".") && lockfile.NewTags(wheelFile(t, test.dist)).Equal(w) {
				fits = append(fits, f.Filename)
			}
		}
		if test.dist != "" && len(fits) != 1 {
			t.Errorf("%s: %v", test.name, fits)
		}
	}
}
