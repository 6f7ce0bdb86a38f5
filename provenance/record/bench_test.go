package record

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pysbom/pysbom/provenance/installed"
)

func BenchmarkParse(b *testing.B) {
	var data []byte
	for i := range 100_000 {
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8), byte(i >> 16)})
		data = fmt.Appendf(data, "package/subpackage%d/module_%d.py,sha256=%s,%d\n", i/100, i, encode(sum[:]), i)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if entries, problems := Parse("RECORD", data); len(entries) != 100_000 || len(problems) > 0 {
			b.Fatal(len(entries), problems)
		}
	}
}

// BenchmarkVerify has BenchmarkSHA256 of the same files to be held against.
func BenchmarkVerify(b *testing.B) {
	for _, kind := range benchKinds {
		dir, _, size := benchFiles(b, kind.files, kind.size)
		b.Run(kind.name, func(b *testing.B) {
			d, err := installed.OpenDir(dir)
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			var v Verifier
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				r, err := v.Verify(b.Context(), &installed.Site{FS: d, Root: &installed.Root{FS: d, Path: dir}, Dir: posixDir}, "x-1.dist-info")
				if err != nil || !r.Intact() || len(r.Files) != kind.files+1 {
					b.Fatal(err, len(r.Files))
				}
			}
		})
	}
}

// BenchmarkSHA256 reads the same files one after the other.
func BenchmarkSHA256(b *testing.B) {
	for _, kind := range benchKinds {
		_, names, size := benchFiles(b, kind.files, kind.size)
		b.Run(kind.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				for _, name := range names {
					data, err := os.ReadFile(name)
					if err != nil {
						b.Fatal(err)
					}
					sha256.Sum256(data)
				}
			}
		})
	}
}

var benchKinds = []struct {
	name        string
	files, size int
}{{"large", 16, 8 << 20}, {"small", 3000, 10_000}}

func benchFiles(b *testing.B, files, size int) (string, []string, int64) {
	dir := b.TempDir()
	content := make([]byte, size)
	rand.Read(content)
	var record bytes.Buffer
	var names []string
	for i := range files {
		content[0], content[1] = byte(i), byte(i>>8)
		name := fmt.Sprintf("pkg/sub%d/mod%d.py", i/40, i)
		record.WriteString(line(name, string(content)))
		names = append(names, filepath.Join(dir, posixDir, name))
		if err := os.MkdirAll(filepath.Dir(names[i]), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(names[i], content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	record.WriteString("x-1.dist-info/RECORD,,\n")
	if err := os.MkdirAll(filepath.Join(dir, posixDir, "x-1.dist-info"), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, posixDir, "x-1.dist-info", "RECORD"), record.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
	return dir, names, int64(files) * int64(size)
}
