package sbom_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pysbom/pysbom/provenance"
	"github.com/pysbom/pysbom/provenance/inventory"
	"github.com/pysbom/pysbom/sbom"
)

// TestNothingIsLost changes every field of an inventory, one at a time, and
// looks for the change in each format. A field that changes nothing must be
// named in the list of what documents leave out, and no other may.
func TestNothingIsLost(t *testing.T) {
	for _, f := range formats() {
		carried := map[string]bool{} // false: visited, and no change seen
		visits := map[string]int{}
		for _, inv := range []*inventory.Inventory{goldenInventory(t), oneEnvironment(goldenInventory(t))} {
			doc := newDocument(inv)
			before := emit(t, f, doc)
			changeEach(reflect.ValueOf(inv), "", func(path string) {
				visits[path]++
				if !carried[path] && (visits[path] <= 10 || !isListed(path)) {
					carried[path] = !bytes.Equal(emit(t, f, doc), before)
				}
			})
			if !bytes.Equal(emit(t, f, doc), before) {
				t.Fatal("the inventory was not restored")
			}
		}
		want := map[string]bool{}
		fieldNames(reflect.TypeFor[inventory.Inventory](), "", want)
		for _, path := range slices.Sorted(maps.Keys(want)) {
			was, visited := carried[path]
			left := isListed(path)
			switch {
			case !visited:
				t.Errorf("%s: the golden inventory has no %s", f.Name, path)
			case was && left:
				t.Errorf("%s@%s: %s is named as lost and is not", f.Name, f.Version, path)
			case !was && !left:
				t.Errorf("%s@%s: %s is lost and not named", f.Name, f.Version, path)
			}
		}
	}
}

// TestLossyIsCurrent: what the list names exists.
func TestLossyIsCurrent(t *testing.T) {
	fields := map[string]bool{}
	fieldNames(reflect.TypeFor[inventory.Inventory](), "", fields)
	for name := range sbom.Lossy {
		found := false
		for path := range fields {
			found = found || isPart(path, name)
		}
		if !found {
			t.Errorf("Lossy names %s, which does not exist", name)
		}
	}
}

func isListed(path string) bool {
	for name := range sbom.Lossy {
		if isPart(path, name) {
			return true
		}
	}
	return false
}

func isPart(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && (rest == "" || rest[0] == '.')
}

// rooted are the types whose fields are named from there: "Evidence.Line".
var rooted = []reflect.Type{
	reflect.TypeFor[inventory.Inventory](), reflect.TypeFor[inventory.Component](), reflect.TypeFor[inventory.Environment](),
	reflect.TypeFor[inventory.Root](), reflect.TypeFor[inventory.Warning](), reflect.TypeFor[inventory.Subject](),
	reflect.TypeFor[provenance.Evidence](), reflect.TypeFor[provenance.Conflict](),
}

func under(path string, typ reflect.Type) string {
	if slices.Contains(rooted, typ) {
		return typ.Name()
	}
	return path
}

// fieldNames collects the names of what changeEach is to visit.
func fieldNames(typ reflect.Type, path string, into map[string]bool) {
	path = under(path, typ)
	switch {
	case typ == reflect.TypeFor[time.Time]():
		into[path] = true
	case typ.Kind() == reflect.Struct:
		for i := range typ.NumField() {
			fieldNames(typ.Field(i).Type, path+"."+typ.Field(i).Name, into)
		}
	case typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Map:
		fieldNames(typ.Elem(), path, into)
	default:
		into[path] = true
	}
}

// changeEach calls visit with each field below v changed, and puts it back.
func changeEach(v reflect.Value, path string, visit func(path string)) {
	path = under(path, v.Type())
	change := func(to any) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(reflect.ValueOf(to).Convert(v.Type()))
		visit(path)
		v.Set(old)
	}
	switch x := v.Interface().(type) {
	case time.Time:
		change(x.Add(time.Hour))
		return
	case provenance.Kind:
		change((x + 1) % 5)
		return
	case provenance.Class:
		change((x + 1) % 7)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			changeEach(v.Elem(), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			changeEach(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			changeEach(v.Index(i), path, visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			old := v.MapIndex(key)
			v.SetMapIndex(key, reflect.ValueOf(old.String()+"0"))
			visit(path)
			v.SetMapIndex(key, old)
		}
	case reflect.String:
		change(v.String() + "0")
	case reflect.Bool:
		change(!v.Bool())
	case reflect.Int, reflect.Int64:
		change(v.Int() + 1)
	default:
		panic(fmt.Sprint("a field of a kind that this test does not know: ", path))
	}
}
