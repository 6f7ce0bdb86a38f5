package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// shells is the table of what completion can be written for. The scripts hold
// the words themselves: pressing TAB runs no pysbom.
var shells = []struct {
	name  string
	write func(w io.Writer, commands []commandWords)
}{
	{"bash", bashCompletion},
	{"fish", fishCompletion},
	{"powershell", powershellCompletion},
	{"zsh", zshCompletion},
}

const shellNames = "bash fish powershell zsh"

// commandWords is what can be completed behind one command.
type commandWords struct {
	name, usage string
	options     []optionWords
	takesFile   bool
}

type optionWords struct {
	names  []string // with their dashes
	usage  string
	values []string // the words that may follow; nil for a free value
	isBool bool
}

func (p *program) completionCommand() *cli.Command {
	names := strings.Join(strings.Fields(shellNames), ", ")
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes commands and options",
		UsageText: "pysbom completion SHELL",
		Description: "SHELL is one of " + names + `.

Examples:
   pysbom completion bash >/etc/bash_completion.d/pysbom
   pysbom completion zsh >"${fpath[1]}/_pysbom"
   pysbom completion fish >~/.config/fish/completions/pysbom.fish
   pysbom completion powershell >>$PROFILE`,
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return tooMany(c, 1)
			}
			for _, s := range shells {
				if s.name == c.Args().First() {
					var script strings.Builder
					s.write(&script, words(c.App.Commands))
					_, err := io.WriteString(p.stdout, script.String())
					return wrap("standard output", err)
				}
			}
			return &failure{exitUsage, fmt.Errorf("completion: no shell %q", c.Args().First()), "the shells are " + names}
		},
	}
}

// words collects what can be completed from the table of commands.
func words(commands []*cli.Command) []commandWords {
	var all []commandWords
	for _, c := range commands {
		w := commandWords{name: c.Name, usage: c.Usage, takesFile: strings.Contains(c.UsageText, "TARGET")}
		for _, f := range c.Flags {
			o := optionWords{values: optionValues(f.Names()[0])}
			_, o.isBool = f.(*cli.BoolFlag)
			for _, n := range f.Names() {
				o.names = append(o.names, dashes(n))
			}
			if d, ok := f.(cli.DocGenerationFlag); ok {
				o.usage = strings.ReplaceAll(d.GetUsage(), "`", "")
			}
			w.options = append(w.options, o)
		}
		all = append(all, w)
	}
	return all
}

// optionValues are the words that an option takes.
func optionValues(option string) []string {
	switch option {
	case "output":
		var names []string
		for _, f := range scanFormats {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
		return names
	case "fail-on":
		return []string{"recorded", "reported", "cached", "verified", "locked", "candidate", "unknown"}
	case "only":
		return append(optionValues("fail-on"), "conflict", "index", "archive", "vcs", "directory", "os-package", "conda")
	case "python-platform":
		return []string{"linux", "macos", "windows"}
	case "lifecycle":
		return []string{"design", "pre-build", "build", "post-build", "operations", "discovery", "decommission"}
	}
	return nil
}

func bashCompletion(w io.Writer, commands []commandWords) {
	fmt.Fprintln(w, "_pysbom() {")
	fmt.Fprintln(w, `  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=`)
	fmt.Fprintln(w, "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words='"+commandNames(commands)+"'\n  else case ${COMP_WORDS[1]} in")
	for _, c := range commands {
		fmt.Fprintf(w, "    %s)\n      case $prev in\n", c.name)
		for _, o := range c.options {
			if o.values != nil {
				fmt.Fprintf(w, "        %s) words='%s' ;;\n", strings.Join(o.names, "|"), strings.Join(o.values, " "))
			}
		}
		fmt.Fprintf(w, "        *) words='%s' ;;\n      esac ;;\n", optionNames(c))
	}
	fmt.Fprintln(w, "  esac; fi")
	fmt.Fprintln(w, `  COMPREPLY=($(compgen -W "$words" -- "$cur"))`)
	fmt.Fprintln(w, "}\ncomplete -o default -F _pysbom pysbom")
}

func zshCompletion(w io.Writer, commands []commandWords) {
	fmt.Fprintln(w, "#compdef pysbom\n_pysbom() {\n  local -a commands=(")
	for _, c := range commands {
		fmt.Fprintf(w, "    %s\n", singleQuoted(c.name+":"+c.usage))
	}
	fmt.Fprintln(w, "  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n  local command=$words[2]\n  shift words; (( CURRENT-- ))\n  case $command in")
	for _, c := range commands {
		fmt.Fprintf(w, "    %s) _arguments", c.name)
		for _, o := range c.options {
			for _, n := range o.names {
				spec := n + "[" + strings.NewReplacer("[", "(", "]", ")", ":", " ").Replace(o.usage) + "]"
				switch {
				case o.values != nil:
					spec += ":value:(" + strings.Join(o.values, " ") + ")"
				case !o.isBool:
					spec += ":value:"
				}
				fmt.Fprintf(w, " \\\n      %s", singleQuoted("*"+spec))
			}
		}
		switch {
		case c.takesFile:
			fmt.Fprint(w, " \\\n      '*:target:_files'")
		case c.name == "completion":
			fmt.Fprintf(w, " \\\n      '1:shell:(%s)'", shellNames)
		}
		fmt.Fprintln(w, " ;;")
	}
	fmt.Fprintln(w, "  esac\n}\ncompdef _pysbom pysbom")
}

func fishCompletion(w io.Writer, commands []commandWords) {
	for _, c := range commands {
		fmt.Fprintf(w, "complete -c pysbom -f -n __fish_use_subcommand -a %s -d %s\n", c.name, singleQuoted(c.usage))
		for _, o := range c.options {
			fmt.Fprintf(w, "complete -c pysbom -n '__fish_seen_subcommand_from %s'", c.name)
			for _, n := range o.names {
				if long, ok := strings.CutPrefix(n, "--"); ok {
					fmt.Fprintf(w, " -l %s", long)
				} else {
					fmt.Fprintf(w, " -s %s", strings.TrimPrefix(n, "-"))
				}
			}
			if o.values != nil {
				fmt.Fprintf(w, " -x -a '%s'", strings.Join(o.values, " "))
			} else if !o.isBool {
				fmt.Fprint(w, " -r")
			}
			fmt.Fprintf(w, " -d %s\n", singleQuoted(o.usage))
		}
	}
	fmt.Fprintf(w, "complete -c pysbom -f -n '__fish_seen_subcommand_from completion' -a '%s'\n", shellNames)
}

func powershellCompletion(w io.Writer, commands []commandWords) {
	fmt.Fprintln(w, "Register-ArgumentCompleter -Native -CommandName pysbom -ScriptBlock {\n  param($word, $line, $position)\n  $given = @($line.CommandElements | ForEach-Object { $_.ToString() })")
	fmt.Fprintln(w, "  if ($given.Count -lt 2 -or ($given.Count -eq 2 -and $word -ne '')) {\n    $words = '"+commandNames(commands)+"'\n  } else {\n    $words = switch ($given[1]) {")
	for _, c := range commands {
		fmt.Fprintf(w, "      '%s' { '%s' }\n", c.name, optionNames(c))
	}
	fmt.Fprintln(w, "    }\n  }\n  \"$words\".Split(' ') | Where-Object { $_ -like \"$word*\" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}")
}

func commandNames(commands []commandWords) string {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	return strings.Join(names, " ")
}

// optionNames are the words behind a command: its options, or its arguments
// where they are known.
func optionNames(c commandWords) string {
	if c.name == "completion" {
		return shellNames
	}
	var names []string
	for _, o := range c.options {
		names = append(names, o.names...)
	}
	return strings.Join(append(names, "--help"), " ")
}

// singleQuoted quotes s for zsh and fish.
func singleQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
