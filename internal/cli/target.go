package cli

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pysbom/pysbom/provenance/installed"
	"github.com/pysbom/pysbom/provenance/inventory"
)

// findTarget returns what to look at when the command line names nothing: the
// active virtual environment, else the project here, else the Python on PATH.
func (p *program) findTarget(noExec bool) (string, error) {
	if dir := p.getenv("VIRTUAL_ENV"); dir != "" {
		return dir, nil
	}
	if here, err := installed.OpenDir("."); err == nil {
		defer here.Close()
		if installed.IsProject(here) && (isEnvironment(".venv") || isEnvironment("venv")) {
			return ".", nil
		}
	}
	python := p.lookPython()
	if python == "" {
		return "", &failure{exitFailed, errors.New("no TARGET, no virtual environment and no Python on PATH"), "name the directory to scan: pysbom scan ./venv"}
	}
	if prefix := prefixOf(python); prefix != "" {
		return prefix, nil
	}
	if noExec {
		return "", &failure{exitFailed, fmt.Errorf("%s: does not lead to an environment, and --no-exec forbids to run it", python), "name the directory to scan: pysbom scan ./venv"}
	}
	p.say("", python+" does not lead to an environment: running it once for its prefix (--no-exec forbids that)")
	return p.askPython(python)
}

// lookPython returns the first interpreter on PATH, "" when there is none.
func (p *program) lookPython() string {
	names := []string{"python3", "python"}
	if runtime.GOOS == "windows" {
		names = []string{"python.exe", "python3.exe"}
	}
	for _, name := range names {
		for _, dir := range filepath.SplitList(p.getenv("PATH")) {
			file := filepath.Join(dir, name)
			info, err := os.Stat(file)
			if err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0) {
				return file
			}
		}
	}
	return ""
}

// prefixOf follows the links that python is reached through, up to the first
// environment that one of them lies in. A virtual environment's own link
// comes before the interpreter it leads to.
func prefixOf(python string) string {
	for range 40 {
		dir := filepath.Dir(python)
		for _, prefix := range []string{filepath.Dir(dir), dir} {
			if isEnvironment(prefix) {
				return prefix
			}
		}
		to, err := os.Readlink(python)
		if err != nil {
			return ""
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		python = to
	}
	return ""
}

func isEnvironment(dir string) bool {
	d, err := installed.OpenDir(dir)
	if err != nil {
		return false
	}
	defer d.Close()
	return installed.IsEnvironment(installed.Root{FS: d, Path: dir})
}

// askPython runs the interpreter for sys.prefix, isolated from whatever the
// environment and the working directory hold.
func (p *program) askPython(python string) (string, error) {
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, python, "-I", "-S", "-c", "import sys; print(sys.prefix)").Output()
	prefix := strings.TrimSpace(string(out))
	if err != nil || prefix == "" {
		return "", &failure{exitFailed, fmt.Errorf("%s: gave no prefix: %v", python, err), "name the directory to scan: pysbom scan ./venv"}
	}
	return prefix, nil
}

// load returns the inventory of target: that of a file which pysbom wrote, or
// that of the environments in a directory.
func (p *program) load(target string, cfg inventory.Config, inherit bool) (*inventory.Inventory, error) {
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &failure{exitFailed, fmt.Errorf("%s: no such file or directory", target), ""}
	case err != nil:
		return nil, wrap(target, err)
	case info.IsDir():
		return p.scanDir(target, cfg, inherit)
	case info.Mode().IsRegular() && isArchive(target):
		return p.scanArchive(target, cfg)
	case info.Mode().IsRegular():
		return readInventory(target)
	}
	return nil, fmt.Errorf("%s: neither a directory nor a regular file", target)
}

// readInventory reads a file of the json format.
func readInventory(file string) (*inventory.Inventory, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, wrap(file, err)
	}
	defer f.Close()
	inv, err := inventory.Decode(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, &failure{exitFailed, wrap(file, err), "a file as TARGET is an inventory that `pysbom scan -o json` wrote; for an environment pass its directory"}
	}
	return inv, nil
}

// isArchive reports whether file is a zip: a wheel, a zipapp, a pex. Those that
// can be executed have a line for the shell in front.
func isArchive(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(f, head); err != nil {
		return false
	}
	return string(head) == "PK\x03\x04" || string(head[:2]) == "#!"
}

// maxArchiveFiles bounds the directory of an archive.
const maxArchiveFiles = 1 << 20

// scanArchive reads the distributions that the zip file carries.
func (p *program) scanArchive(file string, cfg inventory.Config) (*inventory.Inventory, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, wrap(file, err)
	}
	defer z.Close()
	if len(z.File) > maxArchiveFiles {
		return nil, fmt.Errorf("%s: %d files: more than are read of an archive", file, len(z.File))
	}
	if cfg.Subject.Name == "" {
		cfg.Subject = inventory.Subject{Name: filepath.Base(file)}
	}
	return p.build(file, installed.Root{FS: z}, cfg)
}

// scanDir reads the environments in dir.
func (p *program) scanDir(dir string, cfg inventory.Config, inherit bool) (*inventory.Inventory, error) {
	d, err := installed.OpenDir(dir)
	if err != nil {
		return nil, wrap(dir, err)
	}
	defer d.Close()
	where, err := filepath.Abs(dir)
	if err != nil {
		return nil, wrap(dir, err)
	}
	root := installed.Root{FS: d, Path: filepath.ToSlash(where)}
	if inherit {
		root.Open = func(path string) (fs.FS, error) { return installed.OpenDir(path) }
	}
	if !isForeign(d) || root.Path == "/" {
		cfg.Host = inventory.HostPlatform(runtime.GOOS, runtime.GOARCH)
	}
	if cfg.Subject.Name == "" {
		cfg.Subject = subjectOf(d, where)
	}
	return p.build(dir, root, cfg)
}

// build reads the environments in root, which the user calls target.
func (p *program) build(target string, root installed.Root, cfg inventory.Config) (*inventory.Inventory, error) {
	progress := p.progress("distributions read")
	defer progress.stop()
	cfg.Done = progress.add
	inv := inventory.Build(p.ctx, installed.Find(p.ctx, root), cfg)
	if p.ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	if len(inv.Environments) == 0 {
		return nil, noEnvironment(target, inv)
	}
	return inv, nil
}

// noEnvironment says what was found instead.
func noEnvironment(dir string, inv *inventory.Inventory) error {
	for _, w := range inv.Warnings {
		if w.Path == "." {
			return fmt.Errorf("%s: %s", dir, w.Message)
		}
	}
	return &failure{exitFailed, fmt.Errorf("%s: no Python environment in it", dir), "pass the directory that holds pyvenv.cfg or site-packages"}
}

// isForeign reports whether d is the root file system of another machine: an
// unpacked image, a mounted disk.
func isForeign(d fs.FS) bool {
	etc, err := fs.Stat(d, "etc")
	if err != nil || !etc.IsDir() {
		return false
	}
	usr, err := fs.Stat(d, "usr")
	return err == nil && usr.IsDir()
}
