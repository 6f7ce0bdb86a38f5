package pep508_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pysbom/pysbom/internal/pep508"
)

// linux lacks PlatformRelease and PlatformVersion.
var linux = pep508.Environment{
	OSName:                       "posix",
	SysPlatform:                  "linux",
	PlatformMachine:              "x86_64",
	PlatformPythonImplementation: "CPython",
	PlatformSystem:               "Linux",
	PythonVersion:                "3.12",
	PythonFullVersion:            "3.12.3",
	ImplementationName:           "cpython",
	ImplementationVersion:        "3.12.3",
}

const (
	no      = pep508.False
	unknown = pep508.Unknown
	yes     = pep508.True
)

// markers have their value on linux with the extra "Foo_Bar" asked for.
var markers = []struct {
	text  string
	print string // "" for text itself
	want  pep508.Truth
}{
	// How they are read and printed.
	{"os_name=='posix'", `os_name == "posix"`, yes},
	{"'posix'==os_name", `"posix" == os_name`, yes},
	{` ( ( os_name == "nt" ) ) `, `os_name == "nt"`, no},
	{`(os_name == "nt" and os_name == "posix")`, `os_name == "nt" and os_name == "posix"`, no},
	{`((os_name == "nt") or (os_name == "posix"))`, `os_name == "nt" or os_name == "posix"`, yes},
	{`((os_name == "nt" or (os_name == "nt")) and (os_name == "posix"))`, `(os_name == "nt" or os_name == "nt") and os_name == "posix"`, no},
	{`os_name == "posix" or os_name == "nt" and os_name == "nt"`, "", yes},
	{`(os_name == "posix" or os_name == "nt") and os_name == "nt"`, "", no},
	{`os_name == "nt" and os_name == "nt" or os_name == "posix"`, "", yes},
	{"os.name == 'posix'", `os_name == "posix"`, yes},
	{"sys.platform == 'linux'", `sys_platform == "linux"`, yes},
	{"platform.machine == 'x86_64'", `platform_machine == "x86_64"`, yes},
	{"platform.version == ''", `platform_version == ""`, unknown},
	{"platform.python_implementation == 'CPython'", `platform_python_implementation == "CPython"`, yes},
	{"python_implementation == 'CPython'", `platform_python_implementation == "CPython"`, yes},
	{`os_name == 'say "x"'`, "", no},
	{`os_name == "it's"`, "", no},
	{`os_name == "it\'s"`, `os_name == "it's"`, no},
	{`os_name == "\x70os\151x"`, `os_name == "posix"`, yes},
	{`os_name == "\d"`, "", no},
	{`os_name == "\\d"`, `os_name == "\d"`, no},
	{`os_name == "\\x70"`, "", no},
	{`os_name == "a\nb\0"`, `os_name == "a\nb\x00"`, no},
	{`os_name == "\x22'"`, "", no},
	{`os_name == '\q\a\b\f\r\t\v\"'`, "os_name == \"\\\\q\a\b\f\\r\t\v\\x22\"", no},
	{"os_name == 'po\\\r\nsix'", `os_name == "posix"`, yes},
	{"os_name == 'po\\\nsix'", `os_name == "posix"`, yes},
	{`os_name == "\u00e9\U0001F600"`, `os_name == "é😀"`, no},

	// Versions.
	{`python_version >= "3.8"`, "", yes},
	{`python_version > "3.12"`, "", no},
	{`python_version > "3"`, "", yes},
	{`python_version < "3.9"`, "", no},
	{`python_version == "3.12.0"`, "", yes},
	{`python_version == "3.12.*"`, "", yes},
	{`python_version != "3.12"`, "", no},
	{`python_version ~= "3.8"`, "", yes},
	{`python_version === "3.12"`, "", yes},
	{`python_version === "3.12.0"`, "", no},
	{`python_version >= " 3.8 "`, "", yes},
	{`python_version < "=3.12"`, "", yes},
	{`"3.6" <= python_version`, "", yes},
	{`"3.13" <= python_version`, "", no},
	{`"3.12.*" == python_version`, "", no},
	{`python_full_version < "3.12.3rc1"`, "", no},
	{`implementation_version >= "3.12.3"`, "", yes},
	// Not versions: equal or not.
	{`python_version >= "3.8.*"`, "", no},
	{`python_version >= "three"`, "", no},
	{`python_version != "three"`, "", yes},
	{`python_version ~= "3"`, "", unknown},
	{`python_version in "3.11 3.12"`, "", yes},
	{`python_version not   in '2.6 2.7'`, `python_version not in "2.6 2.7"`, yes},
	{`"3" in python_version`, "", yes},
	// Strings.
	{`sys_platform >= "linux"`, "", yes},
	{`sys_platform <= "linux"`, "", yes},
	{`sys_platform > "a"`, "", no},
	{`sys_platform < "z"`, "", no},
	{`sys_platform != "win32"`, "", yes},
	{`"lin" in sys_platform`, "", yes},
	{`sys_platform in "linux darwin"`, "", yes},
	{`sys_platform ~= "linux"`, "", unknown},
	{`sys_platform === "linux"`, "", unknown},
	{`platform_machine >= "3"`, "", no},
	// Two variables, two literals.
	{`os_name == os_name`, "", no},
	{`os_name in os_name`, "", no},
	{`"a" == "a"`, "", unknown},

	// Extras.
	{`extra == "foo_bar"`, `extra == "foo-bar"`, yes},
	{`"FOO.bar" == extra`, `"foo-bar" == extra`, yes},
	{`extra != "foo-bar"`, "", no},
	{`extra == "foo"`, "", no},
	{`extra in "x foo-bar"`, "", yes},
	{`extra == "foo-bar" and python_version >= "3.9"`, "", yes},
	{`"foo-bar" in extras`, "", unknown},
	{`"Foo" in dependency_groups`, `"foo" in dependency_groups`, unknown},

	// Unknown values.
	{`platform_release >= "6"`, "", unknown},
	{`"6" <= platform_release`, "", unknown},
	{`os_name == "nt" and platform_release >= "6"`, "", no},
	{`platform_release >= "6" and os_name == "nt"`, "", no},
	{`os_name == "posix" and platform_release >= "6"`, "", unknown},
	{`os_name == "posix" or platform_release >= "6"`, "", yes},
	{`platform_release >= "6" or os_name == "posix"`, "", yes},
	{`platform_release >= "6" or os_name == "nt"`, "", unknown},
	{`os_name == "nt" and (platform_release >= "6" or platform_version == "x")`, "", no},
}

var notMarkers = []struct{ text, err string }{
	{"", `marker "": column 1: expected a marker variable or a quoted string`},
	{"os_name", "column 8: expected an operator"},
	{"os_name == ", "column 12: expected a marker variable or a quoted string"},
	{"os_name = 'x'", "column 9: expected an operator"},
	{"os_name == 'x", "column 12: expected a closing quote"},
	{"os_name == posix", "column 12: expected a marker variable or a quoted string"},
	{"os_namex == 'x'", "column 1: expected a marker variable or a quoted string"},
	{"os_name == 'x' and", "column 19: expected a marker variable or a quoted string"},
	{"os_name == 'x' AND os_name == 'y'", `column 16: expected "and", "or" or the end`},
	{"os_name == 'x' 'y'", `column 16: expected "and", "or" or the end`},
	{"os_name == 'x')", `column 15: expected "and", "or" or the end`},
	{"(os_name == 'x'", `column 16: expected "and", "or" or ')'`},
	{"()", "column 2: expected a marker variable or a quoted string"},
	{"os_name not 'x'", `column 13: expected "in" after "not"`},
	{"os_name notin 'x'", "column 9: expected an operator"},
	{"os_name inn 'x'", "column 9: expected an operator"},
	{"os_name ==== 'x'", "column 12: expected a marker variable or a quoted string"},
	{"os_name == 'x'\n", `column 15: expected "and", "or" or the end`},
	{"os_name == 'x\ny'", "column 12: not a string literal of Python"},
	{`os_name == 'x\'`, "column 12: not a string literal of Python"},
	{`os_name == '\x4'`, "column 12: not a string literal of Python"},
	{`os_name == '\N{DASH}'`, "column 12: not a string literal of Python"},
	{`os_name == '\u12'`, "column 12: not a string literal of Python"},
	{`os_name == '\U00110000'`, "column 12: not a string literal of Python"},
	{`os_name == '\ud800'`, "column 12: not a string literal of Python"}, // it is, but no text of ours
	{"os_name == 'x\x00'", "column 12: not a string literal of Python"},
	{strings.Repeat("(", 1000), "column 502: parentheses nested too deep"},
}

func mustParse(t testing.TB, text string) *pep508.Marker {
	t.Helper()
	m, err := pep508.ParseMarker(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMarkers(t *testing.T) {
	for _, test := range markers {
		m, err := pep508.ParseMarker(test.text)
		if err != nil {
			t.Errorf("ParseMarker(%q): %v", test.text, err)
			continue
		}
		want := test.print
		if want == "" {
			want = test.text
		}
		if got := m.String(); got != want {
			t.Errorf("%q prints as %q, want %q", test.text, got, want)
		}
		if got := m.Evaluate(&linux, "Foo_Bar"); got != test.want {
			t.Errorf("%q is %v, want %v", test.text, got, test.want)
		}
	}
	for _, test := range notMarkers {
		m, err := pep508.ParseMarker(test.text)
		if err == nil {
			t.Errorf("ParseMarker(%q) = %q, want an error", test.text, m)
		} else if !strings.HasSuffix(err.Error(), test.err) {
			t.Errorf("ParseMarker(%q): %v, want …%s", test.text, err, test.err)
		}
	}
}

func TestNestedGroups(t *testing.T) {
	text := strings.Repeat("(", 500) + "os_name == 'posix'" + strings.Repeat(")", 500)
	if m := mustParse(t, text); m.String() != `os_name == "posix"` || m.Evaluate(&linux, "") != yes {
		t.Errorf("500 parentheses: %q", m)
	}
}

// An interpreter built between releases has a "+" after its version.
func TestDevelopmentInterpreter(t *testing.T) {
	env := pep508.Environment{PythonFullVersion: "3.14.0a1+"}
	for text, want := range map[string]pep508.Truth{
		`python_full_version >= "3.14.0a1"`:        yes,
		`python_full_version == "3.14.0a1+local"`:  yes,
		`python_full_version === "3.14.0a1+local"`: yes,
		`"3.14.0a1" == python_full_version`:        no,
	} {
		if got := mustParse(t, text).Evaluate(&env, ""); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestPlatformRelease(t *testing.T) {
	for release, want := range map[string]pep508.Truth{"6.1.0": yes, "5.15": no, "6.1.0-18-amd64": no, "6.1.0-18": yes, "": unknown} {
		env := pep508.Environment{PlatformRelease: release}
		if got := mustParse(t, `platform_release >= "6.1"`).Evaluate(&env, ""); got != want {
			t.Errorf("platform_release %q: %v, want %v", release, got, want)
		}
	}
}

func TestEvaluateAny(t *testing.T) {
	for _, test := range []struct {
		text   string
		extras string
		want   pep508.Truth
	}{
		{`extra == "a"`, "", no},
		{`extra == "a"`, "b A", yes},
		{`extra == "a"`, "b c", no},
		{`extra == "a" or extra == "b"`, "b", yes},
		{`extra == "a" and extra == "b"`, "a b", no}, // one extra at a time
		{`extra != "a"`, "a", yes},                   // true with no extra
		{`os_name == "posix"`, "", yes},
		{`os_name == "nt"`, "a", no},
		{`extra == "a" and platform_release >= "6"`, "", no},
		{`extra == "a" and platform_release >= "6"`, "a", unknown},
		{`extra == "a" and platform_release >= "6" or extra == "b"`, "a b", yes},
	} {
		if got := mustParse(t, test.text).EvaluateAny(&linux, strings.Fields(test.extras)); got != test.want {
			t.Errorf("%q with extras %q is %v, want %v", test.text, test.extras, got, test.want)
		}
	}
}

func TestEvaluateLock(t *testing.T) {
	extras, groups := []string{"Foo_Bar", "x"}, []string{"dev.group"}
	for text, want := range map[string]pep508.Truth{
		`"foo-bar" in extras`:                            yes,
		`"FOO.BAR" in extras`:                            yes,
		`"foo" in extras`:                                no,
		`"foo" not in extras`:                            yes,
		`"Dev-Group" in dependency_groups`:               yes,
		`"x" in dependency_groups`:                       no,
		`"x" in extras and "x" not in dependency_groups`: yes,
		`"x" == extras`:                                  no,
		`"x" >= extras`:                                  no,
		`"x" != extras`:                                  yes,
		`"x" < extras`:                                   no,
		`"x" ~= extras`:                                  unknown,
		`extras == "x"`:                                  unknown,
		`extras in "x"`:                                  unknown,
		`extra == "x"`:                                   unknown,
		`os_name == "nt" and extra == "x"`:               no,
		`python_version >= "3.9" and "x" in extras`:      yes,
		`os_name in extras`:                              no, // the name "extras" is compared
		`"x" in dependency_groups or platform_release == "6"`:     unknown,
		`"x" in extras or platform_release == "6"`:                yes,
		`"x" not in dependency_groups and "x" not in extras`:      no,
		`("x" in extras or "y" in extras) and os_name=='posix'`:   yes,
		`"dev-group" in dependency_groups and os_name == 'posix'`: yes,
	} {
		if got := mustParse(t, text).EvaluateLock(&linux, extras, groups); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
	if got := mustParse(t, `"x" in extras`).EvaluateLock(&linux, nil, nil); got != no {
		t.Errorf("nothing chosen: %v", got)
	}
}

func TestUnknown(t *testing.T) {
	for text, want := range map[string]string{
		`os_name == "nt"`:             "",
		`platform_release >= "6"`:     "platform_release",
		`"6" <= platform_release`:     "platform_release",
		`extra == "x"`:                "",
		`"x" in extras`:               "",
		`os_name ~= "x"`:              "",
		`os_name == platform_release`: "",
		`platform_version == "b" and (os_name == "nt" or platform_release == "a" or platform_version == "c")`: "platform_version platform_release",
	} {
		if got := strings.Join(mustParse(t, text).Unknown(&linux), " "); got != want {
			t.Errorf("%q does not know %q, want %q", text, got, want)
		}
	}
	if got := mustParse(t, `os_name == "nt"`).Unknown(nil); !slices.Equal(got, []string{"os_name"}) {
		t.Errorf("of no environment %q is unknown", got)
	}
}

func TestMentions(t *testing.T) {
	m := mustParse(t, `os_name == "nt" or (python_version < "3" and "x" == extra)`)
	for name, want := range map[string]bool{
		"os_name": true, "os.name": true, "python_version": true, "extra": true,
		"python_full_version": false, "extras": false, "x": false, "": false,
	} {
		if got := m.Mentions(name); got != want {
			t.Errorf("Mentions(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestTruth(t *testing.T) {
	if got := fmt.Sprint(no, unknown, yes); got != "false unknown true" {
		t.Error(got)
	}
}

func TestNilMarker(t *testing.T) {
	var m *pep508.Marker
	if m.Evaluate(nil, "x") != yes || m.EvaluateAny(nil, nil) != yes || m.EvaluateLock(nil, nil, nil) != yes {
		t.Error("a nil Marker is not true")
	}
	if m.String() != "" || m.Mentions("extra") || m.Unknown(nil) != nil {
		t.Error("a nil Marker says something")
	}
}

func TestEnvironmentJSON(t *testing.T) {
	data, err := json.Marshal(linux)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"os_name":"posix","sys_platform":"linux","platform_machine":"x86_64","platform_python_implementation":"CPython",` +
		`"platform_system":"Linux","python_version":"3.12","python_full_version":"3.12.3","implementation_name":"cpython","implementation_version":"3.12.3"}`
	if string(data) != want {
		t.Errorf("%s, want %s", data, want)
	}
}

// Every field is a marker variable, and its JSON name is the variable's.
func TestEnvironmentFields(t *testing.T) {
	for i := range reflect.TypeFor[pep508.Environment]().NumField() {
		var env pep508.Environment
		reflect.ValueOf(&env).Elem().Field(i).SetString("here")
		name, _, _ := strings.Cut(reflect.TypeFor[pep508.Environment]().Field(i).Tag.Get("json"), ",")
		m := mustParse(t, name+` in "x here y"`)
		if m.Evaluate(&env, "") != yes || m.Unknown(&env) != nil || !slices.Equal(m.Unknown(nil), []string{name}) {
			t.Errorf("%s is not the field of its name", name)
		}
	}
}

func FuzzMarker(f *testing.F) {
	for _, test := range markers {
		f.Add(test.text, "x")
	}
	for _, test := range notMarkers {
		f.Add(test.text, "Foo_Bar")
	}
	f.Fuzz(func(t *testing.T, text, extra string) {
		m, err := pep508.ParseMarker(text)
		if err != nil {
			return
		}
		again, err := pep508.ParseMarker(m.String())
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Fatalf("%q prints as %q, which is read as %q: %v", text, m, again, err)
		}
		got := m.Evaluate(&linux, extra)
		if got == unknown {
			return
		}
		// What is known stays so when more is known.
		full := linux
		full.PlatformRelease, full.PlatformVersion = "6.1.0", "#1 SMP"
		if more := m.Evaluate(&full, extra); more != got {
			t.Errorf("%q is %v, and %v in a fuller environment", text, got, more)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	for _, text := range []string{`python_version >= "3.11"`, `extra == "test"`, `sys_platform == "win32" and python_version < "3.8"`} {
		m := mustParse(b, text)
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Evaluate(&linux, "docs")
			}
		})
	}
}
