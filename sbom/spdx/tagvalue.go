package spdx

import (
	"bufio"
	"io"
	"regexp"
	"strings"

	"github.com/spdx/tools-golang/spdx/v2/common"
	v23 "github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/pysbom/pysbom/sbom"
)

// writeTagValue writes doc with the library's writer, which sorts what it is
// given and writes every string as it is: it gets packages of its own, without
// line breaks or markers in them. It runs twice, the first time without dates
// and for the UUID only.
func writeTagValue(w io.Writer, doc *sbom.Document) error {
	d := newDocument(doc)
	out := d.tagValue()
	anonymous, err := sbom.Marshal(1, func(b *sbom.Buffer) func(int) error {
		return func(int) error { return tagvalue.Write(out, b) }
	})
	if err != nil {
		return err
	}
	created := d.Timestamp()
	out.DocumentNamespace = d.namespace(sbom.Serial("spdx-tag-value@2.3", anonymous))
	out.CreationInfo.Created = created
	for _, a := range out.Annotations {
		a.AnnotationDate = created
	}
	b := bufio.NewWriterSize(w, 1<<16)
	if err := tagvalue.Write(out, b); err != nil {
		return err
	}
	return b.Flush()
}

// tagValue returns d as the library's document, without UUID and dates.
func (d *document) tagValue() *v23.Document {
	out := d.header("", "")
	out.DocumentName = line(out.DocumentName)
	info := out.CreationInfo
	info.CreatorComment = text(info.CreatorComment)
	for i := range info.Creators {
		info.Creators[i].Creator = unmark(info.Creators[i].Creator)
	}
	for i := range d.packages() {
		p := d.pkg(i)
		if len(p.pairs) > 0 {
			out.Annotations = append(out.Annotations, &v23.Annotation{
				Annotator: common.Annotator{AnnotatorType: "Tool", Annotator: unmark(d.toolName())}, AnnotationType: "OTHER",
				AnnotationSPDXIdentifier: common.DocElementID{ElementRefID: elementID(p.ID)},
				AnnotationComment:        text(comment(p.pairs)),
			})
		}
		p.unmark()
		out.Packages = append(out.Packages, p.library())
	}
	for _, l := range d.licences {
		one := &v23.OtherLicense{LicenseIdentifier: l.LicenseIdentifier, LicenseName: noAssertion, ExtractedText: text(l.ExtractedText)}
		if l.LicenseName != noAssertion {
			one.LicenseName = line(l.LicenseName)
		}
		out.OtherLicenses = append(out.OtherLicenses, one)
	}
	for _, r := range d.relationships {
		out.Relationships = append(out.Relationships, r.library())
	}
	return out
}

// library returns r as tools-golang has it.
func (r *relationship) library() *v23.Relationship {
	return &v23.Relationship{
		RefA:         common.DocElementID{ElementRefID: elementID(r.From)},
		RefB:         common.DocElementID{ElementRefID: elementID(r.To)},
		Relationship: r.Type,
	}
}

// unmark takes from p's strings what the tag-value form would read as markers.
func (p *pkg) unmark() {
	p.Name, p.Version, p.FileName = line(p.Name), line(p.Version), line(p.FileName)
	p.Supplier, p.Originator = unmark(p.Supplier), unmark(p.Originator)
	p.Summary, p.SourceInfo = text(p.Summary), text(p.SourceInfo)
	for i := range p.ExternalRefs {
		p.ExternalRefs[i].Comment = text(p.ExternalRefs[i].Comment)
	}
}

var markers = strings.NewReplacer("<text>", "<text >", "</text>", "</text >")

// unmark returns s, one line, with nothing in it that begins or ends a text.
func unmark(s string) string {
	if !strings.Contains(s, "text>") {
		return s
	}
	return markers.Replace(s)
}

// notLine is what the official parser takes for an actor, a checksum or a
// date, whatever tag stands before it.
var notLine = regexp.MustCompile(`^((Tool|Person|Organization|ADLER32|BLAKE2b-\d+|BLAKE3|MD\d|SHA[\d-]+):|\d{4}-\d\d-\d\dT)`)

// tags are the words that it never takes for a value.
var tags = func() map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(`
		NONE NOASSERTION SPDXVersion DataLicense SPDXID DocumentName DocumentNamespace DocumentComment ExternalDocumentRef
		Creator Created CreatorComment LicenseListVersion Annotator AnnotationDate AnnotationType AnnotationComment SPDXREF
		Relationship RelationshipComment PackageName PackageVersion PackageFileName PackageSupplier PackageOriginator
		PackageDownloadLocation FilesAnalyzed PackageVerificationCode PackageChecksum PackageHomePage PackageSourceInfo
		PackageLicenseConcluded PackageLicenseInfoFromFiles PackageLicenseDeclared PackageLicenseComments PackageCopyrightText
		PackageSummary PackageDescription PackageComment ExternalRef ExternalRefComment PackageAttributionText
		PrimaryPackagePurpose ReleaseDate BuiltDate ValidUntilDate FileName FileType FileChecksum LicenseConcluded
		LicenseInfoInFile LicenseComments FileCopyrightText FileComment FileNotice FileContributor FileAttributionText
		LicenseID ExtractedText LicenseName LicenseCrossReference LicenseComment SnippetSPDXID SnippetFromFileSPDXID
		SnippetByteRange SnippetLineRange SnippetLicenseConcluded LicenseInfoInSnippet SnippetLicenseComments
		SnippetCopyrightText SnippetComment SnippetName SnippetAttributionText`) {
		set[word] = true
	}
	return set
}()

// line returns s, the value of a tag that takes no text, so that every reader
// takes it for that: a package may be called Relationship.
func line(s string) string {
	s = unmark(s)
	if tags[s] || notLine.MatchString(s) {
		return `"` + s + `"`
	}
	return s
}

// text returns s between the markers of a text: as a bare line it might look
// like a date, an actor or a keyword to a reader. The writer itself adds the
// markers where s has several lines.
func text(s string) string {
	s = unmark(s)
	if s == "" || strings.Contains(s, "\n") {
		return s
	}
	return "<text>" + s + "</text>"
}
