package provenance

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Read returns what the records in one .dist-info directory say about its
// origin: direct_url.json, then provenance_url.json. Without records it
// returns nothing, and no error.
//
// The error joins what could not be read at all, and a [*SpecError] for each
// record of which nothing can be used; evidence beside it is good. What is
// merely not as it should be is no error here: [FromRecords] tells.
//
// Only regular files of at most 16 MiB are read. Links are followed as far as
// fsys does, so a caller that must not leave a root passes an [os.Root]'s FS.
func Read(fsys fs.FS, distInfo string) ([]Evidence, error) {
	direct, errDirect := readRecord(fsys, path.Join(distInfo, DirectURLFile))
	prov, errProv := readRecord(fsys, path.Join(distInfo, ProvenanceURLFile))
	errs := []error{errDirect, errProv}
	evidence, problems := FromRecords(distInfo, direct, prov)
	for _, e := range problems {
		if e.unusable {
			errs = append(errs, e)
		}
	}
	return evidence, errors.Join(errs...)
}

// readRecord returns nil where there is no such file.
func readRecord(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name) // before opening: to open a pipe may block
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRecord+1)) // one more: FromRecords refuses it
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// FromRecords is [Read] for a caller that has the bytes of the two records
// already; nil means that there is no such file. distInfo is the path of their
// directory and only used for names.
//
// It also returns every [*SpecError], of every [Level], in the order found,
// with the path of the record in File. Name and Version of the evidence are
// left to the caller, who knows whose directory it is.
func FromRecords(distInfo string, directURL, provenanceURL []byte) ([]Evidence, []*SpecError) {
	var evidence []Evidence
	var problems []*SpecError
	if directURL != nil {
		d, found := parseDirectURL(directURL)
		r := directURLReport(found)
		file := path.Join(distInfo, DirectURLFile)
		if d != nil {
			o, removed := d.origin(&r)
			evidence = appendRecorded(evidence, o, removed, DirectURLFile, file)
		}
		problems = r.under(file, d == nil)
	}
	if provenanceURL != nil {
		p, found := parseProvenanceURL(provenanceURL)
		r := provenanceURLReport(found)
		file := path.Join(distInfo, ProvenanceURLFile)
		if p != nil {
			o, removed := p.origin(&r)
			evidence = appendRecorded(evidence, o, removed, ProvenanceURLFile, file)
		}
		if directURL != nil {
			r.add(Warning, CodeBothRecords, "", "must not stand beside "+DirectURLFile)
		}
		problems = append(problems, r.under(file, p == nil)...)
	}
	return evidence, problems
}

func appendRecorded(list []Evidence, o Origin, removed bool, source, file string) []Evidence {
	class := Recorded
	switch {
	case o.IsZero():
		return list
	case o.Kind == KindUnknown && o.Artifact.URL == "":
		class = Candidate // a wheel in an installer's cache: its name is known, not where it came from
	}
	return append(list, Evidence{Origin: o, Class: class, Source: source, File: file, CredentialsRemoved: removed})
}

// under returns the problems with their record's path.
func (r *report) under(file string, unusable bool) []*SpecError {
	for _, e := range r.errs {
		e.File = file
		e.unusable = unusable && e.Level == Violation
	}
	return r.errs
}
