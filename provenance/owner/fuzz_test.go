package owner

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"
)

// checkLoad loads fsys and checks what must hold whatever is in it.
func checkLoad(t *testing.T, fsys fs.FS) {
	t.Helper()
	o, problems := Load(fsys, ".", nil)
	for name := range o.files {
		p, ok := o.Of(name)
		if !ok || p == nil || !fs.ValidPath(name) {
			t.Errorf("%q: owned by %v", name, p)
		}
		if algorithm, digest := o.Digest(name); (algorithm == "") != (digest == "") || strings.Trim(digest, "0123456789abcdef") != "" {
			t.Errorf("%q: %q %q", name, algorithm, digest)
		}
		o.Decide(Distribution{Dir: name, Installer: "pip", Files: []string{name}})
	}
	for _, p := range o.Packages() {
		if p.Name == "" || p.Type == "" || p.Record == "" || p.Origin.IsZero() {
			t.Errorf("%+v", p)
		}
		for _, text := range []string{p.Name, p.Version, p.Arch, p.Build, p.Channel, p.Source, p.SourceVersion, p.Maintainer, p.Vendor, p.Homepage,
			p.Licence, p.Requested, p.Origin.Artifact.URL, p.Origin.Artifact.Filename, p.Origin.Artifact.Index, p.PURL} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q", text)
			}
		}
		checkPURL(t, p)
		if _, err := json.Marshal(p); err != nil {
			t.Error(err)
		}
	}
	for _, p := range problems {
		if p.Code == "" || p.Path == "" || p.Msg == "" {
			t.Errorf("%+v", p)
		}
	}
}

func at(name string, data []byte) fstest.MapFS {
	return fstest.MapFS{name: {Data: data}, "etc/os-release": {Data: []byte("ID=debian\nVERSION_ID=12\n")}}
}

func FuzzConda(f *testing.F) {
	f.Add([]byte(condaJSON("a", "lib/python3.12/site-packages/a.py="+digit("1"), "bin/a")))
	f.Add([]byte(`{"name": "a", "url": "https://u:p@h/t/TOK/c/noarch/a-1-0.conda", "subdir": "noarch", "channel": "x", "requested_specs": ["\u0061\ud800"], "size": 1e3, "md5": null}`))
	f.Add([]byte(`{"name": "a", "paths_data": {"paths": [{"_path": "site-packages/x", "path_type": "softlink"}, []]}, "files": ["/", "../x", "."]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkLoad(t, at("conda-meta/a.json", data))
		if r, ok := parseConda(string(data)); ok && utf8.Valid(data) { // what is JSON to others reads the same
			var want struct {
				Name any `json:"name"`
			}
			if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &want); err == nil && !strings.EqualFold(r.name, "") {
				if name, ok := want.Name.(string); ok && name != r.name && strings.Count(strings.ToLower(string(data)), "name") == 1 {
					t.Errorf("%q, encoding/json says %q", r.name, name)
				}
			}
		} else if !ok && json.Valid(data) {
			var want map[string]any
			if json.Unmarshal(data, &want) == nil && len(data) < 1000 && strings.Count(string(data), "[")+strings.Count(string(data), "{") < maxDepth {
				if name, _ := want["name"].(string); clean(name) != "" {
					t.Errorf("%s: valid, not read", data)
				}
			}
		}
	})
}

func FuzzDpkg(f *testing.F) {
	f.Add([]byte(debStatus("a", "1:2-3", "all")), []byte("/.\n/usr\n/usr/a\n"), []byte("0cc175b9c0f1b6a831c399e269772661  usr/a\n"), []byte("/usr/a\n/usr/b\n:\n"))
	f.Add([]byte("Package: a\nVersion: 1\nHomepage: https://u:p@h\nSource: b (3)\nStatus: hold ok unpacked\n x\n\n\n"), []byte("/\n//\n/../x"), []byte("  x"), []byte("\n\n\n"))
	f.Add([]byte("Package: \x00\nVersion: 1\nStatus: install ok installed\n"), []byte("/a\n"), []byte("0cc175b9c0f1b6a831c399e269772661  a\n"), []byte{})
	f.Fuzz(func(t *testing.T, status, list, sums, diversions []byte) {
		fsys := at(dpkgDir+"status", status)
		fsys[dpkgDir+"info/a.list"] = &fstest.MapFile{Data: list}
		fsys[dpkgDir+"info/a.md5sums"] = &fstest.MapFile{Data: sums}
		fsys[dpkgDir+"diversions"] = &fstest.MapFile{Data: diversions}
		fsys[dpkgDir+"status.d/a"] = &fstest.MapFile{Data: status}
		fsys[dpkgDir+"status.d/a.md5sums"] = &fstest.MapFile{Data: sums}
		fsys["etc/os-release"] = &fstest.MapFile{Data: diversions}
		checkLoad(t, fsys)
	})
}

func FuzzApk(f *testing.F) {
	f.Add([]byte(apkDatabase))
	f.Add([]byte("P:a\nf:S\nF:\nR:x\na:0:0:755:Q1\nZ:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=\n\nZ:\nR:\n"))
	f.Fuzz(func(t *testing.T, data []byte) { checkLoad(t, at("lib/apk/db/installed", data)) })
}

func FuzzRPMHeader(f *testing.F) {
	f.Add(rpmHeaderOf(rpmDemo...))
	f.Add(rpmHeaderOf(rpmTag{rpmName, "old"}, rpmTag{rpmOldNames, []string{"/a", "/b"}}, rpmTag{rpmDigests, []string{"x"}}))
	f.Fuzz(func(t *testing.T, data []byte) { checkLoad(t, rpmTree("Packages.db", ndbOf(data))) })
}

func FuzzSQLite(f *testing.F) {
	f.Add(packed(f, sqliteDemo), []byte{})
	f.Fuzz(func(t *testing.T, data, wal []byte) {
		fsys := rpmTree("rpmdb.sqlite", data)
		fsys["var/lib/rpm/rpmdb.sqlite-wal"] = &fstest.MapFile{Data: wal}
		checkLoad(t, fsys)
	})
}

func FuzzNDB(f *testing.F) {
	f.Add(ndbOf(rpmHeaderOf(rpmDemo...), rpmHeaderOf(rpmDemo[:3]...)))
	f.Fuzz(func(t *testing.T, data []byte) { checkLoad(t, rpmTree("Packages.db", data)) })
}

func FuzzBDB(f *testing.F) {
	f.Add(packed(f, bdbDemo))
	f.Fuzz(func(t *testing.T, data []byte) { checkLoad(t, rpmTree("Packages", data)) })
}
