package cli

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/pysbom/pysbom/provenance/installed"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// FuzzEnvironment takes an archive for an environment, through all of a scan
// and every format: no panic, well-formed documents, the same bytes again and
// from the stored inventory.
func FuzzEnvironment(f *testing.F) {
	seeds, err := filepath.Glob("../../fixtures/env/*.txtar")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range seeds {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			t.Skip("larger than what is of interest")
		}
		fsys, err := txtar.FS(txtar.Parse(data))
		if err != nil {
			t.Skip("names that no file system has")
		}
		build := func() *inventory.Inventory {
			root := installed.Root{FS: fsys}
			return inventory.Build(t.Context(), installed.Find(t.Context(), root), inventory.Config{Subject: inventory.Subject{Name: "fuzz"}})
		}
		first := build()
		stored := emit(t, scanFormats[len(scanFormats)-1], first)
		read, err := inventory.Decode(bytes.NewReader(stored))
		if err != nil {
			t.Fatalf("our own inventory: %v\n%s", err, stored)
		}
		second := build()
		for _, format := range scanFormats {
			a := emit(t, format, first)
			if b := emit(t, format, second); !bytes.Equal(a, b) {
				t.Fatalf("%s: another scan gives other bytes: %s", format.Name, firstDifferentLine(b, a))
			}
			if b := emit(t, format, read); !bytes.Equal(a, b) {
				t.Fatalf("%s: the inventory gives other bytes: %s", format.Name, firstDifferentLine(b, a))
			}
			wellFormed(t, format, a)
		}
	})
}

func emit(t *testing.T, format sbom.Format, inv *inventory.Inventory) []byte {
	t.Helper()
	var b bytes.Buffer
	doc := &sbom.Document{Inventory: inv, Tool: sbom.Tool{Name: "pysbom", Version: "0"}, Created: time.Unix(0, 0).UTC()}
	if err := format.Emit(&b, doc); err != nil {
		t.Fatalf("%s: %v", format.Name, err)
	}
	return b.Bytes()
}

func wellFormed(t *testing.T, format sbom.Format, data []byte) {
	t.Helper()
	switch {
	case !utf8.Valid(data):
		t.Fatalf("%s: not UTF-8", format.Name)
	case strings.HasSuffix(format.Name, "json") && !json.Valid(data):
		t.Fatalf("%s: not JSON: %s", format.Name, data)
	case strings.HasSuffix(format.Name, "xml"):
		d := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("%s: %v", format.Name, err)
			}
		}
	}
}
