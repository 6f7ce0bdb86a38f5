package indextest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	lib      = Project{Name: "Lib.Core", Version: "2.0", Headers: []string{"Requires-Dist: six", "Requires-Python: >=3.8"}}
	uploaded = time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC)
)

// libIndex serves a wheel and a yanked sdist of lib.
func libIndex(t *testing.T) *Index { return startLib(t, new(Index)) }

func startLib(t *testing.T, x *Index) *Index {
	wheel, sdist := lib.Wheel(), lib.Sdist()
	wheel.UploadTime = uploaded
	wheel.RequiresPython = ">=3.8"
	sdist.Yanked = `broken <on> "Windows"`
	x.Add(wheel, sdist)
	x.Start()
	t.Cleanup(x.Close)
	return x
}

func get(t *testing.T, url string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil && err != io.ErrUnexpectedEOF {
		t.Fatal(err)
	}
	return resp, body
}

func TestNegotiate(t *testing.T) {
	for _, tt := range []struct{ accept, want string }{
		{"", typeText},
		{"*/*", typeText},
		{"text/html", typeText},
		{"image/png", typeText},
		{typeJSON, typeJSON},
		{typeHTML, typeHTML},
		{"application/vnd.pypi.simple.latest+json", typeText},
		{typeJSON + ", " + typeHTML + "; q=0.1, text/html; q=0.01", typeJSON}, // pip
		{typeJSON + ";q=0.2, text/html;q=0.5", typeText},
		{typeJSON + ";q=0", typeText},
		{";;;, " + typeJSON, typeJSON},
	} {
		if got := negotiate(tt.accept); got != tt.want {
			t.Errorf("negotiate(%q) = %s, want %s", tt.accept, got, tt.want)
		}
	}
}

func TestProjectJSON(t *testing.T) {
	x := libIndex(t)
	resp, body := get(t, x.URL()+"lib-core/", "Accept", typeJSON)
	if got := resp.Header.Get("Content-Type"); got != typeJSON {
		t.Errorf("Content-Type %q", got)
	}
	var page struct {
		Meta     map[string]string
		Name     string
		Versions []string
		Files    []struct {
			Filename, URL  string
			Size           int
			Hashes         map[string]string
			Yanked         any
			UploadTime     string            `json:"upload-time"`
			RequiresPython string            `json:"requires-python"`
			CoreMetadata   map[string]string `json:"core-metadata"`
		}
	}
	if err := json.Unmarshal(body, &page); err != nil {
		t.Fatal(err)
	}
	if page.Name != "lib-core" || page.Meta["api-version"] != "1.1" || len(page.Versions) != 1 || page.Versions[0] != "2.0" {
		t.Errorf("page is %+v", page)
	}
	if len(page.Files) != 2 {
		t.Fatalf("%d files, want 2", len(page.Files))
	}
	w, s := page.Files[0], page.Files[1]
	if w.Filename != "lib_core-2.0-py3-none-any.whl" || w.Size != len(lib.Wheel().Data) || w.Yanked != false ||
		w.UploadTime != "2024-05-06T07:08:09.123456Z" || w.RequiresPython != ">=3.8" ||
		w.CoreMetadata["sha256"] != hexDigest(lib.Metadata()) {
		t.Errorf("wheel is %+v", w)
	}
	if s.Filename != "lib_core-2.0.tar.gz" || s.Yanked != `broken <on> "Windows"` || s.CoreMetadata != nil {
		t.Errorf("sdist is %+v", s)
	}
	for _, f := range page.Files {
		_, data := get(t, f.URL)
		if f.Hashes["sha256"] != hexDigest(data) {
			t.Errorf("%s: stated sha256 %s, served %s", f.Filename, f.Hashes["sha256"], hexDigest(data))
		}
	}
	if _, data := get(t, w.URL+".metadata"); !bytes.Equal(data, lib.Metadata()) {
		t.Errorf("metadata is %q", data)
	}
	if resp, _ := get(t, s.URL+".metadata"); resp.StatusCode != 404 {
		t.Errorf("metadata of an sdist: %s", resp.Status)
	}
}

func TestProjectHTML(t *testing.T) {
	_, body := get(t, libIndex(t).URL()+"lib-core/")
	for _, want := range []string{
		`<a href="../../files/lib_core-2.0-py3-none-any.whl#sha256=` + hexDigest(lib.Wheel().Data) + `" data-requires-python="&gt;=3.8" data-core-metadata="sha256=`,
		`data-yanked="broken &lt;on&gt; &#34;Windows&#34;">lib_core-2.0.tar.gz</a>`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

func TestRoot(t *testing.T) {
	x := libIndex(t)
	if _, body := get(t, x.URL(), "Accept", typeJSON); string(body) != `{"meta":{"api-version":"1.1"},"projects":[{"name":"lib-core"}]}`+"\n" {
		t.Errorf("root is %s", body)
	}
	if _, body := get(t, x.URL()); !strings.Contains(string(body), `<a href="lib-core/">lib-core</a>`) {
		t.Errorf("root is %s", body)
	}
	if resp, _ := get(t, x.URL()+"absent/"); resp.StatusCode != 404 {
		t.Errorf("absent project: %s", resp.Status)
	}
	if resp, _ := get(t, x.URL()+"Lib.Core"); resp.StatusCode != 200 || resp.Request.URL.Path != "/simple/lib-core/" {
		t.Errorf("unnormalised name: %s at %s", resp.Status, resp.Request.URL)
	}
}

func TestRange(t *testing.T) {
	x := libIndex(t)
	data := lib.Wheel().Data
	resp, body := get(t, x.FileURL(lib.Wheel().Name), "Range", "bytes=-22")
	if resp.StatusCode != http.StatusPartialContent || !bytes.Equal(body, data[len(data)-22:]) {
		t.Errorf("%s, %d bytes", resp.Status, len(body))
	}
	last := x.Requests()[0]
	if last.Method != "GET" || last.Path != "/files/"+lib.Wheel().Name || last.Range != "bytes=-22" {
		t.Errorf("request is %+v", last)
	}
}

func TestCredentials(t *testing.T) {
	x := startLib(t, &Index{Username: "alice", Password: "secret"})
	for _, tt := range []struct {
		userinfo string
		want     int
	}{{"", 401}, {"alice:wrong@", 401}, {"alice:secret@", 200}} {
		url := strings.Replace(x.URL(), "://", "://"+tt.userinfo, 1)
		if resp, _ := get(t, url+"lib-core/"); resp.StatusCode != tt.want {
			t.Errorf("with %q: %s, want %d", tt.userinfo, resp.Status, tt.want)
		}
	}
}

func TestRepository(t *testing.T) {
	git := NeedTool(t, "git")
	dir := t.TempDir()
	tree := filepath.Join(dir, "repo")
	if err := lib.WriteTree(tree); err != nil {
		t.Fatal(err)
	}
	identity := []string{"-C", tree, "-c", "user.name=a", "-c", "user.email=a@example.org"}
	run(t, nil, git, append(identity, "init", "-q")...)
	run(t, nil, git, append(identity, "add", ".")...)
	run(t, nil, git, append(identity, "commit", "-q", "-m", "one")...)

	x := &Index{Repositories: dir, Username: "alice", Password: "secret"}
	x.Start()
	defer x.Close()
	url := strings.Replace(x.RepositoryURL("repo/.git"), "://", "://alice:secret@", 1)
	clone := filepath.Join(dir, "clone")
	run(t, nil, git, "clone", "-q", url, clone)
	if got, err := os.ReadFile(filepath.Join(clone, "PKG-INFO")); err != nil || !bytes.Equal(got, lib.Metadata()) {
		t.Errorf("cloned PKG-INFO is %q, %v", got, err)
	}
	if out, err := exec.Command(git, "-c", "credential.helper=", "-c", "core.askPass=true", "ls-remote", x.RepositoryURL("repo/.git")).CombinedOutput(); err == nil {
		t.Errorf("cloned without a password:\n%s", out)
	}
}

func TestFault(t *testing.T) {
	var fault Fault
	x := startLib(t, &Index{Fault: func(*http.Request) Fault { return fault }})
	url := x.FileURL(lib.Wheel().Name)

	fault = Fault{Status: 503}
	if resp, _ := get(t, url); resp.StatusCode != 503 {
		t.Errorf("status: %s", resp.Status)
	}
	fault = Fault{Truncate: 100}
	resp, body := get(t, url)
	if !bytes.Equal(body, lib.Wheel().Data[:100]) || resp.ContentLength != int64(len(lib.Wheel().Data)) {
		t.Errorf("truncated: %d bytes of %d", len(body), resp.ContentLength)
	}
	fault = Fault{Delay: 50 * time.Millisecond}
	start := time.Now()
	get(t, url)
	if d := time.Since(start); d < fault.Delay {
		t.Errorf("answered after %v", d)
	}
	client := http.Client{Timeout: 20 * time.Millisecond}
	fault = Fault{Delay: time.Hour} // Close must not wait for it
	if _, err := client.Get(url); err == nil {
		t.Error("no time-out")
	}
}

func TestStatedDigest(t *testing.T) {
	f := lib.Wheel()
	f.SHA256 = strings.Repeat("0", 64)
	x := Start(f)
	defer x.Close()
	if _, body := get(t, x.URL()+"lib-core/", "Accept", typeJSON); !strings.Contains(string(body), `"hashes":{"sha256":"000`) {
		t.Errorf("page is %s", body)
	}
	f.SHA256 = "none"
	x.Add(f)
	if _, body := get(t, x.URL()+"lib-core/", "Accept", typeJSON); !strings.Contains(string(body), `"hashes":{}`) {
		t.Errorf("page is %s", body)
	}
}
