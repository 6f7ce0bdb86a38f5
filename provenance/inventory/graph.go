package inventory

import (
	"cmp"
	"slices"

	"github.com/pysbom/pysbom/internal/pep508"
	"github.com/pysbom/pysbom/provenance"
)

// node is one distribution in the dependency graph of an environment.
type node struct {
	component *Component
	name      string // normalised
	requires  []pep508.Requirement
	unread    bool            // metadata that could not be read, or a requirement that could not be parsed
	extras    map[string]bool // asked of it by others
	needs     []int           // sorted once link is done
}

// link fills Needs, NeedsComplete and Missing of every node's component. An
// edge is a requirement whose marker holds for env, with the extras that
// somebody in the environment asks of the distribution. What was asked for on
// an installer's command line is recorded nowhere and does not count.
func link(nodes []*node, env *pep508.Environment) {
	byName := make(map[string]int, len(nodes))
	for i, n := range nodes {
		byName[n.name] = i
	}
	type task struct {
		node  int
		extra string
	}
	work := make([]task, 0, len(nodes))
	for i := range nodes {
		work = append(work, task{i, ""})
	}
	for len(work) > 0 {
		t := work[len(work)-1]
		work = work[:len(work)-1]
		n := nodes[t.node]
		for _, r := range n.requires {
			if !n.applies(r, env, t.extra) {
				continue
			}
			target, ok := byName[provenance.NormalizeName(r.Name)]
			if !ok {
				n.component.Missing = append(n.component.Missing, requirementText(r))
				continue
			}
			if target != t.node {
				n.needs = append(n.needs, target)
			}
			for _, extra := range r.Extras {
				if nodes[target].ask(provenance.NormalizeName(extra)) {
					work = append(work, task{target, provenance.NormalizeName(extra)})
				}
			}
		}
	}
	for _, n := range nodes {
		n.finish(nodes)
	}
}

// applies reports whether r holds, and notes where that cannot be said.
func (n *node) applies(r pep508.Requirement, env *pep508.Environment, extra string) bool {
	if r.Marker == nil {
		return true
	}
	truth := r.Marker.Evaluate(env, extra)
	if truth == pep508.Unknown {
		n.unread = true
	}
	return truth == pep508.True
}

// ask reports whether extra was not asked of n before.
func (n *node) ask(extra string) bool {
	if n.extras[extra] {
		return false
	}
	if n.extras == nil {
		n.extras = map[string]bool{}
	}
	n.extras[extra] = true
	return true
}

// finish writes what link found into the component. A distribution that
// requires an extra of its own has no edge to itself.
func (n *node) finish(nodes []*node) {
	c := n.component
	slices.Sort(n.needs)
	n.needs = slices.Compact(n.needs)
	if len(n.needs) > 0 {
		c.Needs = make([]string, len(n.needs))
		for i, target := range n.needs {
			c.Needs[i] = nodes[target].component.ID
		}
		slices.Sort(c.Needs)
	}
	slices.Sort(c.Missing)
	c.Missing = slices.Compact(c.Missing)
	c.NeedsComplete = !n.unread
}

// requirementText is r without its marker and without a URL, which may hold a
// secret.
func requirementText(r pep508.Requirement) string {
	r.Marker, r.URL = nil, ""
	return Line(r.String())
}

// tops returns the IDs that the environment itself leads to: one node, the
// first by name, of every strongly connected part that no other part needs,
// and those that the user asked for by name. Of the installers that mark
// those, only pip and pdm do not mark all.
func tops(nodes []*node) []string {
	part, parts := components(nodes)
	needed := make([]bool, parts)
	for i, n := range nodes {
		for _, target := range n.needs {
			if part[target] != part[i] {
				needed[part[target]] = true
			}
		}
	}
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(nodes[a].name, nodes[b].name), cmp.Compare(nodes[a].component.ID, nodes[b].component.ID))
	})
	var ids []string
	for _, i := range order {
		c := nodes[i].component
		asked := c.Requested && (c.Installer == "pip" || c.Installer == "pdm")
		if !needed[part[i]] || asked {
			ids = append(ids, c.ID)
			needed[part[i]] = true
		}
	}
	slices.Sort(ids)
	return ids
}

// components numbers the strongly connected parts of the graph (Tarjan, with
// a stack of its own as chains may be long).
func components(nodes []*node) (part []int, parts int) {
	const unseen = -1
	index, low, onStack := make([]int, len(nodes)), make([]int, len(nodes)), make([]bool, len(nodes))
	part = make([]int, len(nodes))
	for i := range index {
		index[i] = unseen
	}
	type frame struct{ node, next int }
	var stack []int
	count := 0
	for root := range nodes {
		if index[root] != unseen {
			continue
		}
		calls := []frame{{root, 0}}
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			v := f.node
			if f.next == 0 {
				index[v], low[v] = count, count
				count++
				stack, onStack[v] = append(stack, v), true
			}
			if f.next < len(nodes[v].needs) {
				w := nodes[v].needs[f.next]
				f.next++
				if index[w] == unseen {
					calls = append(calls, frame{w, 0})
				} else if onStack[w] {
					low[v] = min(low[v], index[w])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				up := calls[len(calls)-1].node
				low[up] = min(low[up], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			for {
				w := stack[len(stack)-1]
				stack, onStack[w] = stack[:len(stack)-1], false
				part[w] = parts
				if w == v {
					break
				}
			}
			parts++
		}
	}
	return part, parts
}
