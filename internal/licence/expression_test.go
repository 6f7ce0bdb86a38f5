package licence

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// An answer is what packaging says of an expression.
type answer struct {
	in, want string
	valid    bool
}

func (a *answer) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&a.in, &a.valid, &a.want})
}

// answers reads testdata/expressions.jsonl; gen_expressions.py made it.
func answers(t testing.TB) []answer {
	data, err := os.ReadFile("testdata/expressions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var list []answer
	for line := range bytes.Lines(data) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	if len(list) < 500 {
		t.Fatalf("%d answers, want the 500 and more of gen_expressions.py", len(list))
	}
	return list
}

func checkAnswers(t *testing.T, list []answer) {
	for _, a := range list {
		got, err := Canonical(a.in)
		if got != a.want || (err == nil) != a.valid {
			t.Errorf("Canonical(%q) = %q, %v; packaging says %q, valid %v", a.in, got, err, a.want, a.valid)
		}
		e, err := Parse(a.in)
		if e.Text != a.want || (err == nil) != a.valid {
			t.Errorf("Parse(%q).Text = %q, %v; packaging says %q, valid %v", a.in, e.Text, err, a.want, a.valid)
		}
	}
}

func TestCanonicalAsPackaging(t *testing.T) { checkAnswers(t, answers(t)) }

func TestCanonicalVectors(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/vectors/license_expressions.json")
	if err != nil {
		t.Skip(err)
	}
	var list []answer
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no vectors")
	}
	checkAnswers(t, list)
}

// The one answer that packaging gives differently: it leaves the Kelvin sign
// in a LicenseRef, where SPDX allows no letter outside ASCII.
func TestCanonicalKelvin(t *testing.T) {
	if got, err := Canonical("LicenseRef-\u212a"); got != "LicenseRef-k" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSyntaxError(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "column 1: ends where a licence is expected"},
		{"MIT OR", "column 7: ends where a licence is expected"},
		{"Apache 2.0", `column 1: "Apache" is not a licence of the SPDX list`},
		{"MIT AND BSD", `column 9: "BSD" is not a licence of the SPDX list`},
		{"MIT ISC", `column 5: "ISC" where AND or OR is expected`},
		{"MIT (ISC)", `column 5: "(" where no licence is expected`},
		{"MIT OR OR ISC", "column 8: OR where a licence is expected"},
		{"()", `column 2: ")" where a licence is expected`},
		{"MIT)", `column 4: ")" without "("`},
		{"(MIT OR ISC", `column 12: ends before ")"`},
		{"MIT WITH", "column 9: ends where an exception is expected"},
		{"MIT WITH )", `column 10: ")" where an exception is expected`},
		{"(MIT) WITH GCC-exception-3.1", "column 7: WITH where no licence is before it"},
		{"MIT WITH ISC", `column 10: "ISC" is not an exception of the SPDX list`},
		{"LicenseRef-a_b", `column 1: "LicenseRef-a_b" is not LicenseRef- with letters, digits, "-" and "."`},
		{"MIT\u2003OR\u2003é", `column 8: "é" is not a licence of the SPDX list`},
		{"\xff", `column 1: "\xff" is not a licence of the SPDX list`},
		{strings.Repeat("(", 201), "column 201: more than 200 parentheses are open"},
		{strings.Repeat(" ", 64<<10) + "MIT", "column 1: 65539 bytes are more than the 65536 that are read"},
	}
	for _, tt := range tests {
		_, err := Canonical(tt.in)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != tt.want {
			t.Errorf("Canonical(%.40q): %v, want %s", tt.in, err, tt.want)
		}
	}
	if _, err := Canonical(strings.Repeat("x", 5000)); len(err.Error()) > 150 {
		t.Errorf("an error of %d bytes quotes a token of 5000", len(err.Error()))
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want Expression
		isID bool
	}{
		{"mit", Expression{Text: "MIT", IDs: []string{"MIT"}}, true},
		{"(MIT)", Expression{Text: "(MIT)", IDs: []string{"MIT"}}, false},
		{"MIT+", Expression{Text: "MIT+", IDs: []string{"MIT"}}, false},
		{"gpl-2.0+", Expression{Text: "GPL-2.0+", IDs: []string{"GPL-2.0+"}}, true}, // an id of the list
		{"MIT OR mit", Expression{Text: "MIT OR MIT", IDs: []string{"MIT"}}, false},
		{"licenseref-A", Expression{Text: "LicenseRef-A", Refs: []string{"LicenseRef-A"}}, false},
		{"LicenseRef-A OR licenseref-b OR LicenseRef-a", Expression{
			Text: "LicenseRef-a OR LicenseRef-b OR LicenseRef-a",
			Refs: []string{"LicenseRef-a", "LicenseRef-b"}}, false},
		{"ISC AND (gpl-3.0-only WITH gcc-exception-3.1 OR LicenseRef-x)", Expression{
			Text:       "ISC AND (GPL-3.0-only WITH GCC-exception-3.1 OR LicenseRef-x)",
			IDs:        []string{"ISC", "GPL-3.0-only"},
			Refs:       []string{"LicenseRef-x"},
			Exceptions: []string{"GCC-exception-3.1"}}, false},
	}
	for _, tt := range tests {
		got, err := Parse(tt.in)
		if err != nil || !reflect.DeepEqual(got, tt.want) || got.IsID() != tt.isID {
			t.Errorf("Parse(%q) = %+v, IsID %v, %v; want %+v, %v", tt.in, got, got.IsID(), err, tt.want, tt.isID)
		}
	}
	if e, err := Parse("MIT OR"); err == nil || !reflect.DeepEqual(e, Expression{}) {
		t.Errorf("Parse of an invalid expression: %+v, %v", e, err)
	}
}

func TestTables(t *testing.T) {
	if ListVersion != "3.27.0" || len(licenceIDs) != 699 || len(exceptionIDs) != 79 {
		t.Errorf("list %s: %d licences and %d exceptions, packaging 26.3 has 3.27.0: 699 and 79",
			ListVersion, len(licenceIDs), len(exceptionIDs))
	}
	for _, table := range [][]entry{licenceIDs[:], exceptionIDs[:]} {
		for i, e := range table {
			if i > 0 && compareFold(table[i-1].id, e.id) >= 0 {
				t.Errorf("%s stands behind %s", e.id, table[i-1].id)
			}
			if got, ok := find(table, strings.ToUpper(e.id)); !ok || got != e {
				t.Errorf("%s is not found", e.id)
			}
		}
	}
	for _, id := range []string{"", "MI", "MITx", "zzz", "\x00", "BSD"} {
		if e, ok := find(licenceIDs[:], id); ok {
			t.Errorf("find(%q) = %v", id, e)
		}
	}
	for id, want := range map[string]bool{"GPL-2.0": true, "gpl-2.0+": true, "GPL-2.0-only": false, "MIT": false,
		"Nokia-Qt-exception-1.1": true, "GCC-exception-3.1": false, "Net-SNMP": true, "": false, "LicenseRef-x": false} {
		if got := IsDeprecated(id); got != want {
			t.Errorf("IsDeprecated(%q) = %v", id, got)
		}
	}
}

func TestCanonicalAllocations(t *testing.T) {
	for in, most := range map[string]float64{"MIT": 0, "bsd-3-clause": 0, "MIT OR Apache-2.0": 1, "mit or apache-2.0": 2} {
		if n := testing.AllocsPerRun(100, func() { Canonical(in) }); n > most {
			t.Errorf("Canonical(%q): %v allocations, want %v at most", in, n, most)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, a := range answers(f) {
		f.Add(a.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := Canonical(in)
		e, parseErr := Parse(in)
		if (err == nil) != (parseErr == nil) || e.Text != got {
			t.Fatalf("Canonical %q, %v; Parse %q, %v", got, err, e.Text, parseErr)
		}
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Column < 1 || syntax.Column > utf8.RuneCountInString(in)+1 || !utf8.ValidString(err.Error()) {
				t.Fatalf("%#v", err)
			}
			return
		}
		if again, err := Canonical(got); again != got || err != nil {
			t.Fatalf("%q again: %q, %v", got, again, err)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("not plain: %q", got)
		}
		for _, name := range slices.Concat(e.IDs, e.Refs, e.Exceptions) {
			if !strings.Contains(got, name) {
				t.Fatalf("%q does not name %q", got, name)
			}
		}
		if len(e.IDs)+len(e.Refs) == 0 {
			t.Fatalf("%q names nothing", got)
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	for _, in := range []string{"MIT", "BSD-3-Clause", "MIT OR Apache-2.0", "GPL-3.0-or-later WITH GCC-exception-3.1 AND (mit or LicenseRef-x)"} {
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Canonical(in)
			}
		})
	}
}
