//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// floor reads what any scanner must read: it lists each .dist-info once and
// reads the files that say what it is and where it came from.
func floor(env string) error {
	sites, err := filepath.Glob(filepath.Join(env, "lib", "python*", "site-packages"))
	if err != nil {
		return err
	}
	dirs := make(chan string)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for dir := range dirs {
				readAll(dir)
			}
		})
	}
	for _, site := range sites {
		entries, err := os.ReadDir(site)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".dist-info") {
				dirs <- filepath.Join(site, e.Name())
			}
		}
	}
	close(dirs)
	wg.Wait()
	return nil
}

func readAll(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		switch e.Name() {
		case "METADATA", "WHEEL", "INSTALLER", "provenance_url.json", "direct_url.json":
			os.ReadFile(filepath.Join(dir, e.Name()))
		}
	}
}
