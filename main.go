// Command pysbom says where every distribution of an installed Python
// environment came from, how sure that is, and writes it down as an SBOM.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/pysbom/pysbom/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(cli.Main(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
