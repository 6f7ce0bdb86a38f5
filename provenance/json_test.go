package provenance

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

var jsonCases = []string{
	`{}`, ` { } `, `{"a":1}`, `{"a":[1,{"b":null}],"c":true,"d":false}`, `{"a":"\u00e9\ud83d\ude00\n\/\\\""}`,
	`{"a":-0.5e+10}`, `{"a":0}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":NaN}`,
	`{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`, `{"a":"`, `{"a":"\`, `{"a":"\"`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1 "b":2}`,
	`{a:1}`, `{'a':1}`, `[1,2]`, `[1,]`, `[`, `]`, `{"a":[}`, `tru`, `truex`, `nul`, `"a"`, `1`, `{"a":1}x`, `{"a":1}{}`, "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}",
	"{\"a\"\u00a0:1}", "{\t\"a\"\r\n:1}", "\v{}", `{"a":/**/1}`, `{"\ud800":"\udc00"}`, `{"a":"\ud800\ud800\udc00"}`, ``, ` `, "\x00",
}

// encoding/json is the other opinion on what is JSON and what a string says.
func checkJSON(t *testing.T, data []byte) {
	r := report{}
	v, ok := r.readObject(data)
	if len(r.errs) > 0 && r.errs[0].Code == CodeTooLarge {
		return
	}
	plain := data
	if len(data) >= 3 && string(data[:3]) == "\ufeff" {
		plain = data[3:]
	}
	var want map[string]json.RawMessage
	err := json.Unmarshal(plain, &want)
	if wantOK := err == nil && want != nil; ok != wantOK {
		t.Fatalf("%q: %v, encoding/json: %v", data, ok, err)
	}
	if !ok {
		return
	}
	for key, raw := range want {
		if !plainText(key) {
			continue // encoding/json mends keys
		}
		got, there := v.lookup(key)
		if !there {
			t.Fatalf("%q: %q is missing", data, key)
		}
		var text string
		if json.Unmarshal(raw, &text) == nil && raw[0] == '"' {
			if got.kind != '"' || squeeze(got.text) != squeeze(cleanText(text)) {
				t.Fatalf("%q: %q is %q, want %q", data, key, got.text, text)
			}
		}
		if c := raw[0]; (c == '{') != (got.kind == '{') || (c == 'n') != (got.kind == 'n') || (c == 't') != (got.kind == 't') {
			t.Fatalf("%q: %q has kind %q", data, key, got.kind)
		}
	}
}

func plainText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r == '\ufffd' || unicode.IsControl(r) })
}

// squeeze makes runs of U+FFFD one: how many stand for broken bytes is open.
func squeeze(s string) string {
	for strings.Contains(s, "\ufffd\ufffd") {
		s = strings.ReplaceAll(s, "\ufffd\ufffd", "\ufffd")
	}
	return s
}

func TestJSON(t *testing.T) {
	for _, s := range jsonCases {
		checkJSON(t, []byte(s))
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range jsonCases {
		f.Add([]byte(s))
	}
	for _, c := range directURLCases {
		if len(c.data) < 1000 {
			f.Add([]byte(c.data))
		}
	}
	f.Fuzz(checkJSON)
}
