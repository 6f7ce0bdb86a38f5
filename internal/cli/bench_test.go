package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkScan reads the environment that PYSBOM_BENCH_ENV names, whole, and
// writes a document of it to a file.
func BenchmarkScan(b *testing.B) {
	env := os.Getenv("PYSBOM_BENCH_ENV")
	if env == "" {
		b.Skip("PYSBOM_BENCH_ENV names no environment")
	}
	for _, format := range []string{"cyclonedx-json", "spdx-json", "json"} {
		b.Run(format, func(b *testing.B) {
			b.ReportAllocs()
			out := filepath.Join(b.TempDir(), "out")
			for b.Loop() {
				args := []string{"pysbom", "scan", "-q", "-o", format + "=" + out, env}
				if status := Main(context.Background(), args, nil, io.Discard, os.Stderr, func(string) string { return "" }); status != 0 {
					b.Fatal(status)
				}
			}
		})
	}
}
