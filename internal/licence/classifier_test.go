package licence

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What PEP 639 says that no tool may infer an expression from.
var pep639Ambiguous = []string{
	"Academic Free License (AFL)",
	"Apache Software License",
	"Apple Public Source License",
	"Artistic License",
	"BSD License",
	"GNU Affero General Public License v3",
	"GNU Free Documentation License (FDL)",
	"GNU General Public License (GPL)",
	"GNU General Public License v2 (GPLv2)",
	"GNU General Public License v3 (GPLv3)",
	"GNU Lesser General Public License v2 (LGPLv2)",
	"GNU Lesser General Public License v2 or later (LGPLv2+)",
	"GNU Lesser General Public License v3 (LGPLv3)",
	"GNU Library or Lesser General Public License (LGPL)",
}

func TestClassifierTable(t *testing.T) {
	names := map[string]bool{}
	for i, r := range classifiers {
		if i > 0 && classifiers[i-1].classifier >= r.classifier {
			t.Errorf("%q stands behind %q", r.classifier, classifiers[i-1].classifier)
		}
		if r.id != "" {
			if e, ok := find(licenceIDs[:], r.id); !ok || e.id != r.id || e.deprecated {
				t.Errorf("%q: id %q is deprecated or not on the SPDX list", r.classifier, r.id)
			}
		}
		may := func(e entry) bool { return strings.HasPrefix(e.id, r.family) }
		if r.family != "" && !slices.ContainsFunc(licenceIDs[:], may) {
			t.Errorf("%q: no id begins with %q", r.classifier, r.family)
		}
		if names[strings.ToLower(r.name())] {
			t.Errorf("%q: another classifier ends in %q", r.classifier, r.name())
		}
		names[strings.ToLower(r.name())] = true
	}
	for _, name := range pep639Ambiguous {
		r, ok := tableRow("OSI Approved :: " + name)
		if !ok || r.family == "" || r.id != "" {
			t.Errorf("%q is ambiguous, the table has %+v", name, r)
		}
	}
}

func TestFromClassifiers(t *testing.T) {
	id := func(s string) Licence { return Licence{ID: s} }
	name := func(s string) Licence { return Licence{Name: s} }
	tests := []struct {
		in   string // separated by "|"
		want []Licence
	}{
		{"", nil},
		{"Programming Language :: Python|Private :: License :: X|License|License ::|License :: ", nil},
		{"License :: OSI Approved :: MIT License", []Licence{id("MIT")}},
		{" License :: OSI Approved :: MIT License\n", []Licence{id("MIT")}},
		{"Topic :: Software|License :: OSI Approved :: Apache Software License", []Licence{name("Apache Software License")}},
		{"License :: OSI Approved :: BSD License", []Licence{name("BSD License")}},
		{"License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)", []Licence{id("GPL-3.0-or-later")}},
		{"License :: OSI Approved :: GNU General Public License v3 (GPLv3)", []Licence{name("GNU General Public License v3 (GPLv3)")}},
		{"License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", []Licence{id("MPL-2.0")}},
		{"License :: OSI Approved :: Python Software Foundation License", []Licence{id("PSF-2.0")}},
		{"License :: OSI Approved :: zlib/libpng License", []Licence{id("Zlib")}},
		{"License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", []Licence{id("CC0-1.0")}},
		{"License :: Public Domain", []Licence{name("Public Domain")}},
		{"License :: Other/Proprietary License", []Licence{name("Other/Proprietary License")}},
		{"License :: Our Own :: House License", []Licence{name("House License")}},
		{"License :: OSI Approved", []Licence{name("OSI Approved")}},
		{"License :: OSI Approved|License :: OSI Approved :: ISC License (ISCL)|License :: DFSG approved", []Licence{id("ISC")}},
		{"License :: OSI Approved :: MIT License|License :: OSI Approved :: BSD License", []Licence{id("MIT"), name("BSD License")}},
		{"License :: OSI Approved :: MIT License|License :: OSI Approved :: MIT License", []Licence{id("MIT")}},
		{"License :: Nokia Open Source License (NOKOS)|License :: OSI Approved :: Nokia Open Source License", []Licence{id("Nokia")}},
		{"License :: \x1b[31mRed\u202e  Licence", []Licence{name("[31mRed Licence")}},
		{"License :: \x00", []Licence{name(`"\x00"`)}},
	}
	for _, tt := range tests {
		got, err := FromClassifiers(strings.Split(tt.in, "|"))
		if err != nil || !reflect.DeepEqual(got.List, tt.want) || got.Expression != "" {
			t.Errorf("%q: %+v, %v, want %+v", tt.in, got, err, tt.want)
		}
		if (got.Source == SourceClassifier) != (tt.want != nil) || (len(got.Raw) > 0) != (tt.want != nil) {
			t.Errorf("%q: source %q, raw %q", tt.in, got.Source, got.Raw)
		}
	}
}

func TestFromClassifiersHostile(t *testing.T) {
	var many []string
	for i := range 20000 {
		many = append(many, "License :: "+strings.Repeat("x", 1+i%450))
	}
	many = append(many, "License :: "+strings.Repeat("y", 1<<20))
	got, err := FromClassifiers(many)
	if len(got.List) != maxClassifiers || len(got.Raw) != maxClassifiers || err == nil ||
		!strings.HasPrefix(err.Error(), "Classifier: ") {
		t.Errorf("%d licences, %d raw, %v", len(got.List), len(got.Raw), err)
	}
}
