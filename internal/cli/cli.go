// Package cli is the pysbom command line: one file per command, the tables of
// commands and formats, and what all commands share.
//
// Nothing here exits, and nothing reads the process's environment or streams:
// [Main] gets them all, so that tests run the very program.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Exit statuses. They are part of the interface and do not change.
const (
	exitDone     = 0
	exitFailed   = 1 // could not do it
	exitUsage    = 2
	exitFindings = 3 // did it, and found what was asked to be found
)

// program is one run of pysbom and what it may touch of the world.
type program struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	quiet          bool
}

// Main runs pysbom with args, the program's name first, and returns its exit
// status.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	p := &program{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, getenv: getenv}
	app := p.app()
	ordered, err := flagsFirst(app, args)
	if err == nil {
		err = app.RunContext(ctx, ordered)
	}
	return p.exitStatus(err)
}

// app is the table of commands.
func (p *program) app() *cli.App {
	commands := []*cli.Command{p.scanCommand(), p.originsCommand(), p.completionCommand(), p.versionCommand()}
	for _, c := range commands {
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usageError(err) }
		c.HideHelpCommand = true
	}
	return &cli.App{
		Name:        "pysbom",
		Usage:       "where every distribution of an installed Python environment came from",
		UsageText:   "pysbom COMMAND [OPTION ...] [TARGET]",
		Description: "pysbom reads what installers left behind in a Python environment and writes it\ndown as an SBOM. It executes nothing from the environment and uses no network.",
		Commands:    commands,
		Writer:      p.stdout, ErrWriter: p.stderr,
		HideHelpCommand:           true,
		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		Suggest:                   true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return usageError(err) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Args().First(), commands)
			}
			return cli.ShowAppHelp(c)
		},
	}
}

func unknownCommand(name string, commands []*cli.Command) error {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	err := &failure{status: exitUsage, err: fmt.Errorf("no command %q", name), hint: "the commands are " + strings.Join(names, ", ")}
	if like := closest(name, names); like != "" {
		err.hint = fmt.Sprintf("did you mean pysbom %s?", like)
	}
	return err
}

// failure is an error that knows its exit status and what might help.
type failure struct {
	status int
	err    error
	hint   string // one line; "" for none
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usageError marks err as a mistake on the command line.
func usageError(err error) error {
	var f *failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	msg := strings.TrimPrefix(err.Error(), "flag provided but not defined: ")
	if msg != err.Error() {
		return &failure{exitUsage, fmt.Errorf("no option %s", dashes(msg)), "see pysbom COMMAND --help"}
	}
	return &failure{exitUsage, err, ""}
}

// dashes writes a flag's name as the user has to.
func dashes(flag string) string {
	name := strings.TrimLeft(flag, "-")
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// errFindings ends a run that did its work and found what was asked for.
var errFindings = &failure{status: exitFindings, err: errors.New("findings")}

// errStrict ends a run under --strict that had something to warn of.
var errStrict = &failure{status: exitFailed, err: errors.New("strict: there were warnings")}

// exitStatus prints err, unless it says itself by the exit status alone.
func (p *program) exitStatus(err error) int {
	if err == nil {
		return exitDone
	}
	f := &failure{status: exitFailed, err: err}
	errors.As(err, &f)
	if !errors.Is(err, errFindings) {
		for line := range strings.Lines(err.Error()) {
			p.say("error", strings.TrimSuffix(line, "\n"))
		}
		if f.hint != "" {
			p.say("hint", f.hint)
		}
	}
	return f.status
}

// closest returns the word that name is most likely a slip of, or "".
func closest(name string, words []string) string {
	best, least := "", 3
	for _, w := range words {
		if d := distance(name, w); d < least && d < len(w) {
			best, least = w, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost++
			}
			previous = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// flagsFirst moves the options of a command before its arguments, where the
// library looks for them: it takes what stands behind the first argument for
// arguments, whatever it looks like.
func flagsFirst(app *cli.App, args []string) ([]string, error) {
	if len(args) < 2 {
		return args, nil
	}
	i := slices.IndexFunc(app.Commands, func(c *cli.Command) bool { return c.HasName(args[1]) })
	if i < 0 {
		return args, nil
	}
	flags, operands := []string{args[0], args[1]}, []string{}
	rest := args[2:]
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		switch {
		case arg == "--":
			operands = append(operands, rest...)
			rest = nil
		case len(arg) < 2 || arg[0] != '-':
			operands = append(operands, arg)
		default:
			flags = append(flags, arg)
			if takesValue(app.Commands[i], arg) {
				if len(rest) == 0 {
					return nil, &failure{exitUsage, fmt.Errorf("%s: a value has to follow", arg), ""}
				}
				flags, rest = append(flags, rest[0]), rest[1:]
			}
		}
	}
	return append(append(flags, "--"), operands...), nil
}

// takesValue reports whether the value of the option arg is the next argument.
func takesValue(c *cli.Command, arg string) bool {
	name := strings.TrimLeft(arg, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool
		}
	}
	return false
}
