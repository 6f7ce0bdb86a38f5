package record

import (
	"testing"
	"testing/fstest"

	"github.com/pysbom/pysbom/provenance/installed"
)

// site makes a Site of the tree fsys that lies at top on its host.
func siteOf(fsys fstest.MapFS, top, dir string) *installed.Site {
	return &installed.Site{FS: fsys, Root: &installed.Root{FS: fsys, Path: top}, Dir: dir}
}

func TestResolve(t *testing.T) {
	const posix, win, debian = "lib/python3.11/site-packages", "Lib/site-packages", "usr/lib/python3/dist-packages"
	tree := fstest.MapFS{
		"bin/moved": {}, "usr/bin/there": {}, "layer/bin/x": {}, "bin/normal": {},
	}
	for _, test := range []struct {
		top, dir, path string
		want           string // "" for outside
	}{
		{"/venv", posix, "pkg/mod.py", posix + "/pkg/mod.py"},
		{"/venv", posix, "../../../bin/x", "bin/x"},
		{"/venv", posix, "../../../../bin/x", ""},
		{"/venv", posix, "../../../../../../../../etc/passwd", ""},
		{"/venv", posix, "pkg/../../../../../../etc/passwd", ""},
		{"/venv", posix, "./pkg//mod.py", posix + "/pkg/mod.py"},
		{"/venv", posix, "pkg/", posix + "/pkg"},
		{"/venv", posix, ".", posix},
		{"/venv", posix, "../../..", "."},
		{"/venv", posix, "..", "lib/python3.11"},
		{"/venv", posix, `pkg\mod.py`, posix + `/pkg\mod.py`},
		{"/venv", posix, `C:/x.py`, posix + `/C:/x.py`},
		{"/venv", posix, "/venv/bin/x", "bin/x"},
		{"/venv/", posix, "/venv//bin/../bin/x", "bin/x"},
		{"/venv", posix, "/venvs/bin/x", ""},
		{"/venv", posix, "/venv", ""},
		{"/venv", posix, "/venv/../etc/passwd", ""},
		{"/venv", posix, "/etc/passwd", ""},
		{"/rootfs", debian, "/usr/bin/there", "usr/bin/there"},
		{"/rootfs", debian, "/usr/bin/elsewhere", ""},
		{"", debian, "/usr/bin/elsewhere", "usr/bin/elsewhere"},
		{"/", debian, "/usr/bin/elsewhere", "usr/bin/elsewhere"},
		{"", debian, "/", ""},
		{"", debian, "../../../bin/x", "usr/bin/x"},
		{"", debian, "../../../../../x", ""},

		{`C:\venv`, win, `pkg\mod.py`, win + "/pkg/mod.py"},
		{`C:\venv`, win, `..\..\Scripts\x.exe`, "Scripts/x.exe"},
		{`C:\venv`, win, `../../Scripts/x.exe`, "Scripts/x.exe"},
		{`C:\venv`, win, `..\..\..\Scripts\x.exe`, ""},
		{`C:\venv`, win, `c:\VENV\Scripts\x.exe`, "Scripts/x.exe"},
		{`C:\venv`, win, `D:\venv\Scripts\x.exe`, ""},
		{`C:\venv`, win, `C:x.py`, ""},
		{`C:\venv`, win, `pkg\mod.py:stream`, ""},
		{`C:\venv`, win, `\\server\share\x`, ""},
		{`/mnt/copy`, win, `C:\venv\Scripts\x.exe`, ""},
		{`/mnt/copy`, win, `..\..\Scripts\x.exe`, "Scripts/x.exe"},
		{`/mnt/copy`, "lib/site-packages", `pkg\mod.py`, "lib/site-packages/pkg/mod.py"},
		{`C:\app\vendored`, ".", `pkg\mod.py`, "pkg/mod.py"},

		{"/venv/lib/python3.11/site-packages", ".", "pkg/mod.py", "pkg/mod.py"},
		{"/venv/lib/python3.11/site-packages", ".", "../../../bin/moved", ""},
		{"/venv/Lib/site-packages", ".", `pkg\mod.py`, "pkg/mod.py"},

		{"/app/vendored", ".", "../../bin/moved", "bin/moved"}, // pip install --target
		{"/app/vendored", ".", "../../bin/other", ""},
		{"/app/vendored", ".", "../../../bin/moved", ""},
		{"/app", "layer", "../../bin/x", "layer/bin/x"},
		{"/app", "layer", "../bin/x", "bin/x"},
		{"/home/u", "lib/python", "../../bin/normal", "bin/normal"}, // pip install --home
	} {
		got, ok := Resolve(siteOf(tree, test.top, test.dir), test.path)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%s in %s of %s: %q %v, want %q", test.path, test.dir, test.top, got, ok, test.want)
		}
	}
}
