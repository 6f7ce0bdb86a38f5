package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"github.com/pysbom/pysbom/provenance/inventory"
)

// What goes to standard error: one line each, "pysbom: KIND: ...". Standard
// output carries the document and nothing else.

var colours = map[string]string{"error": "\x1b[31m", "warning": "\x1b[33m", "hint": "\x1b[36m"}

// say writes one line of the given kind; "" for none. --quiet silences all
// but errors and the hints that belong to them.
func (p *program) say(kind, msg string) {
	if p.quiet && kind != "error" && kind != "hint" {
		return
	}
	if kind == "" {
		fmt.Fprintf(p.stderr, "pysbom: %s\n", msg)
		return
	}
	word := kind
	if p.coloured(p.stderr) {
		word = colours[kind] + kind + "\x1b[0m"
	}
	fmt.Fprintf(p.stderr, "pysbom: %s: %s\n", word, msg)
}

func (p *program) warn(w inventory.Warning) {
	msg := w.Message
	if w.Path != "" {
		msg = w.Path + ": " + msg
	}
	p.say("warning", msg+" ["+w.Code+"]")
}

// coloured reports whether w is a terminal that colours are welcome on
// (https://no-color.org).
func (p *program) coloured(w io.Writer) bool {
	return p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb" && isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress counts on a terminal while long work is under way. The first
// second passes in silence.
type progress struct {
	count atomic.Int64
	stop  func()
}

func (p *program) progress(what string) *progress {
	pr := &progress{stop: func() {}}
	if p.quiet || !isTerminal(p.stderr) {
		return pr
	}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		shown := false
		timer := time.NewTimer(time.Second)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
				fmt.Fprintf(p.stderr, "\r\x1b[Kpysbom: %s: %d", what, pr.count.Load())
				shown = true
				timer.Reset(100 * time.Millisecond)
			case <-quit:
				if shown {
					fmt.Fprint(p.stderr, "\r\x1b[K")
				}
				return
			}
		}
	})
	pr.stop = sync.OnceFunc(func() { close(quit); wg.Wait() })
	return pr
}

func (pr *progress) add() { pr.count.Add(1) }
