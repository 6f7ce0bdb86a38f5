package lockfile_test

import (
	"fmt"

	"github.com/pysbom/pysbom/provenance/lockfile"
)

func ExampleLock_Resolve() {
	lock, err := lockfile.Parse("uv.lock", []byte(`
version = 1
revision = 3

[[package]]
name = "idna"
version = "3.20"
source = { registry = "https://index.example.org/simple" }
sdist = { url = "https://files.example.org/idna-3.20.tar.gz", hash = "sha256:a7db850025b95ded1eae8a46181a1a6c56c92c96f0e2b005d9ff8dc0210cab44" }
wheels = [
    { url = "https://files.example.org/idna-3.20-py3-none-any.whl", hash = "sha256:ab7ae7122974553370f0bdb919e1a960b2cd1bc1ef0276416d896db81c14582c" },
]
`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ev, warning := lock.Resolve(lockfile.Dist{Name: "idna", Version: "3.20", WheelTags: []string{"py3-none-any"}}, nil)
	fmt.Println(ev.Class, ev.Origin.Artifact.Filename, ev.Origin.Artifact.Index, warning)
	ev, warning = lock.Resolve(lockfile.Dist{Name: "idna", Version: "3.19"}, nil)
	fmt.Println(ev.Class, warning)
	// Output:
	// locked idna-3.20-py3-none-any.whl https://index.example.org/simple <nil>
	// unknown uv.lock:5: idna: 3.19 is installed, the lock has 3.20
}
