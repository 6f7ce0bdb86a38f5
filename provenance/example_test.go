package provenance_test

import (
	"fmt"
	"testing/fstest"

	"github.com/pysbom/pysbom/provenance"
)

func ExampleParseProvenanceURL() {
	p, err := provenance.ParseProvenanceURL([]byte(`{
		"url": "https://alice:secret@files.example.org/pip-23.0.1-py3-none-any.whl",
		"archive_info": {"hashes": {
			"md5": "d41d8cd98f00b204e9800998ecf8427e",
			"sha256": "236bcb61156d76c4b8a05821b988c7b8c35bf0da28a4b614e8d6ab5212c25c6f"
		}}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	origin := p.Origin()
	fmt.Println(origin.Kind, origin.Artifact.URL)
	fmt.Println(origin.Artifact.Hashes)
	fmt.Println(p.Validate())
	// Output:
	// index https://files.example.org/pip-23.0.1-py3-none-any.whl
	// map[sha256:236bcb61156d76c4b8a05821b988c7b8c35bf0da28a4b614e8d6ab5212c25c6f]
	// provenance_url.json: url: holds credentials (PEP 710)
	// provenance_url.json: archive_info.hashes.md5: must not be used (PEP 710)
}

func ExampleRead() {
	site := fstest.MapFS{
		"idna-3.20.dist-info/direct_url.json": {Data: []byte(`{
			"url": "https://git.example.org/idna.git",
			"vcs_info": {
				"vcs": "git",
				"requested_revision": "v3.20",
				"commit_id": "7921be1537eac1e97bc40179a57f0349c2aee67d"
			}
		}`)},
	}
	evidence, err := provenance.Read(site, "idna-3.20.dist-info")
	if err != nil {
		fmt.Println(err)
	}
	for _, e := range evidence {
		fmt.Println(e.Class, e.File)
		fmt.Println(e.Origin.Kind, e.Origin.Artifact.URL, e.Origin.Commit.ID)
	}
	// Output:
	// recorded idna-3.20.dist-info/direct_url.json
	// vcs https://git.example.org/idna.git 7921be1537eac1e97bc40179a57f0349c2aee67d
}

func ExampleReconcile() {
	const file = "six-1.17.0-py2.py3-none-any.whl"
	origin, class, conflicts := provenance.Reconcile([]provenance.Evidence{
		{
			Class: provenance.Locked, Source: "uv.lock",
			Origin: provenance.Origin{Kind: provenance.KindIndex, Artifact: provenance.Artifact{
				URL: "https://files.example.org/" + file, Filename: file, Hashes: provenance.Hashes{"blake2s": "00ff"},
			}},
		},
		{
			Class: provenance.Recorded, Source: provenance.ProvenanceURLFile,
			Origin: provenance.Origin{Kind: provenance.KindIndex, Artifact: provenance.Artifact{
				URL: "https://mirror.example.org/" + file, Filename: file, Hashes: provenance.Hashes{"blake2s": "4721"},
			}},
		},
	})
	fmt.Println(class, origin.Artifact.URL)
	for _, c := range conflicts {
		fmt.Println(c)
	}
	// Output:
	// recorded https://mirror.example.org/six-1.17.0-py2.py3-none-any.whl
	// artifact.hashes.blake2s: 4721 (provenance_url.json), but 00ff (uv.lock)
}
