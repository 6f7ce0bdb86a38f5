package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// everyFormat has a golden file of every format; of the others the inventory
// alone is kept, which all formats are made from.
const everyFormat = "mixed"

// TestGolden scans each archive of fixtures/env and compares what comes out,
// warnings included, with fixtures/golden.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("../../fixtures/env/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range archives {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			golden, err := filepath.Abs(filepath.Join("../../fixtures/golden", name))
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), name)
			extract(t, file, dir)
			args := []string{"pysbom", "scan", dir, "--no-inherit", "--python-platform", "x86_64-unknown-linux-gnu"}
			for _, f := range scanFormats {
				if f.Name == "json" || name == everyFormat {
					args = append(args, "-o", f.Name+"@"+f.Version+"="+filepath.Join(filepath.Dir(dir), goldenName(f.Name, f.Version)))
				}
			}
			var stderr bytes.Buffer
			if status := Main(t.Context(), args, nil, nil, &stderr, fixedEnv); status != 0 {
				t.Fatalf("exit status %d\n%s", status, &stderr)
			}
			if bytes.Contains(stderr.Bytes(), []byte("canary")) {
				t.Errorf("a secret among the warnings:\n%s", &stderr)
			}
			compareGolden(t, filepath.Join(golden, "stderr"), stderr.Bytes())
			for _, f := range scanFormats {
				if f.Name != "json" && name != everyFormat {
					continue
				}
				got, err := os.ReadFile(filepath.Join(filepath.Dir(dir), goldenName(f.Name, f.Version)))
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(got, []byte("canary")) {
					t.Errorf("%s: a secret in it", f.Name)
				}
				compareGolden(t, filepath.Join(golden, goldenName(f.Name, f.Version)), got)
			}
		})
	}
}

// goldenName is a file name whose ending tells validators what it is.
func goldenName(format, version string) string {
	switch {
	case strings.HasPrefix(format, "cyclonedx-"):
		return version + ".cdx." + strings.TrimPrefix(format, "cyclonedx-")
	case format == "spdx-json":
		return version + ".spdx.json"
	case format == "spdx-tag-value":
		return version + ".spdx"
	}
	return format
}

func fixedEnv(name string) string {
	if name == "SOURCE_DATE_EPOCH" {
		return "1767225600"
	}
	return ""
}

// extract writes the archive file below dir. "name -> target" is a link.
func extract(t *testing.T, file, dir string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	for _, f := range archive.Files {
		name, to, link := strings.Cut(f.Name, " -> ")
		name = filepath.Join(dir, filepath.FromSlash(name))
		errs = append(errs, os.MkdirAll(filepath.Dir(name), 0o755))
		switch {
		case link:
			errs = append(errs, os.Symlink(to, name))
		case strings.HasSuffix(f.Name, "/"):
			errs = append(errs, os.MkdirAll(name, 0o755))
		default:
			errs = append(errs, os.WriteFile(name, f.Data, 0o644))
		}
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, got, 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: not there; go test ./internal/cli -update writes it", file)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", file, firstDifferentLine(got, want))
	}
}

func firstDifferentLine(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}
