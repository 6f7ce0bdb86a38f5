package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the program says into the scripts and golden files")

// TestMain makes pysbom a command of the test scripts: the test binary itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"pysbom": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(Main(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr, os.Getenv))
		},
	})
}

// TestScripts runs fixtures/script: the first word of a name is the command,
// the rest the case.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("..", "..", "fixtures", "script"),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SOURCE_DATE_EPOCH", "1767225600")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" { // who may read everything
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"mkfifo": func(ts *testscript.TestScript, _ bool, args []string) {
				if err := mkfifo(ts.MkAbs(args[0])); err != nil {
					ts.Fatalf("mkfifo: %v", err)
				}
			},
			"truncate": func(ts *testscript.TestScript, _ bool, args []string) { // file, to 200 MB
				ts.Check(os.Truncate(ts.MkAbs(args[0]), 200<<20))
			},
			"status": statusCommand,
		},
	})
}

// statusCommand is "status N COMMAND ...": the command ends with status N.
func statusCommand(ts *testscript.TestScript, _ bool, args []string) {
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s\n%s", got, args[0], ts.ReadFile("stderr"))
	}
}
