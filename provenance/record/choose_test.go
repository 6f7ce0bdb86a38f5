package record

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pysbom/pysbom/provenance/installed"
)

// records returns a tree with the files and, for each release, a RECORD that
// says what its files were.
func records(disk map[string]string, releases map[string]map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, content := range disk {
		tree[posixDir+"/"+name] = &fstest.MapFile{Data: []byte(content)}
	}
	for dist, files := range releases {
		if files == nil {
			continue
		}
		record := dist + "/RECORD,,\n"
		for name, content := range files {
			record += line(name, content)
		}
		tree[posixDir+"/"+dist+"/RECORD"] = &fstest.MapFile{Data: []byte(record)}
	}
	return tree
}

func TestChoose(t *testing.T) {
	type files = map[string]string
	const a, b, c = "x-1.dist-info", "x-2.dist-info", "x-3.dist-info"
	for _, test := range []struct {
		name     string
		disk     files
		releases map[string]files
		want     string // "" for ambiguous
		opened   []string
	}{
		{"one has all its files", files{"p/a.py": "2", "p/b.py": "2"}, map[string]files{a: {"p/a.py": "1", "p/old.py": "1"}, b: {"p/a.py": "2", "p/b.py": "2"}}, b, nil},
		{"by size alone", files{"p/a.py": "22", "p/b.py": "2"}, map[string]files{a: {"p/a.py": "1", "p/b.py": "2"}, b: {"p/a.py": "22", "p/b.py": "2"}}, b, nil},
		{"by hash, of what they disagree on", files{"p/a.py": "2", "p/b.py": "2"}, map[string]files{a: {"p/a.py": "1", "p/b.py": "2"}, b: {"p/a.py": "2", "p/b.py": "2"}}, b, []string{"p/a.py"}},
		{"the older one is live", files{"p/a.py": "1", "p/b.py": "1"}, map[string]files{a: {"p/a.py": "1", "p/b.py": "1"}, b: {"p/a.py": "2", "p/b.py": "2"}}, a, []string{"p/a.py", "p/b.py"}},
		{"one file was changed since", files{"p/a.py": "222", "p/b.py": "2", "p/c.py": "2"}, map[string]files{a: {"p/a.py": "1", "p/b.py": "1", "p/old.py": ""}, b: {"p/a.py": "2", "p/b.py": "2", "p/c.py": "2"}}, b, []string{"p/b.py", "p/c.py"}},
		{"one names more", files{"p/a.py": "1", "p/b.py": "2"}, map[string]files{a: {"p/a.py": "1"}, b: {"p/a.py": "1", "p/b.py": "2"}}, b, []string{"p/b.py"}},
		{"three, each naming more", files{"p/a.py": "1", "p/b.py": "2", "p/c.py": "3"}, map[string]files{a: {"p/a.py": "1"}, b: {"p/a.py": "1", "p/b.py": "2"}, c: {"p/a.py": "1", "p/b.py": "2", "p/c.py": "3"}}, c, nil},
		{"different files, all there", files{"p/a.py": "1", "p/b.py": "2"}, map[string]files{a: {"p/a.py": "1"}, b: {"p/b.py": "2"}}, "", nil},
		{"both broken", files{"p/a.py": "1"}, map[string]files{a: {"p/a.py": "1", "p/b.py": "1", "p/c.py": ""}, b: {"p/a.py": "2", "p/d.py": "", "p/e.py": ""}}, "", nil},
		{"nothing there", files{"unrelated.py": ""}, map[string]files{a: {"p/a.py": "1"}, b: {"p/a.py": "2"}}, "", nil},
		{"the same files", files{"p/a.py": "1", a + "/METADATA": "m", b + "/METADATA": "m"}, map[string]files{a: {"p/a.py": "1", a + "/METADATA": "m"}, b: {"p/a.py": "1", b + "/METADATA": "m"}}, "", nil},
		{"the same files, one directory is incomplete", files{"p/a.py": "1", b + "/METADATA": "m"}, map[string]files{a: {"p/a.py": "1", a + "/METADATA": "m"}, b: {"p/a.py": "1", b + "/METADATA": "m"}}, b, []string{b + "/METADATA"}},
		{"the same files, one directory was changed", files{"p/a.py": "1", a + "/METADATA": "x", b + "/METADATA": "m"}, map[string]files{a: {"p/a.py": "1", a + "/METADATA": "m"}, b: {"p/a.py": "1", b + "/METADATA": "m"}}, b, []string{a + "/METADATA", b + "/METADATA"}},
		{"installers' files do not count", files{"p/a.py": "1", a + "/METADATA": "m", b + "/METADATA": "m", a + "/INSTALLER": "x"}, map[string]files{a: {"p/a.py": "1", a + "/METADATA": "m", a + "/INSTALLER": "pip"}, b: {"p/a.py": "1", b + "/METADATA": "m"}}, "", nil},
		{"only one has a RECORD", files{"p/a.py": "1"}, map[string]files{a: nil, b: {"p/a.py": "1"}}, b, nil},
		{"neither has one", files{"p/a.py": "1"}, map[string]files{a: nil, b: nil}, "", nil},
		{"no code at all", files{b + "/METADATA": "m"}, map[string]files{a: {a + "/METADATA": "m"}, b: {b + "/METADATA": "m"}}, b, []string{b + "/METADATA"}},
		{"a file of another distribution's directory", files{"p/a.py": "1", "y-1.dist-info/METADATA": ""}, map[string]files{a: {"p/a.py": "1"}, b: {"p/a.py": "1", "y-1.dist-info/METADATA": ""}}, b, []string{"y-1.dist-info/METADATA"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := &opens{MapFS: records(test.disk, test.releases)}
			site := &installed.Site{FS: tree, Root: &installed.Root{FS: tree}, Dir: posixDir}
			dists := []string{a, b}
			if _, ok := test.releases[c]; ok {
				dists = append(dists, c)
			}
			for range 2 { // in both orders
				var v Verifier
				tree.names = nil
				choice, err := v.Choose(t.Context(), site, dists)
				must(t, err)
				got := ""
				if choice.Winner >= 0 {
					got = dists[choice.Winner]
				}
				if got != test.want || choice.Reason == "" {
					t.Errorf("of %q: %q %+v, want %q", dists, got, choice, test.want)
				}
				var opened []string
				for _, name := range tree.names {
					if !strings.HasSuffix(name, "/RECORD") {
						opened = append(opened, strings.TrimPrefix(name, posixDir+"/"))
					}
				}
				slices.Sort(opened)
				if opened = slices.Compact(opened); (test.opened != nil || test.want == b && choice.Reason == "only its RECORD fits the files that are there") && !slices.Equal(opened, test.opened) {
					t.Errorf("opened %q, want %q", opened, test.opened)
				}
				slices.Reverse(dists)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var v Verifier
	site := siteOf(records(files{"a.py": "1"}, map[string]files{a: {"a.py": "1"}, b: {"a.py": "1"}}), "", posixDir)
	if choice, err := v.Choose(ctx, site, []string{a, b}); !errors.Is(err, context.Canceled) || choice.Winner >= 0 {
		t.Errorf("%+v %v", choice, err)
	}
}
