package sbom_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
	"github.com/pysbom/pysbom/sbom/cyclonedx"
	"github.com/pysbom/pysbom/sbom/spdx"
)

// syntheticDocument is an environment of n distributions from an index, with
// the metadata and the records that a careful installer leaves.
func syntheticDocument(n int) *sbom.Document {
	const site = "lib/python3.12/site-packages"
	inv := &inventory.Inventory{
		Schema:  inventory.Schema,
		Subject: inventory.Subject{Name: "bench", Version: "1.0"},
		Roots:   []inventory.Root{{}},
		Environments: []inventory.Environment{{
			ID: "env:.", Layout: "venv", Prefix: ".", Sites: []inventory.Site{{Path: site}}, Complete: true,
			Python: inventory.Python{Implementation: "CPython", Version: "3.12.4", Source: "pyvenv.cfg"},
		}},
	}
	id := func(i int) string { return fmt.Sprintf("%s#wheel-index-%05d@1.%d.0", site, i%n, i%n%10) }
	for i := range n {
		name := fmt.Sprintf("wheel-index-%05d", i)
		version := fmt.Sprintf("1.%d.0", i%10)
		sum := sha256.Sum256([]byte(name))
		digest := hex.EncodeToString(sum[:])
		file := fmt.Sprintf("wheel_index_%05d-%s-py3-none-any.whl", i, version)
		info := fmt.Sprintf("%s/wheel_index_%05d-%s.dist-info", site, i, version)
		origin := provenance.Origin{
			Kind: provenance.KindIndex,
			Artifact: provenance.Artifact{
				URL:      "https://files.example.org/packages/" + digest[:2] + "/" + digest[2:4] + "/" + digest[4:] + "/" + file,
				Filename: file, Index: "https://index.example.org/simple/", Hashes: provenance.Hashes{"sha256": digest},
			},
		}
		c := &inventory.Component{
			ID: id(i), Kind: inventory.Distribution, Env: "env:.", Name: name, Version: version,
			Summary: "A synthetic distribution that stands for " + name + " in the benchmark",
			ProjectURLs: []inventory.ProjectURL{
				{Label: "Homepage", URL: "https://" + name + ".example.org/"},
				{Label: "Source", URL: "https://git.example.org/bench/" + name},
			},
			Parties:   []inventory.Party{{Name: "Ada Example", Email: "ada@example.org", Source: "Author-email"}},
			Licences:  inventory.Licences{Expression: "MIT OR Apache-2.0", Source: "License-Expression"},
			Locations: []inventory.Location{{Path: info}}, NameFrom: "METADATA",
			Installer: "pip", Requested: i%20 == 0,
			Wheel:  inventory.Wheel{Tags: []string{"py3-none-any"}, Generator: "bench (1.0)"},
			Origin: origin, Class: provenance.Recorded, Source: "provenance_url.json",
			Evidence: []provenance.Evidence{{
				Name: name, Version: version, Origin: origin, Class: provenance.Recorded,
				Source: "provenance_url.json", File: info + "/provenance_url.json",
			}},
			NeedsComplete: true,
		}
		for k := range 3 {
			c.Needs = append(c.Needs, id(i+k*7+1))
		}
		inv.Components = append(inv.Components, c)
		if c.Requested {
			inv.Environments[0].Top = append(inv.Environments[0].Top, c.ID)
		}
	}
	return &sbom.Document{
		Inventory: inv,
		Created:   time.Date(2026, 11, 23, 6, 43, 0, 0, time.UTC),
		Tool:      sbom.Tool{Name: "pysbom", Version: "1.0"},
	}
}

// countingWriter discards what is written and knows how much it was.
type countingWriter struct{ n int64 }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.n += int64(len(p))
	return len(p), nil
}

func benchmarkFormat(b *testing.B, formats []sbom.Format, name string) {
	doc := syntheticDocument(5000)
	for _, f := range formats {
		if f.Name+"@"+f.Version != name {
			continue
		}
		var w countingWriter
		if err := f.Emit(&w, doc); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(w.n)
		b.ReportAllocs()
		for b.Loop() {
			if err := f.Emit(io.Discard, doc); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	b.Fatal("no such format")
}

func BenchmarkCycloneDXJSON(b *testing.B) {
	benchmarkFormat(b, cyclonedx.Formats(), "cyclonedx-json@1.6")
}

func BenchmarkCycloneDXXML(b *testing.B) {
	benchmarkFormat(b, cyclonedx.Formats(), "cyclonedx-xml@1.6")
}

func BenchmarkSPDXJSON(b *testing.B) { benchmarkFormat(b, spdx.Formats(), "spdx-json@2.3") }

func BenchmarkSPDXTagValue(b *testing.B) { benchmarkFormat(b, spdx.Formats(), "spdx-tag-value@2.3") }
