package installed

import "testing"
import "os"
import "sync/atomic"

func BenchmarkRead(b *testing.B) {
	dir := os.Getenv("PYSBOM_BENCH_ENV")
	if dir == "" {
		b.Skip("PYSBOM_BENCH_ENV: no directory named")
	}
	for b.Loop() {
		d, err := OpenDir(dir)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		var k atomic.Int64
		for e, err := range Find(b.Context(), Root{FS: d, Path: dir}) {
			if err != nil {
				b.Fatal(err)
			}
			n += len(e.Read(func() { k.Add(1) }).Distributions)
		}
		if n != 5000 {
			b.Fatal(n)
		}
	}
}
