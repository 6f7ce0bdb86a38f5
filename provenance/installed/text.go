package installed

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decode returns data as valid UTF-8 and how it had to be read when it was
// not UTF-8 already: "" for UTF-8, else the name of the encoding assumed.
func decode(data []byte) (text, coding string) {
	switch {
	case len(data) >= 2 && data[0] == 0xff && data[1] == 0xfe:
		return decodeUTF16(data[2:], false), "utf-16"
	case len(data) >= 2 && data[0] == 0xfe && data[1] == 0xff:
		return decodeUTF16(data[2:], true), "utf-16"
	case utf8.Valid(data):
		return string(data), ""
	}
	var b strings.Builder
	b.Grow(len(data) + len(data)/8)
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.String(), "latin-1"
}

func decodeUTF16(data []byte, bigEndian bool) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		a, b := uint16(data[2*i]), uint16(data[2*i+1])
		if bigEndian {
			a, b = b, a
		}
		units[i] = a | b<<8
	}
	return string(utf16.Decode(units))
}
