//go:build !linux

package installed

import (
	"errors"
	"io/fs"
)

// fast has no way of its own here.
func (d *Dir) fast(string) (fs.FS, error) { return nil, errors.ErrUnsupported }
