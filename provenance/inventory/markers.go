package inventory

import (
	"fmt"
	"strings"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance/installed"
)

// Platform is the operating system and machine that markers are evaluated
// for. Empty fields are unknown.
type Platform struct {
	OS      string // "linux", "macos", "windows"
	Machine string // as Python's platform.machine() says it there: "x86_64", "arm64", "AMD64"
}

// ParsePlatform reads "linux", "macos", "windows" or a target triple such as
// "aarch64-apple-darwin".
func ParsePlatform(s string) (Platform, error) {
	switch s {
	case "linux", "macos", "windows":
		return Platform{OS: s}, nil
	}
	machine, rest, ok := strings.Cut(s, "-")
	if ok {
		for _, known := range []struct{ word, os string }{{"linux", "linux"}, {"manylinux", "linux"}, {"musllinux", "linux"}, {"darwin", "macos"}, {"windows", "windows"}} {
			for part := range strings.SplitSeq(rest, "-") {
				if part == known.word || strings.HasPrefix(part, known.word+"_") {
					return Platform{known.os, machineOn(known.os, machine)}, nil
				}
			}
		}
	}
	return Platform{}, fmt.Errorf("%q is not linux, macos, windows or a triple such as x86_64-unknown-linux-gnu", s)
}

// machineOn returns Python's word for a machine on an operating system. Go's
// words for it and those of target triples are understood.
func machineOn(os, machine string) string {
	switch machine {
	case "amd64":
		machine = "x86_64"
	case "arm64":
		machine = "aarch64"
	case "386":
		machine = "i686"
	}
	switch {
	case os == "macos" && machine == "aarch64":
		return "arm64"
	case os == "windows" && machine == "x86_64":
		return "AMD64"
	case os == "windows" && machine == "aarch64":
		return "ARM64"
	case os == "windows" && (machine == "i686" || machine == "i586"):
		return "x86"
	}
	return machine
}

// HostPlatform is the platform of a machine that Go calls goos and goarch. An
// operating system that Platform does not know gives the zero value.
func HostPlatform(goos, goarch string) Platform {
	switch goos {
	case "linux", "windows":
		return Platform{goos, machineOn(goos, goarch)}
	case "darwin":
		return Platform{"macos", machineOn("macos", goarch)}
	}
	return Platform{}
}

// platformOf settles the platform of e: what the tags of its wheels agree on,
// then what its layout shows, then, for an environment that lies on the host,
// the host's.
func platformOf(e *installed.Environment, dists []*installed.Distribution, host Platform) Platform {
	var p Platform
	for _, d := range dists {
		for _, tag := range d.Wheel.Tags {
			p = p.agree(tagPlatform(tag))
		}
	}
	switch {
	case p.OS == "" && windowsLayout(e):
		p.OS = "windows"
	case p.OS == "" && (host.OS == "windows") == windowsLayout(e):
		p.OS = host.OS
	}
	if p.Machine == "" && p.OS == host.OS {
		p.Machine = host.Machine
	}
	if p.OS == conflicting {
		p.OS = ""
	}
	if p.Machine == conflicting {
		p.Machine = ""
	}
	return p
}

// conflicting stands for a field that two sources differ on.
const conflicting = "conflicting"

func (p Platform) agree(q Platform) Platform {
	return Platform{agree(p.OS, q.OS), agree(p.Machine, q.Machine)}
}

func agree(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return conflicting
}

func windowsLayout(e *installed.Environment) bool {
	return !e.Posix && (e.Layout == "venv" || e.Layout == "prefix")
}

// tagPlatform reads the platform part of a wheel's compatibility tag.
func tagPlatform(tag string) Platform {
	tag = tag[strings.LastIndexByte(tag, '-')+1:]
	for _, known := range []struct{ prefix, os string }{{"manylinux", "linux"}, {"musllinux", "linux"}, {"linux_", "linux"}, {"macosx_", "macos"}, {"win_", "windows"}} {
		if !strings.HasPrefix(tag, known.prefix) {
			continue
		}
		for _, machine := range []string{"x86_64", "amd64", "aarch64", "arm64", "i686", "ppc64le", "s390x", "armv7l", "riscv64", "loongarch64"} {
			if strings.HasSuffix(tag, "_"+machine) {
				return Platform{known.os, machineOn(known.os, machine)}
			}
		}
		return Platform{OS: known.os}
	}
	if tag == "win32" {
		return Platform{"windows", "x86"}
	}
	return Platform{}
}

// markerEnvironment is the environment that PEP 508 markers see. What is not
// known stays empty: a marker that asks for it cannot be evaluated.
func markerEnvironment(python installed.Python, p Platform) *pep508.Environment {
	env := &pep508.Environment{PlatformMachine: p.Machine}
	switch p.OS {
	case "linux":
		env.OSName, env.SysPlatform, env.PlatformSystem = "posix", "linux", "Linux"
	case "macos":
		env.OSName, env.SysPlatform, env.PlatformSystem = "posix", "darwin", "Darwin"
	case "windows":
		env.OSName, env.SysPlatform, env.PlatformSystem = "nt", "win32", "Windows"
	}
	if parts := strings.Split(python.Version, "."); len(parts) >= 2 {
		env.PythonVersion = parts[0] + "." + leadingDigits(parts[1])
		if len(parts) > 2 {
			env.PythonFullVersion = python.Version
		}
	}
	switch python.Implementation {
	case "CPython":
		env.PlatformPythonImplementation, env.ImplementationName = "CPython", "cpython"
		env.ImplementationVersion = env.PythonFullVersion
	case "PyPy":
		env.PlatformPythonImplementation, env.ImplementationName = "PyPy", "pypy"
	case "GraalVM":
		env.PlatformPythonImplementation, env.ImplementationName = "GraalVM", "graalpy"
	}
	return env
}

func leadingDigits(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return s[:i]
		}
	}
	return s
}

// markerValues are env's known values by the names that markers have for them.
func markerValues(env *pep508.Environment) map[string]string {
	values := map[string]string{}
	for name, value := range map[string]string{
		"os_name": env.OSName, "sys_platform": env.SysPlatform, "platform_machine": env.PlatformMachine,
		"platform_python_implementation": env.PlatformPythonImplementation, "platform_system": env.PlatformSystem,
		"python_version": env.PythonVersion, "python_full_version": env.PythonFullVersion,
		"implementation_name": env.ImplementationName, "implementation_version": env.ImplementationVersion,
	} {
		if value != "" {
			values[name] = value
		}
	}
	return values
}
