package indextest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The environment variables that say where the real tools are, and which of
// them a test must not do without.
const (
	envTools   = "PYSBOM_TOOLS"   // a venv with pip, uv, poetry and pdm
	envPython  = "PYSBOM_PYTHON"  // a Python that has packaging, pipdeptree and the validators
	envBigEnv  = "PYSBOM_BIGENV"  // a venv with 150 and more distributions
	envRequire = "PYSBOM_REQUIRE" // "pip,uv": missing is a failure, not a reason to skip
)

// Tool finds one of the real tools that tests run: "pip", "uv", "poetry",
// "pdm", "python", "validators", "bigenv" or "git". The path is empty where
// there is none; then the error says whether there had to be one.
func Tool(name string) (path string, err error) {
	switch name {
	case "python", "validators":
		path = os.Getenv(envPython)
	case "bigenv":
		path = os.Getenv(envBigEnv)
	case "git":
		path, _ = exec.LookPath("git")
	case "pip", "uv", "poetry", "pdm":
		if dir := os.Getenv(envTools); dir != "" {
			path = filepath.Join(dir, "bin", name)
		}
	default:
		return "", fmt.Errorf("%s: not a tool that tests know", name)
	}
	if path != "" {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	if slices.Contains(strings.Split(os.Getenv(envRequire), ","), name) {
		return "", fmt.Errorf("%s: required by %s, not there", name, envRequire)
	}
	return "", nil
}

// NeedTool is Tool for a test that cannot do without: it skips where the tool
// is missing, and fails where PYSBOM_REQUIRE names it.
func NeedTool(t testing.TB, name string) string {
	t.Helper()
	path, err := Tool(name)
	if err != nil {
		t.Fatal(err)
	}
	if path == "" {
		t.Skipf("no %s", name)
	}
	return path
}
