package licence

import "cmp"

// An entry is one id of the SPDX licence list, spelt as the list spells it.
type entry struct {
	id         string
	deprecated bool
}

// find looks id up in a table, without regard to the case of ASCII letters.
func find(table []entry, id string) (entry, bool) {
	lo, hi := 0, len(table)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := compareFold(id, table[mid].id); {
		case c == 0:
			return table[mid], true
		case c < 0:
			hi = mid
		default:
			lo = mid + 1
		}
	}
	return entry{}, false
}

// compareFold compares as [cmp.Compare] does after lower-casing ASCII letters.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// IsDeprecated reports whether the SPDX list marks the licence or exception
// id as deprecated. An id that the list does not have is not deprecated.
func IsDeprecated(id string) bool {
	if e, ok := find(licenceIDs[:], id); ok {
		return e.deprecated
	}
	e, _ := find(exceptionIDs[:], id)
	return e.deprecated
}
