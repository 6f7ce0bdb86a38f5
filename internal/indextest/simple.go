package indextest

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The media types that the simple API is served as (PEP 691).
const (
	typeJSON = "application/vnd.pypi.simple.v1+json"
	typeHTML = "application/vnd.pypi.simple.v1+html"
	typeText = "text/html"
)

// apiVersion is the version of the simple API: 1.1 brought size and
// upload-time (PEP 700).
const apiVersion = "1.1"

// negotiate chooses the type that an Accept header likes best; text/html
// where it likes none, as indexes did before PEP 691.
func negotiate(accept string) string {
	best, bestQ := typeText, 0.0
	for _, part := range strings.Split(accept, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil || name != typeJSON && name != typeHTML && name != typeText {
			continue
		}
		q := 1.0
		if v, ok := params["q"]; ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if q > bestQ {
			best, bestQ = name, q
		}
	}
	return best
}

// simple serves the list of projects, or one project's page.
func (x *Index) simple(w http.ResponseWriter, r *http.Request, rest string) {
	name := strings.TrimSuffix(rest, "/")
	if want := normalize(name); rest != "" && rest != want+"/" { // PEP 503: SHOULD redirect
		http.Redirect(w, r, "/simple/"+want+"/", http.StatusMovedPermanently)
		return
	}
	x.mu.Lock()
	names := slices.Sorted(maps.Keys(x.projects))
	files, ok := x.projects[name]
	files = slices.Clone(files)
	x.mu.Unlock()
	if name != "" && !ok {
		http.NotFound(w, r)
		return
	}
	kind := negotiate(r.Header.Get("Accept"))
	w.Header().Set("Vary", "Accept")
	switch {
	case kind == typeJSON && name == "":
		writeJSON(w, rootJSON(names))
	case kind == typeJSON:
		writeJSON(w, x.projectJSON(name, files))
	case name == "":
		writeHTML(w, kind, "Simple index", rootLinks(names))
	default:
		writeHTML(w, kind, "Links for "+name, fileLinks(files))
	}
}

type object = map[string]any

func rootJSON(names []string) object {
	projects := []object{}
	for _, n := range names {
		projects = append(projects, object{"name": n})
	}
	return object{"meta": object{"api-version": apiVersion}, "projects": projects}
}

func (x *Index) projectJSON(name string, files []File) object {
	list := []object{}
	versions := map[string]bool{}
	for _, f := range files {
		list = append(list, x.fileJSON(f))
		versions[versionOf(f.Name)] = true
	}
	return object{
		"meta": object{"api-version": apiVersion}, "name": name, "files": list,
		"versions": slices.Sorted(maps.Keys(versions)),
	}
}

func (x *Index) fileJSON(f File) object {
	o := object{"filename": f.Name, "url": x.FileURL(f.Name), "size": len(f.Data), "hashes": object{}, "yanked": false}
	if d := f.digest(); d != "" {
		o["hashes"] = object{"sha256": d}
	}
	if !f.UploadTime.IsZero() {
		o["upload-time"] = f.UploadTime.UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	if f.RequiresPython != "" {
		o["requires-python"] = f.RequiresPython
	}
	if f.Yanked != "" {
		o["yanked"] = f.Yanked
	}
	if f.Metadata != nil {
		o["core-metadata"] = object{"sha256": hexDigest(f.Metadata)}
	}
	return o
}

// versionOf reads the version out of the name of a wheel or an sdist.
func versionOf(filename string) string {
	_, rest, _ := strings.Cut(strings.TrimSuffix(filename, ".tar.gz"), "-")
	version, _, _ := strings.Cut(rest, "-")
	return version
}

func writeJSON(w http.ResponseWriter, o object) {
	w.Header().Set("Content-Type", typeJSON)
	json.NewEncoder(w).Encode(o)
}

func rootLinks(names []string) (links []string) {
	for _, n := range names {
		links = append(links, fmt.Sprintf(`<a href="%s/">%s</a>`, n, n))
	}
	return links
}

// fileLinks are the anchors of a project's page. Their URLs are relative,
// where those in JSON are absolute: clients must take both.
func fileLinks(files []File) (links []string) {
	for _, f := range files {
		href := "../../files/" + f.Name
		if d := f.digest(); d != "" {
			href += "#sha256=" + d
		}
		attrs := attr("href", href)
		if f.RequiresPython != "" {
			attrs += attr("data-requires-python", f.RequiresPython)
		}
		if f.Yanked != "" {
			attrs += attr("data-yanked", f.Yanked)
		}
		if f.Metadata != nil {
			attrs += attr("data-core-metadata", "sha256="+hexDigest(f.Metadata))
		}
		links = append(links, fmt.Sprintf("<a%s>%s</a>", attrs, html.EscapeString(f.Name)))
	}
	return links
}

func attr(name, value string) string {
	return fmt.Sprintf(` %s="%s"`, name, html.EscapeString(value))
}

func writeHTML(w http.ResponseWriter, contentType, title string, links []string) {
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html><head><meta name=\"pypi:repository-version\" content=\"1.0\"><title>%s</title></head><body>\n%s\n</body></html>\n",
		html.EscapeString(title), strings.Join(links, "<br>\n"))
}
