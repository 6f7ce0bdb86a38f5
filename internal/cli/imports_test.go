package cli

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which of our packages each package may import. Evidence
// readers know nothing of each other, emitters nothing of how evidence was
// found; inventory is the only join.
var mayImport = map[string][]string{
	".":                    {"internal/cli"},
	"provenance":           {},
	"provenance/installed": {"provenance"},
	"provenance/inventory": {"provenance", "provenance/installed", "provenance/record", "provenance/owner", "provenance/bundled", "internal/pep440", "internal/pep508", "internal/licence"},
	"provenance/record":    {"provenance", "provenance/installed"},
	"provenance/owner":     {"provenance", "provenance/installed"},

	"provenance/pipreport": {"provenance"},
	"provenance/lockfile":  {"provenance", "internal/pep440", "internal/pep508"},

	"sbom":               {"provenance", "provenance/inventory"},
	"sbom/cyclonedx":     {"sbom", "provenance", "provenance/inventory"},
	"sbom/spdx":          {"sbom", "provenance", "provenance/inventory"},
	"internal/pep440":    {},
	"internal/pep508":    {"provenance", "internal/pep440"},
	"sbom/report":        {"sbom", "provenance", "provenance/inventory"},
	"internal/bench":     {},
	"internal/licence":   {},
	"internal/indextest": {"provenance"},
	"internal/cli":       {"*"},
}

// onlyIn says which package alone may import a dependency, "" for none but
// the standard library.
var onlyIn = map[string][]string{
	"github.com/spdx/tools-golang":         {"sbom/spdx"},
	"github.com/CycloneDX/cyclonedx-go":    {"sbom/cyclonedx"},
	"github.com/urfave/cli/v2":             {"internal/cli"},
	"golang.org/x/term":                    {"internal/cli"},
	"github.com/pelletier/go-toml/v2":      {"internal/cli", "provenance/lockfile", "provenance/index"},
	"github.com/package-url/packageurl-go": {"sbom", "internal/cli"},
}

// TestImports reads the source and not what the go command lists, which a
// test cache may hold back.
func TestImports(t *testing.T) {
	const module = "github.com/pysbom/pysbom"
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && e.Name() != "." && e.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, filepath.Dir(file))
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		allowed, ok := mayImport[pkg]
		if !ok {
			t.Errorf("%s: not in the table of import rules", pkg)
			return nil
		}
		src, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range src.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			checkImport(t, pkg, strings.TrimPrefix(name, module+"/"), name, allowed)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if _, err := os.Stat(filepath.Join(root, pkg)); !seen[pkg] && (err != nil || pkg == ".") {
			t.Errorf("%s: a rule for a package that is not there", pkg)
		}
	}
}

func checkImport(t *testing.T, pkg, ours, name string, allowed []string) {
	t.Helper()
	if ours != name {
		if !slices.Contains(allowed, ours) && !slices.Contains(allowed, "*") {
			t.Errorf("%s imports %s: the rules do not allow that", pkg, ours)
		}
		return
	}
	first, _, _ := strings.Cut(name, "/")
	if !strings.Contains(first, ".") {
		return // standard library
	}
	for module, users := range onlyIn {
		if name == module || strings.HasPrefix(name, module+"/") {
			if !slices.Contains(users, pkg) {
				t.Errorf("%s imports %s: only %v may", pkg, name, users)
			}
			return
		}
	}
	t.Errorf("%s imports %s: not in the table of dependencies", pkg, path.Clean(name))
}
