package record

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Every real RECORD at hand must read as importlib.metadata reads it.
func TestLikeImportlib(t *testing.T) {
	examples := filepath.Join("..", "..", "..", "shared", "data", "examples", "dist-info")
	records, err := filepath.Glob(filepath.Join(examples, "*", "*.dist-info", "RECORD"))
	if err != nil || len(records) == 0 {
		t.Skip("no examples here")
	}
	type file struct {
		Path, Algorithm, Digest string
		Size                    int64
	}
	var want [][]file
	out := python(t, `
import base64, json, pathlib, sys
from importlib.metadata import PathDistribution

class Whole(PathDistribution):
    def locate_file(self, path):
        return pathlib.Path("/")  # since 3.12 files that are not there are left out

def plain(f):
    mode, digest = "", ""
    if f.hash:
        mode = f.hash.mode
        digest = base64.urlsafe_b64decode(f.hash.value + "=" * (-len(f.hash.value) % 4)).hex()
    return {"Path": str(f), "Algorithm": mode, "Digest": digest, "Size": -1 if f.size is None else f.size}

print(json.dumps([[plain(f) for f in Whole(pathlib.Path(a).parent).files] for a in sys.argv[1:]]))`, nil, records...)
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, name := range records {
		data, err := os.ReadFile(name)
		must(t, err)
		entries, problems := Parse(name, data)
		for _, p := range problems {
			t.Error(p)
		}
		var got []file
		for _, e := range entries {
			got = append(got, file{e.Path, e.Algorithm, e.Digest, e.Size})
		}
		if len(got) == 0 || !slices.Equal(got, want[i]) {
			t.Errorf("%s: got %d lines %+v\nimportlib %d %+v", name, len(got), got, len(want[i]), want[i])
		}
		t.Logf("%s: %d", name, len(got))
	}
}
