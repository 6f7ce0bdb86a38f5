package record_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/pysbom/pysbom/provenance/installed"
	"github.com/pysbom/pysbom/provenance/record"
)

func ExampleVerifier_Verify() {
	const dir = "lib/python3.13/site-packages"
	venv := fstest.MapFS{
		dir + "/spam/__init__.py":           {Data: []byte("import os\n")},
		dir + "/spam-1.0.dist-info/WHEEL":   {Data: []byte("Wheel-Version: 1.0\n")},
		dir + "/spam-1.0.dist-info/RECORD":  {Data: []byte(spamRecord)},
		dir + "/spam-1.0.dist-info/LICENSE": {Data: []byte("MIT")},
	}
	site := &installed.Site{FS: venv, Root: &installed.Root{FS: venv}, Dir: dir}

	var v record.Verifier
	report, err := v.Verify(context.Background(), site, "spam-1.0.dist-info")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Files {
		fmt.Printf("%s: %s\n", f.Path, f.Status)
	}
	// Output:
	// ../../../bin/spam: missing
	// spam-1.0.dist-info/LICENSE: unchanged
	// spam-1.0.dist-info/RECORD: unhashed
	// spam-1.0.dist-info/WHEEL: unchanged
	// spam/__init__.py: modified
	// spam/__pycache__/__init__.cpython-313.pyc: absent
}

const spamRecord = `../../../bin/spam,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
spam-1.0.dist-info/LICENSE,sha256=5dz_6Da27IpY5JJBm1UOZfuMvcMIUDl55drLM6x-o7c,3
spam-1.0.dist-info/RECORD,,
spam-1.0.dist-info/WHEEL,sha256=hPnzolO11CFKQQfo-cfRSowPfsQIecdrr39HeOvVHcE,19
spam/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
spam/__pycache__/__init__.cpython-313.pyc,,
`
