// Package indextest is a Python package index inside the test's own process,
// and what it takes to fill one: wheels, sdists and source trees made in Go.
//
// A [Project] says what a release is; its Wheel and Sdist are [File] values,
// whose bytes depend on the Project alone. An [Index] serves them as PEP 503
// (HTML), PEP 691 (JSON), PEP 658 (metadata beside the file) and PEP 700 (size
// and upload time) ask for, byte ranges included, and misbehaves on demand.
package indextest

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"io"
	"log"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pysbom/pysbom/provenance"
)

// File is one file of a project, as the index offers it.
type File struct {
	Project        string // any spelling of its name
	Name           string
	Data           []byte
	Metadata       []byte    // served beside the file and advertised (PEP 658); nil for neither
	UploadTime     time.Time // not stated when zero
	RequiresPython string
	Yanked         string // the reason; not yanked when empty

	// SHA256 is the digest that the index states. When empty it is the true
	// one; "none" states no digest at all.
	SHA256 string
}

// Index is a package index. The zero Index is empty and not yet running; its
// fields are for setting before Start. Files may be added at any time.
type Index struct {
	// Username and Password are what every request must carry (Basic). With
	// an empty Username none need carry anything.
	Username, Password string

	// Repositories is a directory whose git repositories are served below
	// /git/, by the git on PATH. Empty for none.
	Repositories string

	// Fault, when not nil, says how to misbehave for a request.
	Fault func(*http.Request) Fault

	// Wrap, when not nil, stands before the index and gets every request
	// first, those without credentials too: for headers, redirects and
	// answers that no Fault has.
	Wrap func(http.Handler) http.Handler

	server *httptest.Server

	mu       sync.Mutex
	projects map[string][]File // by normalised name, in the order added
	requests []Request
}

// Fault is one way to misbehave. The zero Fault is none.
type Fault struct {
	Status   int           // answered instead of what was asked for
	Delay    time.Duration // before the first byte, or until the client gives up
	Truncate int           // the connection is cut after so many bytes of body, when > 0
}

// Request is what the index was asked.
type Request struct {
	Method, Path, Accept, Range string
}

// Start returns a running index of files that asks for no credentials. The
// caller must Close it.
func Start(files ...File) *Index {
	x := new(Index)
	x.Add(files...)
	x.Start()
	return x
}

// Start begins to listen on the loopback address. The caller must Close x.
func (x *Index) Start() { x.server = httptest.NewServer(http.HandlerFunc(x.serve)) }

// StartTLS is Start for an index that speaks TLS. Nobody trusts its
// certificate but who takes it from Certificate.
func (x *Index) StartTLS() {
	x.server = httptest.NewUnstartedServer(http.HandlerFunc(x.serve))
	x.server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it are what tests are about
	x.server.StartTLS()
}

// Certificate is that of an index after StartTLS.
func (x *Index) Certificate() *x509.Certificate { return x.server.Certificate() }

// Close stops the index, and waits for what it is answering.
func (x *Index) Close() { x.server.Close() }

// Add offers files. One with the name of a file that is there replaces it.
func (x *Index) Add(files ...File) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.projects == nil {
		x.projects = map[string][]File{}
	}
	for _, f := range files {
		p := normalize(f.Project)
		x.projects[p] = slices.DeleteFunc(x.projects[p], func(g File) bool { return g.Name == f.Name })
		x.projects[p] = append(x.projects[p], f)
	}
}

// URL is the base URL of the simple API. It ends with a slash and carries no
// credentials. Like the other URLs it is known from Start on.
func (x *Index) URL() string { return x.server.URL + "/simple/" }

// FileURL is where the file of that name is served from.
func (x *Index) FileURL(name string) string { return x.server.URL + "/files/" + name }

// RepositoryURL is where the repository of that name in Repositories is
// cloned from.
func (x *Index) RepositoryURL(name string) string { return x.server.URL + "/git/" + name }

// Requests are all that were answered so far, in the order they came in.
func (x *Index) Requests() []Request {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.requests)
}

func (x *Index) serve(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	x.requests = append(x.requests, Request{r.Method, r.URL.Path, r.Header.Get("Accept"), r.Header.Get("Range")})
	x.mu.Unlock()
	if x.Wrap != nil {
		x.Wrap(http.HandlerFunc(x.answer)).ServeHTTP(w, r)
		return
	}
	x.answer(w, r)
}

func (x *Index) answer(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); x.Username != "" && (user != x.Username || password != x.Password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="index"`)
		http.Error(w, "credentials wanted", http.StatusUnauthorized)
		return
	}
	if x.Fault != nil {
		f := x.Fault(r)
		if f.before(w, r) {
			return
		}
		if f.Truncate > 0 {
			w = &truncator{ResponseWriter: w, left: f.Truncate}
		}
	}
	switch dir, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); dir {
	case "simple":
		x.simple(w, r, rest)
	case "files":
		x.file(w, r, rest)
	case "git":
		x.git(w, r)
	default:
		http.NotFound(w, r)
	}
}

// before does what f asks for ahead of the answer, and reports whether that
// was the answer.
func (f Fault) before(w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return true
		}
	}
	if f.Status != 0 {
		http.Error(w, http.StatusText(f.Status), f.Status)
	}
	return f.Status != 0
}

// truncator cuts the connection when left bytes of body have been written,
// after a header that promised them all.
type truncator struct {
	http.ResponseWriter
	left int
}

func (t *truncator) Write(p []byte) (int, error) {
	if len(p) < t.left {
		t.left -= len(p)
		return t.ResponseWriter.Write(p)
	}
	t.ResponseWriter.Write(p[:t.left])
	http.NewResponseController(t.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// file serves a file, or with ".metadata" behind its name its metadata.
func (x *Index) file(w http.ResponseWriter, r *http.Request, name string) {
	x.mu.Lock()
	var data []byte
	for _, files := range x.projects {
		for _, f := range files {
			switch name {
			case f.Name:
				data = f.Data
			case f.Name + ".metadata":
				data = f.Metadata
			}
		}
	}
	x.mu.Unlock()
	if data == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// git serves clones, by the program that git itself has for it.
func (x *Index) git(w http.ResponseWriter, r *http.Request) {
	path, err := exec.LookPath("git")
	if err != nil || x.Repositories == "" {
		http.NotFound(w, r)
		return
	}
	backend := cgi.Handler{
		Path: path, Args: []string{"http-backend"}, Root: "/git",
		Env: []string{"GIT_PROJECT_ROOT=" + x.Repositories, "GIT_HTTP_EXPORT_ALL=1"},
	}
	backend.ServeHTTP(w, r)
}

// digest is the digest that the index states, "" for none.
func (f File) digest() string {
	switch f.SHA256 {
	case "":
		return hexDigest(f.Data)
	case "none":
		return ""
	}
	return f.SHA256
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func normalize(name string) string { return provenance.NormalizeName(name) }
