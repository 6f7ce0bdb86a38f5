//go:build unix

// Command bench compares `pysbom scan` with the time it takes only to read
// what a scan must read, as whole processes, in pairs:
//
//	go run ./internal/bench
//
// It makes a virtual environment of 5,000 distributions (-n, or -env for one
// that is there), builds pysbom, and runs scan and floor in turn. What it
// prints are ratios: the machine's speed is in both halves of a pair.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

func main() {
	n := flag.Int("n", 5000, "distributions in the environment that is made")
	env := flag.String("env", "", "an environment that is there, instead")
	runs := flag.Int("runs", 15, "pairs for each format")
	floorOf := flag.String("floor", "", "read the environment and do nothing else")
	flag.Parse()
	if err := run(*n, *runs, *env, *floorOf); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(n, runs int, env, floorOf string) error {
	if floorOf != "" {
		return floor(floorOf)
	}
	dir, err := os.MkdirTemp("", "pysbom-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if env == "" {
		env = filepath.Join(dir, "env")
		if err := makeEnvironment(env, n); err != nil {
			return err
		}
	}
	pysbom := filepath.Join(dir, "pysbom")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", pysbom, "github.com/pysbom/pysbom").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Printf("%d processors, %s; %d pairs each; wall clock, scan / floor\n\n", runtime.NumCPU(), runtime.Version(), runs)
	fmt.Println("| format | median | min | max | peak MiB |")
	fmt.Println("|---|---|---|---|---|")
	for _, format := range []string{"cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "json"} {
		out := filepath.Join(dir, "out")
		scan := []string{pysbom, "scan", "-q", "-o", format + "=" + out, env}
		if err := pairs(format, runs, scan, []string{self, "-floor", env}); err != nil {
			return err
		}
	}
	return nil
}

// pairs runs a and b in turn and prints the ratios of their times. The first
// pair warms the caches up and does not count.
func pairs(name string, runs int, a, b []string) error {
	var ratios []float64
	var peak int64
	for i := range runs + 1 {
		ta, mem, err := measure(a)
		if err != nil {
			return err
		}
		tb, _, err := measure(b)
		if err != nil {
			return err
		}
		if i > 0 {
			ratios = append(ratios, float64(ta)/float64(tb))
			peak = max(peak, mem)
		}
	}
	slices.Sort(ratios)
	fmt.Printf("| %s | %.2f | %.2f | %.2f | %d |\n", name, ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1], peak>>20)
	return nil
}

// measure returns the wall time of a process and its peak memory in bytes.
func measure(args []string) (time.Duration, int64, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", args[0], err)
	}
	elapsed := time.Since(start)
	var peak int64
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak = int64(usage.Maxrss)
		if runtime.GOOS != "darwin" {
			peak <<= 10 // kilobytes everywhere else
		}
	}
	return elapsed, peak, nil
}
