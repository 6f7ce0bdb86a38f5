//go:build unix

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// makeEnvironment writes a virtual environment of n distributions that
// resemble real ones: 2 to 12 KB of METADATA, up to eight requirements, a
// third of those behind markers, two thirds with a record of their origin.
// The same n gives the same bytes.
func makeEnvironment(dir string, n int) error {
	rnd := rand.New(rand.NewPCG(7, 10))
	site := filepath.Join(dir, "lib", "python3.12", "site-packages")
	if err := errors.Join(os.MkdirAll(site, 0o755), os.WriteFile(filepath.Join(dir, "pyvenv.cfg"), []byte("home = /usr/bin\nversion = 3.12.4\n"), 0o644)); err != nil {
		return err
	}
	for i := range n {
		name, version := distName(i), fmt.Sprintf("%d.%d.%d", rnd.IntN(9), rnd.IntN(30), rnd.IntN(20))
		base := filepath.Join(site, strings.ReplaceAll(name, "-", "_")+"-"+version+".dist-info")
		errs := []error{os.Mkdir(base, 0o755)}
		write := func(file, text string) {
			errs = append(errs, os.WriteFile(filepath.Join(base, file), []byte(text), 0o644))
		}
		write("METADATA", metadata(rnd, i, n, name, version))
		write("WHEEL", "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
		write("INSTALLER", "pip\n")
		write("RECORD", strings.Repeat("some/module.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n", 20+rnd.IntN(100)))
		url := fmt.Sprintf("https://files.example.org/%s-%s-py3-none-any.whl", strings.ReplaceAll(name, "-", "_"), version)
		switch digest := fmt.Sprintf("%064x", i); {
		case i%20 < 12:
			write("provenance_url.json", `{"archive_info": {"hashes": {"sha256": "`+digest+`"}}, "url": "`+url+`"}`)
		case i%20 == 12:
			write("direct_url.json", `{"url": "https://code.example.org/`+name+`.git", "vcs_info": {"commit_id": "`+digest[:40]+`", "vcs": "git"}}`)
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

func distName(i int) string {
	words := []string{"wheel", "index", "origin", "archive", "record", "stream", "parser"}
	return fmt.Sprintf("%s-%s-%05d", words[i%7], words[i/7%7], i)
}

func metadata(rnd *rand.Rand, i, n int, name, version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Metadata-Version: 2.4\nName: %s\nVersion: %s\nSummary: Number %d of many\nHome-page: https://%s.example.org\n", name, version, i, name)
	fmt.Fprintf(&b, "Author-email: Team %d <team%d@example.org>\nProject-URL: Source, https://code.example.org/%s\nRequires-Python: >=3.8\n", i%97, i%97, name)
	b.WriteString([]string{"License-Expression: MIT\n", "License-Expression: Apache-2.0 OR BSD-3-Clause\n", "License: BSD\n", "Classifier: License :: OSI Approved :: MIT License\n", ""}[i%5])
	for _, c := range []string{"Development Status :: 5 - Production/Stable", "Intended Audience :: Developers", "Programming Language :: Python :: 3", "Operating System :: OS Independent"} {
		b.WriteString("Classifier: " + c + "\n")
	}
	markers := []string{"", "", "", "", `; python_version < "3.8"`, `; sys_platform == "win32"`, `; extra == "test"`}
	for range rnd.IntN(9) {
		fmt.Fprintf(&b, "Requires-Dist: %s>=%d.0%s\n", distName(rnd.IntN(n)), rnd.IntN(3), markers[rnd.IntN(len(markers))])
	}
	b.WriteString("Description-Content-Type: text/markdown\n\n")
	b.WriteString(strings.Repeat("A line of the description, as long as such lines are wont to be.\n", 25+rnd.IntN(150)))
	return b.String()
}
