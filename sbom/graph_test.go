package sbom_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

func graphOf(envs []string, ids ...string) *inventory.Inventory {
	inv := &inventory.Inventory{}
	for _, id := range envs {
		inv.Environments = append(inv.Environments, inventory.Environment{ID: id, Complete: true})
	}
	for _, id := range ids {
		env := ""
		if len(envs) > 0 {
			env = envs[0]
		}
		inv.Components = append(inv.Components, &inventory.Component{ID: id, Kind: inventory.Distribution, Env: env, Name: id})
	}
	return inv
}

func dash(id string) string { return strings.NewReplacer("_", "-", "+", "-").Replace(id) }

// TestNames: unique, and no name depends on another element's place.
func TestNames(t *testing.T) {
	ids := []string{"a-b", "a_b", "c", "root", "a+b", ""}
	g := sbom.NewGraph(graphOf([]string{"e", "f"}, ids...), "root", dash)
	byID := map[string]string{}
	for i, c := range g.Components {
		byID[c.ID] = g.Names[i]
	}
	if byID["c"] != "c" {
		t.Errorf("c is %q, though nothing has its name", byID["c"])
	}
	seen := map[string]bool{g.Root: true, g.Environments[0]: true, g.Environments[1]: true}
	for id, name := range byID {
		if seen[name] || name == "" {
			t.Errorf("%q has the name %q, which is empty or another's", id, name)
		}
		seen[name] = true
	}
	slices.Reverse(ids)
	g = sbom.NewGraph(graphOf([]string{"e", "f"}, ids...), "root", dash)
	for i, c := range g.Components {
		if g.Names[i] != byID[c.ID] {
			t.Errorf("%q is %q or %q, as the order is", c.ID, g.Names[i], byID[c.ID])
		}
	}
}

// TestNamesOfTwins: even where IDs stand twice, or look like what a name
// becomes, names are unique.
func TestNamesOfTwins(t *testing.T) {
	first := sbom.NewGraph(graphOf(nil, "a-b", "a_b"), "root", dash)
	ids := append([]string{"x", "x", "x", "a-b", "a_b"}, first.Names...)
	g := sbom.NewGraph(graphOf([]string{"x", "x"}, ids...), "x", dash)
	all := append(append([]string{g.Root}, g.Environments...), g.Names...)
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("names stand twice: %q", all)
	}
}

func TestEdges(t *testing.T) {
	inv := graphOf([]string{"e"}, "b", "a", "c")
	inv.Components[0].Needs = []string{"c", "a", "gone", "a", "b"}
	inv.Environments[0].Top = []string{"b", "gone"}
	inv.Components = append(inv.Components, nil, &inventory.Component{ID: "py", Kind: inventory.Interpreter, Env: "e"})
	g := sbom.NewGraph(inv, "root", dash)
	if got := g.Needs(0); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("b needs %q", got)
	}
	if got := g.Needs(1); got != nil {
		t.Errorf("a needs %q", got)
	}
	if got := g.RootNeeds(); !slices.Equal(got, []string{"b", "py"}) {
		t.Errorf("the root needs %q", got)
	}
	if g.Environments != nil || g.EnvironmentOf(0) != -1 || !g.Complete() {
		t.Errorf("one environment is no element: %q", g.Environments)
	}

	inv = graphOf([]string{"f", "e"}, "a")
	inv.Environments[1].Complete = false
	g = sbom.NewGraph(inv, "root", dash)
	if got := g.RootNeeds(); !slices.Equal(got, []string{"e", "f"}) {
		t.Errorf("the root needs %q", got)
	}
	if g.EnvironmentOf(0) != 0 || g.Complete() {
		t.Errorf("a is in environment %d", g.EnvironmentOf(0))
	}

	g = sbom.NewGraph(&inventory.Inventory{}, "root", dash)
	if g.RootNeeds() != nil || g.Complete() {
		t.Error("nothing was scanned, and it is complete")
	}
}

func TestMarshal(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 1000} {
		e, err := sbom.MarshalJSON(n, func(i int) any { return fmt.Sprint("<", i, ">") })
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := e.WriteTo(&got); err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		for i := range n {
			comma := ","
			if i == n-1 {
				comma = ""
			}
			fmt.Fprintf(&want, "\"<%d>\"%s\n", i, comma)
		}
		if got.String() != want.String() {
			t.Errorf("%d elements: %q", n, got.String())
		}
	}
	if _, err := sbom.MarshalJSON(200, func(i int) any {
		if i == 150 {
			return make(chan int)
		}
		return i
	}); err == nil {
		t.Error("no error from an element that cannot be marshalled")
	}
	failed := errors.New("failed")
	if _, err := sbom.Marshal(3, func(*sbom.Buffer) func(int) error { return func(int) error { return failed } }); err != failed {
		t.Errorf("%v", err)
	}
}

func TestSerialLeavesOut(t *testing.T) {
	serial := func(hashed, unhashed string) string {
		e, _ := sbom.Marshal(100, func(b *sbom.Buffer) func(int) error {
			return func(int) error {
				b.WriteString(hashed)
				b.WriteUnhashed(unhashed)
				b.WriteString(hashed)
				return nil
			}
		})
		return sbom.Serial("x", e)
	}
	if serial("a", "1") != serial("a", "2") {
		t.Error("what is not hashed changes the serial number")
	}
	if serial("a", "1") == serial("b", "1") {
		t.Error("what is hashed does not change it")
	}
}
