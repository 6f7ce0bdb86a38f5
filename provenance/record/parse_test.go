package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	emptySHA256 = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
	emptyHex    = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

var parseTests = []struct {
	name  string
	in    string
	want  []Entry
	codes []string
}{
	{"empty", "", nil, nil},
	{"one line", "a.py," + emptySHA256 + ",0\n", []Entry{{"a.py", "sha256", emptyHex, 0, 1}}, nil},
	{"no last end of line", "a.py," + emptySHA256 + ",0", []Entry{{"a.py", "sha256", emptyHex, 0, 1}}, nil},
	{"crlf", "a.py,,\r\nb.py,,7\r\n", []Entry{{"a.py", "", "", -1, 1}, {"b.py", "", "", 7, 2}}, nil},
	{"cr alone", "a.py,,\rb.py,,7\r", []Entry{{"a.py", "", "", -1, 1}, {"b.py", "", "", 7, 2}}, nil},
	{"cr, crlf and lf", "a,,\rb,,\r\nc,,\nd,,", []Entry{{"a", "", "", -1, 1}, {"b", "", "", -1, 2}, {"c", "", "", -1, 3}, {"d", "", "", -1, 4}}, nil},
	{"empty lines", "\n\na,,\n\r\n\nb,,\n", []Entry{{"a", "", "", -1, 3}, {"b", "", "", -1, 6}}, nil},
	{"comma in a name", "\"a,b.py\",,3\n", []Entry{{"a,b.py", "", "", 3, 1}}, nil},
	{"quote in a name", "\"a\"\"b.py\",,3\nc,,\n", []Entry{{`a"b.py`, "", "", 3, 1}, {"c", "", "", -1, 2}}, nil},
	{"quote inside a plain field", "a\"b\"c.py,,3\n", []Entry{{`a"b"c.py`, "", "", 3, 1}}, nil},
	{"text behind the closing quote", "\"a\"b,,3\n", []Entry{{"ab", "", "", 3, 1}}, nil},
	{"end of line in a name", "\"a\nb\r\nc\",,3\nd,,\n", []Entry{{"a\nb\r\nc", "", "", 3, 1}, {"d", "", "", -1, 4}}, nil},
	{"quote that never ends", "a,,\n\"b,,3\nc,,\n", []Entry{{"a", "", "", -1, 1}, {"b,,3\nc,,\n", "", "", -1, 2}}, []string{CodeLine, CodeLine}},
	{"all quoted", "\"a\",\"" + emptySHA256 + "\",\"0\"\n", []Entry{{"a", "sha256", emptyHex, 0, 1}}, nil},
	{"backslashes stay", `pkg\mod.py,,3`, []Entry{{`pkg\mod.py`, "", "", 3, 1}}, nil},
	{"directory", "pkg/__pycache__,,\npkg/,,\n", []Entry{{"pkg/__pycache__", "", "", -1, 1}, {"pkg/", "", "", -1, 2}}, nil},
	{"outside and absolute", "../../../bin/x,,\n/usr/bin/x,,\nC:/x,,\n", []Entry{{"../../../bin/x", "", "", -1, 1}, {"/usr/bin/x", "", "", -1, 2}, {"C:/x", "", "", -1, 3}}, nil},
	{"one field", "a.py\n", []Entry{{"a.py", "", "", -1, 1}}, []string{CodeLine}},
	{"four fields", "a.py,,3,x\n", []Entry{{"a.py", "", "", 3, 1}}, []string{CodeLine}},
	{"no path", "," + emptySHA256 + ",0\na,,\n", []Entry{{"a", "", "", -1, 2}}, []string{CodeLine}},
	{"size is no number", "a,,x\nb,,-1\nc,, 3\nd,,9223372036854775808\n", []Entry{{"a", "", "", -1, 1}, {"b", "", "", -1, 2}, {"c", "", "", -1, 3}, {"d", "", "", -1, 4}}, []string{CodeLine, CodeLine, CodeLine, CodeLine}},
	{"largest size", "a,,9223372036854775807\n", []Entry{{"a", "", "", 9223372036854775807, 1}}, nil},
	{"padded digest", "a," + emptySHA256 + "=,0\n", []Entry{{"a", "sha256", emptyHex, 0, 1}}, nil},
	{"upper case algorithm", "a," + strings.Replace(emptySHA256, "sha", "SHA", 1) + ",0\n", []Entry{{"a", "sha256", emptyHex, 0, 1}}, nil},
	{"md5", "a,md5=1B2M2Y8AsgTpgAmY7PhCfg,0\n", []Entry{{"a", "md5", "d41d8cd98f00b204e9800998ecf8427e", 0, 1}}, []string{CodeWeakHash}},
	{"sha1", "a,sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk,0\n", []Entry{{"a", "sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", 0, 1}}, []string{CodeWeakHash}},
	{"sha384", "a,sha384=OLBgp1GsljhM2TJ-sbHjaiH9txEUvgdDTAzHv2P24donTt6_529l-9Ua0vFImLlb,0\n", []Entry{{"a", "sha384",
		"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b", 0, 1}}, nil},
	{"unknown algorithm", "a,xxh64=AAAA,0\n", []Entry{{"a", "xxh64", "000000", 0, 1}}, nil},
	{"digest of another length", "a,sha256=AAAA,0\n", []Entry{{"a", "sha256", "", 0, 1}}, []string{CodeHash}},
	{"digest in hexadecimal", "a,sha256=" + emptyHex + ",0\n", []Entry{{"a", "sha256", "", 0, 1}}, []string{CodeHash}},
	{"digest in the other alphabet", "a," + strings.Replace(emptySHA256, "_", "/", 1) + ",0\n", []Entry{{"a", "sha256", "", 0, 1}}, []string{CodeHash}},
	{"digest missing", "a,sha256=,0\n", []Entry{{"a", "sha256", "", 0, 1}}, []string{CodeHash}},
	{"algorithm missing", "a,=AAAA,0\nb,AAAA,0\n", []Entry{{"a", "", "", 0, 1}, {"b", "", "", 0, 2}}, []string{CodeHash, CodeHash}},
	{"algorithm that is no word", "a,\x1b[2J=AAAA,0\n", []Entry{{"a", "", "", 0, 1}}, []string{CodeHash}},
	{"end of line in a digest", "a,\"sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NM\npJWZG3hSuFU\",0\n", []Entry{{"a", "sha256", "", 0, 1}}, []string{CodeHash}},
	{"twice the same", "b,,3\na,,\nb,,3\n", []Entry{{"b", "", "", 3, 1}, {"a", "", "", -1, 2}, {"b", "", "", 3, 3}}, []string{CodeDuplicate}},
	{"twice, differing", "a,,3\na,,4\n", []Entry{{"a", "", "", 3, 1}, {"a", "", "", 4, 2}}, []string{CodeDuplicate}},
	{"byte order mark", "\ufeffa,,\n", []Entry{{"a", "", "", -1, 1}}, []string{CodeEncoding}},
	{"not utf-8", "caf\xe9.py,,\nb,,\n", []Entry{{"café.py", "", "", -1, 1}, {"b", "", "", -1, 2}}, []string{CodeEncoding}},
	{"utf-16", "\xff\xfea\x00,\x00,\x003\x00\n\x00", []Entry{{"a", "", "", 3, 1}}, []string{CodeEncoding}},
	{"utf-16, big endian, half a character", "\xfe\xff\x00a\x00,\x00,\x00\n\x00", []Entry{{"a", "", "", -1, 1}}, []string{CodeEncoding}},
	{"non-ASCII", "pkg/日本語.py,,3\n", []Entry{{"pkg/日本語.py", "", "", 3, 1}}, nil},
	{"nul", "a\x00b,,3\n", []Entry{{"a\x00b", "", "", 3, 1}}, nil},
}

func TestParse(t *testing.T) {
	for _, test := range parseTests {
		t.Run(test.name, func(t *testing.T) {
			got, problems := Parse("x-1.dist-info/RECORD", []byte(test.in))
			if !slices.Equal(got, test.want) {
				t.Errorf("%q:\n got %+v\nwant %+v", test.in, got, test.want)
			}
			var codes []string
			for _, p := range problems {
				codes = append(codes, p.Code)
				if p.Path != "x-1.dist-info/RECORD" || p.Msg == "" {
					t.Errorf("problem %+v", p)
				}
			}
			if !slices.Equal(codes, test.codes) {
				t.Errorf("%q: codes %q, want %q", test.in, codes, test.codes)
			}
		})
	}
}

func TestParseLimits(t *testing.T) {
	entries, problems := Parse("R", make([]byte, maxRecord+1))
	if entries != nil || len(problems) != 1 || problems[0].Code != CodeTooLarge {
		t.Errorf("too many bytes: %d entries, %v", len(entries), problems)
	}
	entries, problems = Parse("R", bytes.Repeat([]byte("a,,\n"), maxEntries+1))
	if entries != nil || len(problems) != 1 || problems[0].Code != CodeTooLarge {
		t.Errorf("too many lines: %d entries, %v", len(entries), problems)
	}
	for _, hostile := range []string{"\r", "\"", ",", "\n", "a\r", "\"\"", "\",\"\n", ",\r\n\r"} { // each has to be read in linear time
		Parse("R", bytes.Repeat([]byte(hostile), maxRecord/64/len(hostile)))
	}
	_, problems = Parse("R", bytes.Repeat([]byte(",,\n"), 100))
	if len(problems) != sameKind+1 || problems[sameKind].Msg != "and 84 more like that" {
		t.Errorf("%d problems, the last one %v", len(problems), problems[len(problems)-1])
	}
}

// python runs a Python program on some input, or skips.
func python(t *testing.T, program string, in []byte, args ...string) []byte {
	t.Helper()
	exe, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	cmd := exec.Command(exe, append([]string{"-I", "-c", program}, args...)...)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, stderr.Bytes())
	}
	return out
}

// Rows must be what Python's csv module makes of the same text.
func TestRowsLikePython(t *testing.T) {
	texts := []string{}
	for _, test := range parseTests {
		if strings.ToValidUTF8(test.in, "") == test.in {
			texts = append(texts, strings.ReplaceAll(test.in, "\x00", "")) // csv before 3.11 refuses NUL
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b strings.Builder
		for range r.IntN(14) {
			b.WriteString([]string{"a", "b", ",", ",", "\"", "\"", "\n", "\r", "\r\n", "é"}[r.IntN(10)])
		}
		texts = append(texts, b.String())
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	out := python(t, `
import csv, io, json, sys
print(json.dumps([list(csv.reader(io.StringIO(t, newline=""))) for t in json.load(sys.stdin)]))`, in)
	var want [][][]string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		var got, python []string
		for rows := newRows(text); rows.scan(); {
			if rows.n > 0 {
				got = append(got, fmt.Sprintf("%d %q", rows.n, rows.fields[:min(rows.n, 3)]))
			}
		}
		for _, row := range want[i] {
			if len(row) > 0 {
				python = append(python, fmt.Sprintf("%d %q", len(row), row[:min(len(row), 3)]))
			}
		}
		if !slices.Equal(got, python) {
			t.Errorf("%q:\n   got %s\npython %s", text, got, python)
		}
	}
}

// What AppendTo writes is what Python's csv module writes.
func TestAppendTo(t *testing.T) {
	out := python(t, `
import csv, sys
w = csv.writer(sys.stdout, lineterminator="\n")
for row in [("a.py", "`+emptySHA256+`", 0), ("a,b", "", ""), ('a"b', "", 3), ("a\nb", "", 3), ("x y", "", "")]:
    w.writerow(row)`, nil)
	var got []byte
	for _, e := range []Entry{{"a.py", "sha256", emptyHex, 0, 7}, {"a,b", "", "", -1, 0}, {`a"b`, "", "", 3, 0}, {"a\nb", "", "", 3, 0}, {"x y", "sha256", "", -1, 0}} {
		got = e.AppendTo(got)
	}
	if string(got) != string(out) {
		t.Errorf("got %q, Python writes %q", got, out)
	}
}
