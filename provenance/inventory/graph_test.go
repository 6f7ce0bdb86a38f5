package inventory

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// graphOf makes nodes of "name: requirement, requirement" lines. A name that
// ends in "!" was asked for by the user of pip.
func graphOf(t *testing.T, spec string) []*node {
	t.Helper()
	var nodes []*node
	for l := range strings.Lines(strings.TrimSpace(spec)) {
		name, requires, _ := strings.Cut(strings.TrimSpace(l), ":")
		name, asked := strings.CutSuffix(name, "!")
		n := &node{name: provenance.NormalizeName(name), component: &Component{ID: name, Name: name, Requested: asked, Installer: "pip"}}
		for r := range strings.SplitSeq(requires, ",") {
			if r = strings.TrimSpace(r); r == "" {
				continue
			}
			parsed, err := pep508.Parse(strings.ReplaceAll(r, "+", ","))
			if err != nil {
				t.Fatalf("%q: %v", r, err)
			}
			n.requires = append(n.requires, parsed)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func TestLink(t *testing.T) {
	env := &pep508.Environment{PythonVersion: "3.11", SysPlatform: "linux"}
	for _, tt := range []struct{ name, spec, want string }{
		{"plain", "a: b\nb:", "a>b | top a"},
		{"marker", "a: b; python_version >= '3.8', c; sys_platform == 'win32'\nb:\nc:", "a>b | top a c"},
		{"unknown marker", "a: b; platform_machine == 'x86_64'\nb:", "| top a b | incomplete a"},
		{"false whatever is unknown", "a: b; platform_machine == 'x86_64' and python_version < '3'\nb:", "| top a b"},
		{"missing", "a: b[x]>=1", "| top a | a misses b[x]>=1"},
		{"missing hides its URL", "a: b @ https://user:hunter2@example.org/b.whl", "| top a | a misses b"},
		{"extra nobody asks for", "a: b; extra == 'x'\nb:", "| top a b"},
		{"extra that is asked for", "a: b[x]\nb: c; extra == 'x'\nc:", "a>b b>c | top a"},
		{"extras go on", "a: b[x]\nb: c[y]; extra == 'x'\nc: d; extra == 'y'\nd:", "a>b b>c c>d | top a"},
		{"extra of its own", "a: a[x]\nb:\na-x:", "| top a a-x b"},
		{"all of its own extras", "r: a[all]\na: a[x+y]; extra == 'all', b; extra == 'x', c; extra == 'y'\nb:\nc:", "a>b a>c r>a | top r"},
		{"extras by any spelling", "a: b[Foo_Bar]\nb: c; extra == 'foo.bar'\nc:", "a>b b>c | top a"},
		{"names by any spelling", "a: B_b\nb.B:", "a>b.B | top a"},
		{"cycle", "a: b\nb: c\nc: b", "a>b b>c c>b | top a"},
		{"cycle that nothing leads to", "b: c\nc: b\nd:", "b>c c>b | top b d"},
		{"cycle behind a cycle", "c: d\nd: c+b\nb: e\ne: b", "b>e c>d d>b d>c e>b | top c"},
		{"asked for though needed", "a: b\nb!:", "a>b | top a b"},
		{"itself only", "a: a", "| top a"},
	} {
		nodes := graphOf(t, strings.ReplaceAll(tt.spec, "c+b", "c, b"))
		link(nodes, env)
		var edges, tail []string
		for _, n := range nodes {
			for _, to := range n.component.Needs {
				edges = append(edges, n.component.ID+">"+to)
			}
			if !n.component.NeedsComplete {
				tail = append(tail, "| incomplete "+n.component.ID)
			}
			for _, m := range n.component.Missing {
				tail = append(tail, "| "+n.component.ID+" misses "+m)
			}
		}
		slices.Sort(edges)
		got := strings.Join(slices.Concat(edges, []string{"| top"}, tops(nodes), tail), " ")
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A chain as long as an environment is large must not end the stack.
func TestLongChain(t *testing.T) {
	var spec strings.Builder
	const n = 20000
	name := func(i int) string { return "n" + strconv.Itoa(i) }
	for i := range n {
		spec.WriteString(name(i) + ": " + name((i+1)%n) + "\n")
	}
	nodes := graphOf(t, spec.String())
	link(nodes, &pep508.Environment{})
	if got := tops(nodes); len(got) != 1 {
		t.Errorf("one cycle of %d has %d tops", n, len(got))
	}
}
