package owner

import (
	"os"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance/installed"
)

// python is the filter of a scan: what is in a site directory, and the
// interpreters.
func python(path string) bool {
	return strings.Contains(path, "/dist-packages/") || strings.Contains(path, "/site-packages/") || strings.HasPrefix(path, "usr/bin/python")
}

// BenchmarkLoad reads the databases of PYSBOM_BENCH_ROOT, "/" by default: what
// a scan of a root file system pays.
func BenchmarkLoad(b *testing.B) {
	root := os.Getenv("PYSBOM_BENCH_ROOT")
	if root == "" {
		root = "/"
	}
	fsys, err := installed.OpenDir(root)
	if err != nil {
		b.Fatal(err)
	}
	defer fsys.Close()
	b.ReportAllocs()
	for b.Loop() {
		o, _ := Load(fsys, ".", python)
		b.ReportMetric(float64(len(o.files)), "files")
	}
}

// BenchmarkLoadNothing is what a scan of a virtual environment pays.
func BenchmarkLoadNothing(b *testing.B) {
	dir := b.TempDir()
	for _, d := range []string{"bin", "lib", "include"} {
		if err := os.Mkdir(dir+"/"+d, 0o755); err != nil {
			b.Fatal(err)
		}
	}
	fsys, err := installed.OpenDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer fsys.Close()
	b.ReportAllocs()
	for b.Loop() {
		Load(fsys, ".", python)
	}
}
