package owner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// condaJSON makes a record. A file may have a digest behind "=".
func condaJSON(name string, files ...string) string {
	var names, paths []string
	for _, f := range files {
		f, digest, _ := strings.Cut(f, "=")
		names = append(names, fmt.Sprintf("%q", f))
		paths = append(paths, fmt.Sprintf(`{"_path": %q, "path_type": "hardlink", "sha256": %q}`, f, digest))
	}
	return fmt.Sprintf(`{"name": %q, "version": "1", "build": "0", "subdir": "noarch", "files": [%s], "paths_data": {"paths": [%s]}}`,
		name, strings.Join(names, ","), strings.Join(paths, ","))
}

func TestDecide(t *testing.T) {
	const site = "lib/python3.12/site-packages/"
	conda := tree(map[string]string{
		"conda-meta/a-1-0.json": condaJSON("a", site+"a-1.dist-info/METADATA="+sum("m"), site+"a-1.dist-info/INSTALLER="+sum("conda\n"), site+"a/__init__.py", "bin/a"),
		"conda-meta/b-1-0.json": condaJSON("b", site+"b-1.dist-info/METADATA", site+"b-1.dist-info/INSTALLER", site+"b.py"),
		"conda-meta/c-1-0.json": condaJSON("c", site+"c-1.dist-info/METADATA", site+"c.py"),
		"conda-meta/d-1-0.json": condaJSON("d", site+"d-1-py3.12.egg-info", site+"d.py"),
		"conda-meta/e-1-0.json": condaJSON("e", site+"e-1.egg-info/PKG-INFO"),
		"conda-meta/f-1-0.json": condaJSON("f", site+"f-1.dist-info/METADATA", site+"f-1.dist-info/INSTALLER="+sum("pip\n")),
	})
	debian := tree(map[string]string{
		"var/lib/dpkg/status":              debStatus("python3-a", "1", "all"),
		"var/lib/dpkg/info/python3-a.list": "/" + site + "a-1.dist-info/METADATA\n/" + site + "a-1.dist-info/INSTALLER\n/" + site + "a.py\n/" + site + "b-1.dist-info/METADATA\n",
	})
	owners := map[string]*Owners{"conda": load(t, conda, ".", nil), "debian": load(t, debian, ".", nil)}
	for _, test := range []struct{ owners, dir, installer, files, want string }{
		{"conda", "a-1.dist-info", "conda", "", "owned a lib/python3.12/site-packages/a-1.dist-info/METADATA"},
		{"conda", "a-1.dist-info", "pip", "", "overwritten a lib/python3.12/site-packages/a-1.dist-info/INSTALLER"}, // the same version again
		{"conda", "a-1.dist-info", "", "", "owned a lib/python3.12/site-packages/a-1.dist-info/METADATA"},
		{"conda", "a-2.dist-info", "pip", "a-2.dist-info/METADATA a/__init__.py a/new.py", "overwritten a lib/python3.12/site-packages/a/__init__.py"},
		{"conda", "a-2.dist-info", "uv", "", "foreign"}, // RECORD was not read
		{"conda", "x-1.dist-info", "pip", "b.py ../../../bin/a a/__init__.py", "overwritten a lib/python3.12/site-packages/a/__init__.py"},
		{"conda", "x-1.dist-info", "pip", "x.py", "foreign"},
		{"conda", "b-1.dist-info", "conda", "", "owned b lib/python3.12/site-packages/b-1.dist-info/METADATA"},
		{"conda", "b-1.dist-info", "conda-pypi", "", "owned b lib/python3.12/site-packages/b-1.dist-info/METADATA"},
		{"conda", "b-1.dist-info", "pip", "", "overwritten b lib/python3.12/site-packages/b-1.dist-info/INSTALLER"},
		{"conda", "c-1.dist-info", "", "", "owned c lib/python3.12/site-packages/c-1.dist-info/METADATA"}, // conda's wheel has no INSTALLER
		{"conda", "c-1.dist-info", "pip", "", "overwritten c lib/python3.12/site-packages/c-1.dist-info/INSTALLER"},
		{"conda", "d-1-py3.12.egg-info", "", "", "owned d lib/python3.12/site-packages/d-1-py3.12.egg-info"},
		{"conda", "e-1.egg-info", "", "", "owned e lib/python3.12/site-packages/e-1.egg-info/PKG-INFO"},
		{"conda", "f-1.dist-info", "pip", "", "owned f lib/python3.12/site-packages/f-1.dist-info/METADATA"}, // its builder left pip's
		{"conda", "f-1.dist-info", "uv", "", "overwritten f lib/python3.12/site-packages/f-1.dist-info/INSTALLER"},
		{"debian", "a-1.dist-info", "", "", "owned python3-a lib/python3.12/site-packages/a-1.dist-info/METADATA"},
		{"debian", "a-1.dist-info", "pip", "", "owned python3-a lib/python3.12/site-packages/a-1.dist-info/METADATA"},
		{"debian", "b-1.dist-info", "pip", "", "overwritten python3-a lib/python3.12/site-packages/b-1.dist-info/INSTALLER"},
		{"debian", "c-1.dist-info", "pip", "c.py", "foreign"},
	} {
		d := Distribution{Dir: site + test.dir, Installer: test.installer}
		for f := range strings.FieldsSeq(test.files) {
			d.Files = append(d.Files, strings.Replace(site+f, site+"../../../", "", 1))
		}
		v := owners[test.owners].Decide(d)
		got := v.Standing.String()
		if v.Package != nil {
			got += " " + v.Package.Name + " " + v.File
		}
		if got != test.want {
			t.Errorf("%s %s by %q: %s, want %s", test.owners, test.dir, test.installer, got, test.want)
		}
	}
}

func TestIsBuilderLeftover(t *testing.T) {
	for _, test := range []struct {
		url, installer string
		owned, want    bool
	}{
		{"file:///croot/certifi_1671487769961/work/certifi", "conda", true, true},
		{"file:///croot/certifi_1671487769961/work/certifi", "conda", false, true}, // conda-meta was removed
		{"file:///croot/certifi_1671487769961/work/certifi", "", true, true},
		{"file:///croot/certifi_1671487769961/work/certifi", "", false, true},
		{"file:///home/conda/feedstock_root/build_artifacts/pip_1730203705538/work", "", false, true},
		{"file:///opt/conda/conda-bld/idna_1714398848350/work", "", false, true},
		{"file:///tmp/build/80754af9/attrs_1620827162558/work", "", false, true},
		{"file:///home/task_176104874243446/croot/x_1/work", "", false, true},
		{"file:///C:/b/abs_f5k6jx2wzj/croot/x_1/work", "", false, true},
		{"file:///C:/b/abs_f5k6jx2wzj/x_1/work", "", false, true},
		{`file:///C:\b\abs_f5k6jx2wzj\x_1\work`, "", false, true},
		{"file:///srv/out/bld/rattler-build_demo-pkg_1795420175/work", "", false, true},
		{"file:///builddir/build/BUILD/demo-1.2", "", false, true},
		{"file:///builddir/build/BUILD/demo-1.2", "rpm", false, true},
		{"file:///src", "conda", false, true},
		{"https://files.example.org/a.whl", "conda", false, true},
		{"git+https://git.example.org/a.git", "", true, true},
		// Not a builder's, or not known to be.
		{"file:///croot/certifi_1671487769961/work/certifi", "pip", false, false}, // somebody who works there
		{"file:///home/me/project", "", false, false},
		{"file:///home/me/project", "pip", false, false},
		{"file:///home/me/mycroot/project", "", false, false},
		{"file:///home/me/croot", "", false, false},
		{"https://files.example.org/croot/a.whl", "", false, false},
		{"", "", false, false},
		{"", "uv", false, false},
	} {
		if got := IsBuilderLeftover(test.url, test.installer, test.owned); got != test.want {
			t.Errorf("%s by %q, owned %v: %v", test.url, test.installer, test.owned, got)
		}
	}
}
