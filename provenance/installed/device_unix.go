//go:build unix

package installed

import (
	"io/fs"
	"syscall"
)

// otherDevice reports whether the directory e lies on another file system
// than the top of fsys. False where that cannot be told.
func otherDevice(fsys fs.FS, e fs.DirEntry) bool {
	top, err := fs.Stat(fsys, ".")
	if err != nil {
		return false
	}
	info, err := e.Info()
	if err != nil {
		return false
	}
	a, ok := top.Sys().(*syscall.Stat_t)
	b, ok2 := info.Sys().(*syscall.Stat_t)
	return ok && ok2 && a.Dev != b.Dev
}
