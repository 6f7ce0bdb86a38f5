package provenance

import "testing"

// Expectations are packaging.utils.canonicalize_name's (packaging 26.3).
func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"requests":         "requests",
		"Django":           "django",
		"oslo.concurrency": "oslo-concurrency",
		"A--B__C..D":       "a-b-c-d",
		"a-_.b":            "a-b",
		"-a-":              "-a-",
		"__a":              "-a",
		"zope.interface_2": "zope-interface-2",
		"Straße":           "straße",
		"É_é":              "é-é",
		"\u212aelvin":      "kelvin",
		"İ":                "i\u0307",
		"ΟΔΟΣ":             "οδος",
		"ΟΔΟΣ-Σ":           "οδος-σ",
		"aΣ.b":             "aσ-b",
		"aΣ\u0301":         "aς\u0301",
		"a\u2019Σ":         "a\u2019ς",
		"aΣ'b":             "aσ'b",
		"a\u0387Σ":         "a\u0387ς",
		"\u01c5":           "\u01c6",
		"\u2160_\u24b6":    "\u2170-\u24d0",
		"a\u2010b\u2013c":  "a\u2010b\u2013c",
		"\U0001d400":       "\U0001d400",
	} {
		if got := NormalizeName(in); got != want {
			t.Errorf("NormalizeName(%+q) = %+q, want %+q", in, got, want)
		}
		if again := NormalizeName(want); again != want {
			t.Errorf("NormalizeName(%+q) = %+q", want, again)
		}
	}
}

func TestNormalizeNameIsFree(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { NormalizeName("zope-interface") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
