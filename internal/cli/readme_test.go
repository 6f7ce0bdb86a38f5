package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestReadme holds the README against the source: every code, command, option
// value and format that a user meets is in it, and nothing else is.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)
	codes := sourceCodes(t)
	if len(codes) < 20 {
		t.Fatalf("only %d codes found in the source", len(codes))
	}
	for code := range codes {
		if !strings.Contains(readme, "`"+code+"`") {
			t.Errorf("the code %s is not in the README", code)
		}
	}
	_, table, _ := strings.Cut(readme, "| code | what it means |")
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for word := range strings.SplitSeq(first, ",") {
			word = strings.Trim(strings.TrimSpace(word), "`")
			if word != "" && !strings.HasPrefix(word, "---") && !codes[word] {
				t.Errorf("the README has the code %q, the source has not", word)
			}
		}
	}
	for _, f := range scanFormats {
		if !strings.Contains(readme, "`"+f.Name+"`") || f.Version != "" && !strings.Contains(readme, f.Version) {
			t.Errorf("the format %s@%s is not in the README", f.Name, f.Version)
		}
	}
	for _, command := range []string{"go run . scan", "go test ./..."} {
		if !strings.Contains(readme, command) {
			t.Errorf("the README does not say %q", command)
		}
	}
}

// silent are the packages whose codes no command prints.
var silent = map[string]bool{"record": true}

// sourceCodes are the values of the constants named Code… or code….
func sourceCodes(t *testing.T) map[string]bool {
	t.Helper()
	codes := map[string]bool{}
	files, err := filepath.Glob("../../provenance/*.go")
	below, err2 := filepath.Glob("../../provenance/*/*.go")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	own, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Concat(files, below, own) {
		if silent[filepath.Base(filepath.Dir(file))] {
			continue
		}
		src, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range src.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					if !strings.HasPrefix(strings.ToLower(name.Name), "code") || i >= len(v.Values) {
						continue
					}
					if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						code, _ := strconv.Unquote(lit.Value)
						codes[code] = true
					}
				}
			}
		}
	}
	return codes
}
