package provenance

import (
	"errors"
	"strings"
)

// The codes of a [SpecError]. Programs may rely on them: a code is never
// renamed and never given another meaning.
const (
	// CodeDirectURLInvalid: direct_url.json breaks its specification.
	CodeDirectURLInvalid = "direct-url-invalid"
	// CodeDirectURLNoHash: direct_url.json names an archive without any hash.
	CodeDirectURLNoHash = "direct-url-no-hash"
	// CodeDirectURLHashMismatch: two digests in direct_url.json that should be
	// the same are not. Neither is used.
	CodeDirectURLHashMismatch = "direct-url-hash-mismatch"
	// CodeInstallerCacheURL: direct_url.json names a wheel in an installer's
	// own cache, which says nothing about where the wheel came from.
	CodeInstallerCacheURL = "installer-cache-url"
	// CodeFileHost: a file: URL with the host "None", which Poetry writes where
	// there is no host. It is read without the host.
	CodeFileHost = "file-url-host"
	// CodeProvenanceURLInvalid: provenance_url.json breaks PEP 710.
	CodeProvenanceURLInvalid = "provenance-url-invalid"
	// CodeProvenanceURLDraft: provenance_url.json has the form of July 2024,
	// with the key index_url. It is read.
	CodeProvenanceURLDraft = "provenance-url-draft"
	// CodeProvenanceURLNoSHA256: provenance_url.json has hashes, sha256 is not
	// among them.
	CodeProvenanceURLNoSHA256 = "provenance-url-no-sha256"
	// CodeWeakHash: sha1 or md5 in provenance_url.json, which forbids them.
	// They are not used.
	CodeWeakHash = "weak-hash"
	// CodeCredentials: a URL carried a user name, a password, or query
	// parameters that authenticate. They were removed.
	CodeCredentials = "credentials-in-url"
	// CodeBothRecords: direct_url.json and provenance_url.json stand beside
	// each other. Both are read, direct_url.json is preferred.
	CodeBothRecords = "both-origin-records"
	// CodeDuplicateKey: an object has the same key twice. The last one is
	// used, as Python's json module does.
	CodeDuplicateKey = "duplicate-key"
	// CodeKeyCase: a key that only differs in case from one of the
	// specification. It is not used.
	CodeKeyCase = "key-case"
	// CodeEncoding: a byte order mark, bytes that are not UTF-8, or control
	// characters in a value. They were removed or replaced by U+FFFD.
	CodeEncoding = "record-encoding"
	// CodeTooLarge: the record exceeds the limits on size, nesting or number
	// of keys. It is not read.
	CodeTooLarge = "record-too-large"
)

// Level says what became of the thing that a [SpecError] is about.
type Level int

const (
	Violation Level = iota // the specification says MUST; what broke it is not used
	Warning                // the specification says MUST; the meaning is plain and it is used all the same
	Advice                 // nothing is broken: a SHOULD, or a habit of a tool worth knowing
)

var levelNames = [...]string{"violation", "warning", "advice"}

// String returns "violation", "warning" or "advice".
func (l Level) String() string { return wordOf(levelNames[:], int(l)) }

// SpecError is one departure from a specification.
//
// It never holds text from a value of the record, so it is free of
// credentials; Key holds a key of the record only where that is a plain word.
type SpecError struct {
	Code  string // one of the Code constants
	Level Level
	Spec  string // "PEP 610", "PEP 710"
	File  string // the record: its base name, or its path where that is known
	Key   string // "archive_info.hashes"; empty where the whole record is meant
	Msg   string // what is wrong, lower case

	unusable bool // nothing of the record can be used
}

// Error returns "FILE: KEY: MSG (SPEC)".
func (e *SpecError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Key != "" {
		b.WriteString(": ")
		b.WriteString(e.Key)
	}
	b.WriteString(": ")
	b.WriteString(e.Msg)
	if e.Spec != "" {
		b.WriteString(" (")
		b.WriteString(e.Spec)
		b.WriteString(")")
	}
	return b.String()
}

// maxProblems bounds how often one record can make us say the like.
const maxProblems = 16

// report collects the problems of one record. A nil report collects nothing.
type report struct {
	spec, file string
	invalid    string // the code of a plain violation
	errs       []*SpecError
}

func (r *report) add(level Level, code, key, msg string) {
	if r == nil {
		return
	}
	like := 0
	for _, e := range r.errs {
		if e.Code == code && e.Level == level {
			like++
		}
	}
	if like >= maxProblems {
		return
	}
	r.errs = append(r.errs, &SpecError{Code: code, Level: level, Spec: r.spec, File: r.file, Key: key, Msg: msg})
}

// violation adds a broken MUST, unless key has one already: a URL that is no
// string is not missing too.
func (r *report) violation(key, msg string) {
	if r == nil {
		return
	}
	for _, e := range r.errs {
		if e.Key == key && e.Level == Violation {
			return
		}
	}
	r.add(Violation, r.invalid, key, msg)
}

// validity is what Validate returns: all that breaks a MUST.
func (r *report) validity() error {
	var errs []error
	for _, e := range r.errs {
		if e.Level != Advice {
			errs = append(errs, e)
		}
	}
	return errors.Join(errs...)
}

func joinSpecErrors(list []*SpecError) error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errors.Join(errs...)
}
