package owner_test

import (
	"fmt"
	"testing/fstest"

	"github.com/pysbom/pysbom/provenance/owner"
)

func ExampleLoad() {
	root := fstest.MapFS{
		"etc/os-release": {Data: []byte("ID=debian\nVERSION_ID=\"12\"\n")},
		"var/lib/dpkg/status": {Data: []byte(`Package: python3-idna
Status: install ok installed
Architecture: all
Version: 3.3-1
`)},
		"var/lib/dpkg/info/python3-idna.list": {Data: []byte(`/.
/usr/lib/python3/dist-packages/idna-3.3.egg-info
/usr/lib/python3/dist-packages/idna-3.3.egg-info/PKG-INFO
`)},
	}
	owners, problems := owner.Load(root, ".", nil)
	fmt.Println(len(problems))
	v := owners.Decide(owner.Distribution{Dir: "usr/lib/python3/dist-packages/idna-3.3.egg-info"})
	fmt.Println(v.Standing, v.Package.PURL)
	v = owners.Decide(owner.Distribution{Dir: "usr/local/lib/python3.11/dist-packages/idna-3.20.dist-info", Installer: "pip"})
	fmt.Println(v.Standing)
	// Output:
	// 0
	// owned pkg:deb/debian/python3-idna@3.3-1?arch=all&distro=debian-12
	// foreign
}
