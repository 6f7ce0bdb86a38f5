// Package licence says what METADATA declares about a distribution's licence,
// in the terms that SBOM formats have for it.
//
// METADATA has had three ways to say it: License-Expression (PEP 639, an SPDX
// expression), classifiers that begin with "License ::", and free text in
// License. [Declared] reads all three and is what a scanner calls; the
// functions From... read one each, and [Canonical] and [Parse] are about
// expressions alone.
//
// # What is declared is not improved
//
// An SPDX id is given only where the words name exactly that licence. "BSD
// License" names several, so it stays a name. Classifiers have no operator
// between them, so two of them are a list of two and never an AND or an OR. A
// licence text is carried along and not recognised. And all of it is what the
// distribution declares, which is not what somebody concluded.
//
// # CycloneDX
//
// Where Expression is set, it is the component's one licence expression;
// otherwise each entry of List is a license with an id or with a name. The two
// never stand beside each other.
//
// # SPDX
//
// [Licences.SPDX] gives licenseDeclared: an expression or an id as it is, one
// name as a LicenseRef whose extracted text is the name (or the text that came
// with it), and NOASSERTION for several licences, because an expression of
// them needs the operator that nobody stated. What they were then belongs into
// licenseComments; [Licences.String] is that text.
//
// https://packaging.python.org/en/latest/specifications/license-expression/
package licence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// The header of METADATA that a [Licences] was read from.
const (
	SourceExpression = "License-Expression"
	SourceClassifier = "Classifier"
	SourceText       = "License"
)

// NoAssertion is SPDX's word for a value that nobody stated.
const NoAssertion = "NOASSERTION"

// A Licence is one licence: an id of the SPDX list or else a name in the
// words of METADATA, never both.
type Licence struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"` // one line
	Text string `json:"text,omitempty"` // only beside a name: the licence text that METADATA has
}

// Licences is what one distribution declares. At most one of Expression and
// List is set; the zero Licences means that nothing is declared.
type Licences struct {
	// Expression is a canonical SPDX expression that is not just one id: "MIT+"
	// and "LicenseRef-Own" stand here, "MIT" is in List.
	Expression string `json:"expression,omitempty"`

	// List is one licence, or several without a stated relation.
	List []Licence `json:"list,omitempty"`

	// Source is the header that says so. Where two headers agree and License
	// is the more exact, it is License.
	Source string `json:"source,omitempty"`

	// Raw is what the headers say, where the above does not show it verbatim.
	// Only surrounding space is removed, and invalid UTF-8 is replaced.
	Raw []string `json:"raw,omitempty"`
}

// Declared reads the headers License-Expression, Classifier (all of them) and
// License; an empty value means that the header is absent. Of these the first
// that says something counts, with two exceptions:
//
//   - License counts instead of classifiers that leave something open, if it
//     is an expression of just the licences they name: "BSD-3-Clause" beside
//     the classifier "BSD License", "MIT OR Apache-2.0" beside those two.
//     A licence text in License becomes the text of a single name.
//   - Classifiers that only say "approved" do not count beside License.
//
// The result is usable beside an error too: the error says which header is
// invalid or was too long to be taken whole. The result shares no memory with
// the arguments, so it does not keep the rest of a METADATA file alive.
func Declared(expression string, classifiers []string, text string) (Licences, error) {
	if strings.TrimSpace(expression) != "" {
		return FromExpression(expression)
	}
	byClassifier, rows, err := readClassifiers(classifiers)
	if isSettled(rows) || strings.TrimSpace(text) == "" {
		return byClassifier, err
	}
	byText, textErr := FromText(text)
	switch {
	case byText.Source == "":
	case len(rows) == 0:
		return byText, errors.Join(err, textErr)
	case agree(rows, byText):
		byText.Raw = append(byClassifier.Raw, byText.Raw...)
		return byText, errors.Join(err, textErr)
	case byClassifier.isName() && byText.isName() && byText.List[0].Text != "":
		byClassifier.List[0].Text = byText.List[0].Text
		return byClassifier, errors.Join(err, textErr)
	}
	return byClassifier, err
}

// isName reports whether l is one licence without an id.
func (l Licences) isName() bool { return len(l.List) == 1 && l.List[0].ID == "" }

// expression is the expression or the id that l amounts to, "" if none.
func (l Licences) expression() string {
	if len(l.List) == 1 {
		return l.List[0].ID
	}
	return l.Expression
}

// FromExpression reads a License-Expression. An invalid one becomes a name,
// with all of it as the text where it is long, and is reported by the error.
func FromExpression(expression string) (Licences, error) {
	raw := strings.TrimSpace(expression)
	if raw == "" {
		return Licences{}, nil
	}
	canonical, err := Canonical(raw)
	if err != nil {
		l, _ := named(raw, SourceExpression)
		return l, fmt.Errorf("%s: %w", SourceExpression, err)
	}
	return stated(canonical, raw, SourceExpression), nil
}

// stated takes the canonical form of an expression and what it was read from.
func stated(canonical, raw, source string) Licences {
	l := Licences{Source: source}
	if e, ok := find(licenceIDs[:], canonical); ok {
		l.List = []Licence{{ID: e.id}}
	} else {
		l.Expression = strings.Clone(canonical)
	}
	if raw != canonical {
		l.Raw = []string{strings.Clone(raw)}
	}
	return l
}

// String is for people: the expression, or the ids and names, separated by "; ".
func (l Licences) String() string {
	if l.Expression != "" || len(l.List) == 0 {
		return l.Expression
	}
	words := make([]string, len(l.List))
	for i, licence := range l.List {
		words[i] = licence.ID + licence.Name
	}
	return strings.Join(words, "; ")
}

// Refs are the LicenseRefs that the expression names, each once.
func (l Licences) Refs() []string {
	if !strings.Contains(l.Expression, refPrefix) {
		return nil
	}
	e, err := Parse(l.Expression)
	if err != nil {
		return nil
	}
	return e.Refs
}

// Deprecated are the licence and exception ids in l that the SPDX list marks
// as deprecated, each once.
func (l Licences) Deprecated() []string {
	var deprecated []string
	add := func(ids ...string) {
		for _, id := range ids {
			if IsDeprecated(id) {
				deprecated = appendNew(deprecated, id)
			}
		}
	}
	if e, err := Parse(l.Expression); err == nil {
		add(e.IDs...)
		add(e.Exceptions...)
	}
	for _, licence := range l.List {
		add(licence.ID)
	}
	return deprecated
}

// An Extracted is what SPDX must be told about a licence that is not on its
// list: an entry of hasExtractedLicensingInfos.
type Extracted struct {
	ID   string // "LicenseRef-..."
	Name string // may be empty
	Text string // never empty; [NoAssertion] where METADATA does not have it
}

// SPDX returns what licenseDeclared may say of l, [NoAssertion] included, and
// what must be said of each LicenseRef in it. The same licence gets the same
// id in every package of a document, a different one another.
func (l Licences) SPDX() (declared string, extracted []Extracted) {
	switch {
	case l.Expression != "":
		for _, ref := range l.Refs() {
			extracted = append(extracted, Extracted{ID: ref, Text: NoAssertion})
		}
		return l.Expression, extracted
	case len(l.List) != 1:
		return NoAssertion, nil
	case l.List[0].ID != "":
		return l.List[0].ID, nil
	}
	e := l.List[0].extracted()
	return e.ID, []Extracted{e}
}

// extracted makes an id of the name, and of a digest because a name loses
// characters there and different texts can have one name.
func (l Licence) extracted() Extracted {
	words := strings.FieldsFunc(l.Name, func(r rune) bool { return !isRefRune(r) })
	sum := sha256.Sum256([]byte(l.Name + "\x00" + l.Text))
	id := refPrefix + strings.Join(append(words, hex.EncodeToString(sum[:4])), "-")
	return Extracted{ID: id, Name: l.Name, Text: cmp.Or(l.Text, l.Name, NoAssertion)}
}
