package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

func (p *program) versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version of pysbom",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return tooMany(c, 0)
			}
			_, err := fmt.Fprintf(p.stdout, "pysbom %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is that of the module this program was built from, "devel" where
// the build does not say.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// tooMany is the usage error for more than most arguments.
func tooMany(c *cli.Context, most int) error {
	arg := c.Args().Get(most)
	return &failure{exitUsage, fmt.Errorf("one argument too many: %q", arg), fmt.Sprintf("see pysbom %s --help", c.Command.Name)}
}
