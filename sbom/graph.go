package sbom

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/pysbom/pysbom/provenance/inventory"
)

// Graph is the elements of a document with the name of each in it, and the
// edges between them. Names are unique; each is made of its element's ID
// alone, unless two IDs differ only in what the format cannot spell.
type Graph struct {
	Root         string                 // the subject's name
	Environments []string               // by index in the inventory; empty unless it holds several
	Components   []*inventory.Component // those of the inventory
	Names        []string               // of Components

	environments []inventory.Environment
	component    map[string]int // index by ID
	environment  map[string]int
	interpreters map[string][]string // names by environment ID
}

// NewGraph names the elements of inv: the subject root, and the others as
// spell writes their IDs.
func NewGraph(inv *inventory.Inventory, root string, spell func(id string) string) *Graph {
	g := &Graph{
		Root:         root,
		environments: inv.Environments,
		component:    make(map[string]int, len(inv.Components)),
		environment:  make(map[string]int, len(inv.Environments)),
		interpreters: map[string][]string{},
	}
	g.Components = inv.Components
	if slices.Contains(g.Components, nil) { // a hand-edited inventory
		g.Components = slices.DeleteFunc(slices.Clone(g.Components), func(c *inventory.Component) bool { return c == nil })
	}
	n := namer{taken: make(map[string]int, 1+len(g.environments)+len(g.Components))}
	n.taken[root] = 2
	if len(g.environments) > 1 {
		g.Environments = make([]string, len(g.environments))
	}
	for i := range g.environments {
		g.environment[g.environments[i].ID] = i
		if g.Environments != nil {
			g.Environments[i] = n.count(spell(g.environments[i].ID))
		}
	}
	g.Names = make([]string, len(g.Components))
	for i, c := range g.Components {
		g.Names[i] = n.count(spell(c.ID))
		if _, twice := g.component[c.ID]; !twice {
			g.component[c.ID] = i
		}
	}
	for i, name := range g.Environments {
		g.Environments[i] = n.unique(name, g.environments[i].ID)
	}
	for i, c := range g.Components {
		g.Names[i] = n.unique(g.Names[i], c.ID)
		if c.Kind == inventory.Interpreter {
			g.interpreters[c.Env] = append(g.interpreters[c.Env], g.Names[i])
		}
	}
	return g
}

// namer makes names unique. Where several elements would have one name, each
// gets a digest of its ID, so that none depends on the others' order.
type namer struct{ taken map[string]int }

func (n *namer) count(name string) string {
	n.taken[name]++
	return name
}

func (n *namer) unique(name, id string) string {
	if name != "" && n.taken[name] == 1 {
		return name
	}
	sum := sha256.Sum256([]byte(id))
	base := name + "-" + hex.EncodeToString(sum[:4])
	name = base
	for i := 2; n.taken[name] > 0; i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	n.taken[name]++
	return name
}

// Needs returns the names of what component i depends on, sorted.
func (g *Graph) Needs(i int) []string { return g.namesOf(g.Components[i].Needs) }

// RootNeeds returns the names of what the subject leads to: its environments,
// or those of its only one's needs.
func (g *Graph) RootNeeds() []string {
	switch len(g.environments) {
	case 0:
		return nil
	case 1:
		return g.EnvironmentNeeds(0)
	}
	return slices.Sorted(slices.Values(g.Environments))
}

// EnvironmentNeeds returns the names of what environment i itself leads to,
// its interpreter among them, sorted.
func (g *Graph) EnvironmentNeeds(i int) []string {
	e := &g.environments[i]
	names := append(g.namesOf(e.Top), g.interpreters[e.ID]...)
	slices.Sort(names)
	return slices.Compact(names)
}

// EnvironmentOf returns the index of the environment that component i lies in;
// -1 where the document has one environment or none, or the inventory does not
// say.
func (g *Graph) EnvironmentOf(i int) int {
	if env, ok := g.environment[g.Components[i].Env]; ok && g.Environments != nil {
		return env
	}
	return -1
}

// Complete reports whether the inventory has everything that is in each
// environment.
func (g *Graph) Complete() bool {
	return len(g.environments) > 0 &&
		!slices.ContainsFunc(g.environments, func(e inventory.Environment) bool { return !e.Complete })
}

// namesOf leaves out IDs that the inventory does not hold.
func (g *Graph) namesOf(ids []string) []string {
	if len(ids) == 0 {
		return nil
	}
	names := make([]string, 0, len(ids)+1)
	for _, id := range ids {
		if i, ok := g.component[id]; ok {
			names = append(names, g.Names[i])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
