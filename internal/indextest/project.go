package indextest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Project is one release that wheels, sdists and source trees are made of.
// The same Project gives the same bytes always.
type Project struct {
	Name    string // as METADATA shall declare it
	Version string

	// Headers are further METADATA headers, one a line, in order:
	// "Requires-Dist: six", "Provides-Extra: fast".
	Headers []string

	// Tag of the wheel, "py3-none-any" when empty. A compressed set
	// ("py2.py3-none-any") is expanded in WHEEL.
	Tag   string
	Build string // build tag of the wheel, may be empty

	// Files are what else the wheel holds, by path in the wheel. The module
	// that every Project has need not be named.
	Files map[string]string
}

// wheelTime is the time of every member: the earliest that a zip can say.
var wheelTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

//go:embed backend.py
var backend string

const pyproject = `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`

// DistInfo is the name of the directory in the wheel that holds METADATA.
func (p Project) DistInfo() string { return p.stem() + ".dist-info" }

// Metadata is the METADATA file, and the PKG-INFO of an sdist.
func (p Project) Metadata() []byte {
	version := "2.1"
	var headers strings.Builder
	for _, h := range p.Headers {
		if v, ok := strings.CutPrefix(h, "Metadata-Version:"); ok {
			version = strings.TrimSpace(v)
			continue
		}
		headers.WriteString(h + "\n")
	}
	return fmt.Appendf(nil, "Metadata-Version: %s\nName: %s\nVersion: %s\n%s", version, p.Name, p.Version, &headers)
}

// Wheel is a binary distribution of p, with a true RECORD.
func (p Project) Wheel() File {
	tag := p.Tag
	if tag == "" {
		tag = "py3-none-any"
	}
	name := p.stem()
	if p.Build != "" {
		name += "-" + p.Build
	}
	members := p.modules()
	maps.Copy(members, p.Files)
	members[p.DistInfo()+"/METADATA"] = string(p.Metadata())
	members[p.DistInfo()+"/WHEEL"] = wheelFile(tag, p.Build)
	return File{
		Project:  p.Name,
		Name:     name + "-" + tag + ".whl",
		Data:     zipOf(members, p.DistInfo()+"/RECORD"),
		Metadata: p.Metadata(),
	}
}

// Sdist is a source distribution of p. Whoever builds it needs neither a
// network nor setuptools: the build backend is in it.
func (p Project) Sdist() File {
	var buf bytes.Buffer
	gz := gzip.NewWriter(&buf)
	tw := tar.NewWriter(gz)
	tree := p.Tree()
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		data := tree[path]
		h := &tar.Header{Name: p.stem() + "/" + path, Mode: 0o644, Size: int64(len(data)), ModTime: wheelTime, Format: tar.FormatPAX}
		must(tw.WriteHeader(h))
		must2(tw.Write([]byte(data)))
	}
	must(tw.Close())
	must(gz.Close())
	return File{Project: p.Name, Name: p.stem() + ".tar.gz", Data: buf.Bytes()}
}

// Tree is the source tree of p, file contents by slash-separated path.
func (p Project) Tree() map[string]string {
	tree := p.modules()
	for path, data := range p.Files {
		if !strings.HasPrefix(path, p.stem()+".") { // neither .dist-info nor .data
			tree[path] = data
		}
	}
	tree["PKG-INFO"] = string(p.Metadata())
	tree["pyproject.toml"] = pyproject
	tree["backend.py"] = backend
	return tree
}

// WriteTree writes the source tree of p into dir, which is made where absent.
func (p Project) WriteTree(dir string) error {
	for path, data := range p.Tree() {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// stem is what the names of the files of p begin with.
func (p Project) stem() string { return escape(p.Name) + "-" + p.Version }

func (p Project) modules() map[string]string {
	return map[string]string{escape(p.Name) + ".py": fmt.Sprintf("__version__ = %q\n", p.Version)}
}

// escape is a name as file names have it (PEP 427 and 625).
func escape(name string) string { return strings.ReplaceAll(normalize(name), "-", "_") }

// wheelFile is WHEEL, one Tag line for each tag of a compressed set.
func wheelFile(tag, build string) string {
	var b strings.Builder
	b.WriteString("Wheel-Version: 1.0\nGenerator: indextest\n")
	fmt.Fprintf(&b, "Root-Is-Purelib: %t\n", strings.HasSuffix(tag, "-none-any"))
	part := strings.SplitN(tag, "-", 3)
	for _, python := range strings.Split(part[0], ".") {
		for _, abi := range strings.Split(part[1], ".") {
			for _, platform := range strings.Split(part[2], ".") {
				fmt.Fprintf(&b, "Tag: %s-%s-%s\n", python, abi, platform)
			}
		}
	}
	if build != "" {
		fmt.Fprintf(&b, "Build: %s\n", build)
	}
	return b.String()
}

// zipOf is a wheel of members, whose RECORD it adds under the name record.
func zipOf(members map[string]string, record string) []byte {
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	add := func(path, data string) {
		h := &zip.FileHeader{Name: path, Method: zip.Deflate, Modified: wheelTime}
		h.SetMode(0o644)
		if strings.Contains(path, ".data/scripts/") {
			h.SetMode(0o755)
		}
		w, err := zw.CreateHeader(h)
		must(err)
		must2(w.Write([]byte(data)))
	}
	var lines strings.Builder
	rows := csv.NewWriter(&lines)
	for _, path := range slices.Sorted(maps.Keys(members)) {
		data := members[path]
		sum := sha256.Sum256([]byte(data))
		must(rows.Write([]string{path, "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]), strconv.Itoa(len(data))}))
		add(path, data)
	}
	must(rows.Write([]string{record, "", ""}))
	rows.Flush()
	add(record, lines.String())
	must(zw.Close())
	return buf.Bytes()
}

// must panics: archives are written to memory, where nothing can fail but the
// test's own data (a name too long for a tar header).
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func must2(_ int, err error) { must(err) }
