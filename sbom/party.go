package sbom

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pysbom/pysbom/provenance/inventory"
)

// supplierSources are the headers that may name a supplier, the best first:
// who can be written to comes before who cannot, who maintains before who
// wrote.
var supplierSources = []string{"Maintainer-email", "Author-email", "Maintainer", "Author"}

// parties states who made c. Its supplier is the first party of the best
// header; maintainers who are not the supplier are properties.
func (d *Description) parties(c *inventory.Component, p *properties) {
	if len(c.Parties) == 0 {
		return
	}
	supplier := -1
	for _, source := range supplierSources {
		supplier = slices.IndexFunc(c.Parties, func(q inventory.Party) bool { return q.Source == source && !newParty(q).IsZero() })
		if supplier >= 0 {
			d.Supplier = newParty(c.Parties[supplier])
			p.add("pysbom:supplier:source", source)
			break
		}
	}
	for i, q := range c.Parties {
		one := newParty(q)
		switch {
		case one.IsZero():
		case strings.HasPrefix(q.Source, "Maintainer"):
			if i != supplier {
				p.add("pysbom:maintainer", one.String())
			}
		default:
			d.Authors = append(d.Authors, one)
		}
	}
}

// String returns p as `Name <mail>`.
func (p Party) String() string {
	address := cmp.Or(p.Email, p.URL)
	switch {
	case p.Name == "":
		return address
	case address == "":
		return p.Name
	}
	return p.Name + " <" + address + ">"
}

// newParty keeps as an address only what has the form of one.
func newParty(q inventory.Party) Party {
	p := Party{Name: inventory.Line(q.Name), Email: inventory.Line(q.Email)}
	if p.Email != "" && !isEmail(p.Email) {
		return Party{Name: p.String()}
	}
	return p
}

// Clean returns p, which the user gave, as a document can hold it.
func (p Party) Clean() Party {
	q := newParty(inventory.Party{Name: p.Name, Email: p.Email})
	if p.URL == "" {
		return q
	}
	url, ok := URI(p.URL)
	if !ok {
		q.Name = inventory.Line(q.Name + " " + p.URL)
	}
	q.URL = url
	return q
}

func isEmail(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	return ok && user != "" && host != "" && !strings.ContainsAny(s, " <>()[],;:\\\"") && !strings.Contains(host, "@")
}
