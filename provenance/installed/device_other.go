//go:build !unix

package installed

import "io/fs"

// otherDevice reports false: this system does not say.
func otherDevice(fs.FS, fs.DirEntry) bool { return false }
