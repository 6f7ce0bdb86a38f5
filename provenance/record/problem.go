package record

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/pysbom/pysbom/provenance/installed"
)

// Codes of the problems and results of this package, beside those of package
// installed. They are part of every output and do not change.
const (
	CodeMissing   = "record-missing"   // no RECORD: distributors leave it out; nothing can be verified
	CodeTooLarge  = "record-too-large" // more bytes or lines than are read; nothing of it is used
	CodeEncoding  = "record-encoding"  // not UTF-8, or a byte order mark before the first path
	CodeLine      = "record-line"      // not three fields, a size that is no number, a quote that never ends
	CodeHash      = "record-hash"      // a hash that is not the algorithm's name, "=" and its digest; not used
	CodeWeakHash  = "record-weak-hash" // md5 or sha1, which the specification forbids; verified, never matched
	CodeDuplicate = "record-duplicate" // two lines for one path
	CodeSize      = "record-size"      // the hash is right and the size beside it is not

	CodeModified = "file-modified" // not the content that RECORD, or the wheel, names
	CodeAbsent   = "file-missing"  // named by RECORD, or by the wheel, and not there
	CodeEscapes  = "record-escape" // a path that leads out of the root; not followed
	CodeNotWheel = "wheel-record"  // the wheel's RECORD and its archive do not describe one wheel
)

// sameKind bounds how often one RECORD can make us say the like.
const sameKind = 16

// notes collects the problems of one RECORD.
type notes struct {
	path  string
	list  []*installed.Problem
	count map[string]int
}

func (n *notes) add(code, format string, args ...any) {
	if n.count == nil {
		n.count = make(map[string]int)
	}
	if n.count[code]++; n.count[code] <= sameKind {
		n.list = append(n.list, &installed.Problem{Code: code, Path: n.path, Msg: fmt.Sprintf(format, args...)})
	}
}

// problems returns what was collected and how much was not, by code in the
// order in which the codes were met.
func (n *notes) problems() []*installed.Problem {
	said := map[string]bool{}
	for _, p := range n.list {
		if more := n.count[p.Code] - sameKind; more > 0 && !said[p.Code] {
			said[p.Code] = true
			n.list = append(n.list, &installed.Problem{Code: p.Code, Path: n.path, Msg: fmt.Sprintf("and %d more like that", more)})
		}
	}
	return n.list
}

// trouble says in which state a file is that could not be read.
func trouble(err error) (Status, string, string) {
	var bad *notRegularError
	switch {
	case errors.As(err, &bad):
		return Unreadable, installed.CodeNotRegular, modeWord(bad.mode)
	case errors.Is(err, errTooLarge):
		return Unreadable, installed.CodeTooLarge, errTooLarge.Error()
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return Missing, CodeAbsent, "not there"
	case strings.Contains(err.Error(), "path escapes"): // how os.Root says it
		return Escaping, installed.CodeLinkRefused, "a link that leads out of the root: not followed"
	case strings.Contains(err.Error(), "too many"): // ELOOP, and os.Root's own count
		return Unreadable, installed.CodeLinkRefused, "a loop of links"
	}
	return Unreadable, installed.CodeUnreadable, unwrapPath(err).Error()
}

// notRegularError is what opening anything but a regular file gives.
type notRegularError struct{ mode fs.FileMode }

func (e *notRegularError) Error() string { return modeWord(e.mode) }

func modeWord(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory, not a file"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe: not opened"
	case m&fs.ModeSocket != 0:
		return "a socket: not opened"
	case m&fs.ModeDevice != 0:
		return "a device: not opened"
	}
	return "not a regular file"
}

// unwrapPath returns the cause of a path error: who prints it has the path.
func unwrapPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
