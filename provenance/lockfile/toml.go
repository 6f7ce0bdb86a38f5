package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decodeTOML reads the lock into v. The error says on which line it stands. It
// returns the lines on which the entries of the array of tables of that name
// begin, as far as they are written as [[name]].
func (p *parser) decodeTOML(v any, name string) (lines, error) {
	if n := bytes.Count(p.data, []byte("{")) + bytes.Count(p.data, []byte("[")); n > maxTables {
		return nil, fmt.Errorf("%s: more than %d tables and arrays", p.file, maxTables)
	}
	o := outline{name: name, line: 1, arrays: make(map[string]int)}
	if !o.read(p.data) {
		return nil, fmt.Errorf("%s:%d: too many keys in one table", p.file, o.line)
	}
	err := toml.Unmarshal(p.data, v)
	if err == nil {
		return o.lines, nil
	}
	decodeErr, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return nil, fmt.Errorf("%s: %w", p.file, err)
	}
	line, column := decodeErr.Position()
	msg := strings.TrimPrefix(decodeErr.Error(), "toml: ")
	if kind, ok := strings.CutPrefix(msg, "cannot decode TOML "); ok {
		kind, _, _ = strings.Cut(kind, " into ")
		msg = strings.Join(decodeErr.Key(), ".") + ": must not be of type " + kind
	}
	return nil, fmt.Errorf("%s:%d:%d: %s", p.file, line, column, plain(msg))
}

// lines are those of the entries of an array, in order.
type lines []int

// of returns the line of entry i of n, 0 where entries are written otherwise.
func (l lines) of(i, n int) int {
	if len(l) != n {
		return 0
	}
	return l[i]
}

// outline is what is to be known of a TOML text before it is decoded: where its
// entries begin, and whether it can be decoded in a reasonable time. For every
// key the decoder looks for the same one among all that has been read since
// its table began, so that a text of a few MB could keep it busy for hours.
type outline struct {
	name  string
	lines lines

	seen   int            // keys and tables
	table  int            // seen where the current table began
	array  int            // seen where the current entry of an array of tables began
	arrays map[string]int // seen where each array of tables began
	cost   int            // keys to compare

	line, counted int // the line of the byte counted
}

// maxCost takes some seconds. A lock of 5,000 packages in one table, the worst
// there is, has an eighth of it.
const maxCost = 2 << 30

// read returns false where the text costs too much. Where it is no TOML, the
// decoder is left to say so.
func (o *outline) read(data []byte) bool {
	var p unstable.Parser
	p.Reset(data)
	for p.NextExpression() && o.cost < maxCost {
		switch e := p.Expression(); e.Kind {
		case unstable.ArrayTable, unstable.Table:
			o.header(data, e)
		case unstable.KeyValue:
			o.keyValue(e, o.table)
		}
	}
	return o.cost < maxCost
}

func (o *outline) header(data []byte, e *unstable.Node) {
	var name []byte
	var offset int
	for it := e.Key(); it.Next(); {
		if name == nil {
			offset = int(it.Node().Raw.Offset)
		}
		name = append(append(name, it.Node().Data...), 0)
	}
	o.line += bytes.Count(data[o.counted:offset], []byte("\n"))
	o.counted = offset
	start, again := o.arrays[string(name)]
	switch {
	case e.Kind == unstable.Table:
		o.cost += o.seen - o.array
	case again: // the decoder forgets the entry before
		o.seen, o.array = start, start
	default:
		o.cost += o.seen
		o.arrays[string(name)] = o.seen
		o.array = o.seen
	}
	if e.Kind == unstable.ArrayTable && string(name) == o.name+"\x00" {
		o.lines = append(o.lines, o.line)
	}
	o.table = o.seen
	o.seen++
}

// keyValue counts a key of the table that began where start were seen.
func (o *outline) keyValue(e *unstable.Node, start int) {
	o.cost += o.seen - start
	o.seen++
	o.value(e.Value())
}

func (o *outline) value(v *unstable.Node) {
	if v.Kind != unstable.Array && v.Kind != unstable.InlineTable {
		return
	}
	start := o.seen
	for it := v.Children(); it.Next(); {
		child := it.Node()
		if child.Kind == unstable.KeyValue {
			o.keyValue(child, start)
		} else {
			o.seen++
			o.value(child)
		}
	}
}
