package licence

import (
	"fmt"
	"slices"
	"strings"
)

const (
	classifierPrefix = "License :: "

	maxClassifiers = 100 // different ones; the real list has 89
	maxClassifier  = 500 // bytes of one
)

// A row is one classifier without "License ::".
type row struct {
	classifier string

	// id is the licence, "" where the classifier has no one id.
	id string

	// family is set where the classifier leaves something open: how the ids
	// begin that it may mean.
	family string

	// approval marks the two that are not about any one licence.
	approval bool
}

// name is the last segment, the classifier as people read it.
func (r row) name() string {
	if i := strings.LastIndex(r.classifier, " :: "); i >= 0 {
		return r.classifier[i+len(" :: "):]
	}
	return r.classifier
}

// endsIn reports whether name is the name of r but for case.
func (r row) endsIn(name string) bool {
	start := len(r.classifier) - len(name)
	return start >= 0 && compareFold(r.classifier[start:], name) == 0 && compareFold(r.name(), name) == 0
}

// classifiers has every "License ::" classifier of trove-classifiers
// 2026.9.21.13, the deprecated ones too, by name.
//
// Those that PEP 639 (appendix on classifiers) counts as ambiguous have a
// family and no id. So have those for which the SPDX list has several
// versions.
var classifiers = [...]row{
	{classifier: "Aladdin Free Public License (AFPL)", id: "Aladdin"},
	{classifier: "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", id: "CC0-1.0"},
	{classifier: "CeCILL-B Free Software License Agreement (CECILL-B)", id: "CECILL-B"},
	{classifier: "CeCILL-C Free Software License Agreement (CECILL-C)", id: "CECILL-C"},
	{classifier: "DFSG approved", approval: true},
	{classifier: "Eiffel Forum License (EFL)", family: "EFL-"},
	{classifier: "Free For Educational Use"},
	{classifier: "Free For Home Use"},
	{classifier: "Free To Use But Restricted"},
	{classifier: "Free for non-commercial use"},
	{classifier: "Freely Distributable"},
	{classifier: "Freeware"},
	{classifier: "GUST Font License 1.0"},
	{classifier: "GUST Font License 2006-09-30"},
	{classifier: "Netscape Public License (NPL)", family: "NPL-"},
	{classifier: "Nokia Open Source License (NOKOS)", id: "Nokia"},
	{classifier: "OSI Approved", approval: true},
	{classifier: "OSI Approved :: Academic Free License (AFL)", family: "AFL-"},
	{classifier: "OSI Approved :: Apache Software License", family: "Apache-"},
	{classifier: "OSI Approved :: Apple Public Source License", family: "APSL-"},
	{classifier: "OSI Approved :: Artistic License", family: "Artistic-"},
	{classifier: "OSI Approved :: Attribution Assurance License", id: "AAL"},
	{classifier: "OSI Approved :: BSD License", family: "BSD-"},
	{classifier: "OSI Approved :: Blue Oak Model License (BlueOak-1.0.0)", id: "BlueOak-1.0.0"},
	{classifier: "OSI Approved :: Boost Software License 1.0 (BSL-1.0)", id: "BSL-1.0"},
	{classifier: "OSI Approved :: CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)", id: "CECILL-2.1"},
	{classifier: "OSI Approved :: CMU License (MIT-CMU)", id: "MIT-CMU"},
	{classifier: "OSI Approved :: Common Development and Distribution License 1.0 (CDDL-1.0)", id: "CDDL-1.0"},
	{classifier: "OSI Approved :: Common Public License", id: "CPL-1.0"},
	{classifier: "OSI Approved :: Eclipse Public License 1.0 (EPL-1.0)", id: "EPL-1.0"},
	{classifier: "OSI Approved :: Eclipse Public License 2.0 (EPL-2.0)", id: "EPL-2.0"},
	{classifier: "OSI Approved :: Educational Community License, Version 2.0 (ECL-2.0)", id: "ECL-2.0"},
	{classifier: "OSI Approved :: Eiffel Forum License", family: "EFL-"},
	{classifier: "OSI Approved :: European Union Public Licence 1.0 (EUPL 1.0)", id: "EUPL-1.0"},
	{classifier: "OSI Approved :: European Union Public Licence 1.1 (EUPL 1.1)", id: "EUPL-1.1"},
	{classifier: "OSI Approved :: European Union Public Licence 1.2 (EUPL 1.2)", id: "EUPL-1.2"},
	{classifier: "OSI Approved :: GNU Affero General Public License v3", family: "AGPL-3.0"},
	{classifier: "OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)", id: "AGPL-3.0-or-later"},
	{classifier: "OSI Approved :: GNU Free Documentation License (FDL)", family: "GFDL-"},
	{classifier: "OSI Approved :: GNU General Public License (GPL)", family: "GPL-"},
	{classifier: "OSI Approved :: GNU General Public License v2 (GPLv2)", family: "GPL-2.0"},
	{classifier: "OSI Approved :: GNU General Public License v2 or later (GPLv2+)", id: "GPL-2.0-or-later"},
	{classifier: "OSI Approved :: GNU General Public License v3 (GPLv3)", family: "GPL-3.0"},
	{classifier: "OSI Approved :: GNU General Public License v3 or later (GPLv3+)", id: "GPL-3.0-or-later"},
	{classifier: "OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)", family: "LGPL-2."},
	{classifier: "OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)", family: "LGPL-2."},
	{classifier: "OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", family: "LGPL-3.0"},
	{classifier: "OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)", id: "LGPL-3.0-or-later"},
	{classifier: "OSI Approved :: GNU Library or Lesser General Public License (LGPL)", family: "LGPL-"},
	{classifier: "OSI Approved :: Historical Permission Notice and Disclaimer (HPND)", id: "HPND"},
	{classifier: "OSI Approved :: IBM Public License", id: "IPL-1.0"},
	{classifier: "OSI Approved :: ISC License (ISCL)", id: "ISC"},
	{classifier: "OSI Approved :: Intel Open Source License", id: "Intel"},
	{classifier: "OSI Approved :: Jabber Open Source License"},
	{classifier: "OSI Approved :: MIT License", id: "MIT"},
	{classifier: "OSI Approved :: MIT No Attribution License (MIT-0)", id: "MIT-0"},
	{classifier: "OSI Approved :: MITRE Collaborative Virtual Workspace License (CVW)"},
	{classifier: "OSI Approved :: MirOS License (MirOS)", id: "MirOS"},
	{classifier: "OSI Approved :: Motosoto License", id: "Motosoto"},
	{classifier: "OSI Approved :: Mozilla Public License 1.0 (MPL)", id: "MPL-1.0"},
	{classifier: "OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)", id: "MPL-1.1"},
	{classifier: "OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", id: "MPL-2.0"},
	{classifier: "OSI Approved :: Mulan Permissive Software License v2 (MulanPSL-2.0)", id: "MulanPSL-2.0"},
	{classifier: "OSI Approved :: NASA Open Source Agreement v1.3 (NASA-1.3)", id: "NASA-1.3"},
	{classifier: "OSI Approved :: Nethack General Public License", id: "NGPL"},
	{classifier: "OSI Approved :: Nokia Open Source License", id: "Nokia"},
	{classifier: "OSI Approved :: Open Group Test Suite License", id: "OGTSL"},
	{classifier: "OSI Approved :: Open Software License 3.0 (OSL-3.0)", id: "OSL-3.0"},
	{classifier: "OSI Approved :: PostgreSQL License", id: "PostgreSQL"},
	{classifier: "OSI Approved :: Python License (CNRI Python License)", id: "CNRI-Python"},
	{classifier: "OSI Approved :: Python Software Foundation License", id: "PSF-2.0"},
	{classifier: "OSI Approved :: Qt Public License (QPL)", id: "QPL-1.0"},
	{classifier: "OSI Approved :: Ricoh Source Code Public License", id: "RSCPL"},
	{classifier: "OSI Approved :: SIL Open Font License 1.1 (OFL-1.1)", id: "OFL-1.1"},
	{classifier: "OSI Approved :: Sleepycat License", id: "Sleepycat"},
	{classifier: "OSI Approved :: Sun Industry Standards Source License (SISSL)", family: "SISSL"},
	{classifier: "OSI Approved :: Sun Public License", id: "SPL-1.0"},
	{classifier: "OSI Approved :: The Unlicense (Unlicense)", id: "Unlicense"},
	{classifier: "OSI Approved :: Universal Permissive License (UPL)", id: "UPL-1.0"},
	{classifier: "OSI Approved :: University of Illinois/NCSA Open Source License", id: "NCSA"},
	{classifier: "OSI Approved :: Vovida Software License 1.0", id: "VSL-1.0"},
	{classifier: "OSI Approved :: W3C License", family: "W3C"},
	{classifier: "OSI Approved :: X.Net License", id: "Xnet"},
	{classifier: "OSI Approved :: Zero-Clause BSD (0BSD)", id: "0BSD"},
	{classifier: "OSI Approved :: Zope Public License", family: "ZPL-"},
	{classifier: "OSI Approved :: zlib/libpng License", id: "Zlib"},
	{classifier: "Other/Proprietary License"},
	{classifier: "Public Domain"},
	{classifier: "Repoze Public License"},
}

// FromClassifiers reads the classifiers that begin with "License ::" and
// passes over the others. Each becomes an id or a name, the last segment. The
// bare "OSI Approved" and "DFSG approved" are names where nothing else is.
// The error says how many were left out because they are too long or too many.
func FromClassifiers(classifiers []string) (Licences, error) {
	l, _, err := readClassifiers(classifiers)
	return l, err
}

// readClassifiers also returns the rows that are about a licence.
func readClassifiers(values []string) (Licences, []row, error) {
	raw, err := aboutLicences(values)
	if len(raw) == 0 {
		return Licences{}, nil, err
	}
	all := make([]row, len(raw))
	for i, c := range raw {
		all[i] = rowOf(c[len(classifierPrefix):])
	}
	rows := slices.DeleteFunc(slices.Clone(all), func(r row) bool { return r.approval })
	l := Licences{Source: SourceClassifier, Raw: raw}
	if len(rows) == 0 {
		l.List = licencesOf(all)
	} else {
		l.List = licencesOf(rows)
	}
	return l, rows, err
}

// aboutLicences returns the classifiers to read, each once.
func aboutLicences(values []string) ([]string, error) {
	var raw []string
	refused := 0
	for _, c := range values {
		c = strings.ToValidUTF8(strings.TrimSpace(c), "\ufffd")
		switch {
		case len(c) <= len(classifierPrefix) || c[:len(classifierPrefix)] != classifierPrefix:
		case slices.Contains(raw, c):
		case len(c) > maxClassifier || len(raw) == maxClassifiers:
			refused++
		default:
			raw = append(raw, strings.Clone(c))
		}
	}
	if refused > 0 {
		return raw, fmt.Errorf("%s: %d left out: longer than %d bytes, or more than %d of them",
			SourceClassifier, refused, maxClassifier, maxClassifiers)
	}
	return raw, nil
}

// rowOf takes a classifier without "License ::". One that is not in the table
// is a row of a name.
func rowOf(classifier string) row {
	if r, ok := tableRow(classifier); ok {
		return r
	}
	return row{classifier: classifier}
}

func tableRow(classifier string) (row, bool) {
	i, ok := slices.BinarySearchFunc(classifiers[:], classifier, func(r row, c string) int {
		return strings.Compare(r.classifier, c)
	})
	if !ok {
		return row{}, false
	}
	return classifiers[i], true
}

// licencesOf has the same licence once: two classifiers may name it.
func licencesOf(rows []row) []Licence {
	list := make([]Licence, 0, len(rows))
	for _, r := range rows {
		if l := r.licence(); !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

func (r row) licence() Licence {
	if r.id != "" {
		return Licence{ID: r.id}
	}
	return Licence{Name: cleanName(r.name())}
}

// isSettled reports whether nothing remains for License to say.
func isSettled(rows []row) bool {
	return len(rows) == 1 && rows[0].id != "" && rows[0].family == ""
}

// agree reports whether text is an expression of the licences that the
// classifiers name: of each of them and of no other.
func agree(rows []row, text Licences) bool {
	e, err := Parse(text.expression())
	if err != nil || len(e.Refs) > 0 {
		return false
	}
	for _, id := range e.IDs {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.may(id) }) {
			return false
		}
	}
	for _, r := range rows {
		if !slices.ContainsFunc(e.IDs, r.may) {
			return false
		}
	}
	return true
}

// may reports whether the classifier can mean the licence id.
func (r row) may(id string) bool {
	return r.id == id || r.family != "" && strings.HasPrefix(id, r.family)
}
