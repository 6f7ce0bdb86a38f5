package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/pysbom/pysbom/sbom"
)

// output is one --output: a format and where it goes.
type output struct {
	format sbom.Format
	file   string // "" for standard output
}

// parseOutputs reads the values of --output, FORMAT[@VERSION][=FILE].
func parseOutputs(values []string, formats []sbom.Format) ([]output, error) {
	var outputs []output
	seen := map[string]bool{}
	for _, value := range values {
		name, file, hasFile := strings.Cut(value, "=")
		format, err := findFormat(name, formats)
		if err != nil {
			return nil, err
		}
		switch {
		case hasFile && file == "":
			return nil, &failure{exitUsage, fmt.Errorf("--output %s: no file behind the equals sign", value), ""}
		case seen[file] && file == "":
			return nil, &failure{exitUsage, errors.New("--output: more than one format for standard output"), "write the others to files: --output FORMAT=FILE"}
		case seen[file]:
			return nil, &failure{exitUsage, fmt.Errorf("--output: %s: two formats for one file", file), ""}
		}
		seen[file] = true
		outputs = append(outputs, output{format, file})
	}
	if len(outputs) == 0 {
		outputs = []output{{format: formats[0]}}
	}
	return outputs, nil
}

// findFormat looks up FORMAT[@VERSION]. Without a version it is the first row
// of that name.
func findFormat(name string, formats []sbom.Format) (sbom.Format, error) {
	name, version, pinned := strings.Cut(name, "@")
	var names, versions []string
	for _, f := range formats {
		if f.Name == name && (!pinned || f.Version == version) {
			return f, nil
		}
		if f.Name == name {
			versions = append(versions, f.Version)
		}
		if len(names) == 0 || names[len(names)-1] != f.Name {
			names = append(names, f.Name)
		}
	}
	if versions != nil {
		return sbom.Format{}, &failure{exitUsage, fmt.Errorf("--output: %s has no version %q", name, version), "its versions are " + strings.Join(versions, ", ")}
	}
	hint := "the formats are " + strings.Join(names, ", ")
	if like := closest(name, names); like != "" {
		hint = "did you mean " + like + "?"
	}
	return sbom.Format{}, &failure{exitUsage, fmt.Errorf("--output: no format %q", name), hint}
}

// write renders doc to where o says. A file is whole or is not there.
func (p *program) write(o output, doc *sbom.Document) error {
	render := func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 1<<16)
		if err := o.format.Emit(buffered, doc); err != nil {
			return err
		}
		return buffered.Flush()
	}
	if o.file == "" {
		return wrap("standard output", render(p.stdout))
	}
	return wrap(o.file, p.replace(o.file, render))
}

// wrap puts the place in front of err, whose own path, as it may be a
// temporary one, is dropped.
func wrap(place string, err error) error {
	if err == nil {
		return nil
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		err = le.Err
	}
	return fmt.Errorf("%s: %w", place, err)
}

// replace writes file through a temporary one beside it and a rename. What is
// no regular file (a pipe, a device) is written in place; of a link, the file
// it leads to is replaced.
func (p *program) replace(file string, render func(io.Writer) error) error {
	if resolved, err := filepath.EvalSymlinks(file); err == nil {
		file = resolved
	} else if to, err := os.Readlink(file); err == nil { // a link to what is not there yet
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(file), to)
		}
		file = to
	}
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return errors.New("is a directory")
	case err == nil && !info.Mode().IsRegular():
		return writeInPlace(file, render)
	}
	temp, err := createBeside(file)
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	if info != nil {
		err = temp.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = render(temp)
	}
	if e := temp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = p.ctx.Err()
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), file)
}

func writeInPlace(file string, render func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = render(f)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// createBeside creates a new file in file's directory.
func createBeside(file string) (*os.File, error) {
	for {
		name := filepath.Join(filepath.Dir(file), fmt.Sprintf(".%s.%08x.tmp", filepath.Base(file), rand.Uint32()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
