package pep508

// An Environment holds the values of the marker variables. An empty field is a
// value that is not known.
type Environment struct {
	OSName                       string `json:"os_name,omitempty"`
	SysPlatform                  string `json:"sys_platform,omitempty"`
	PlatformMachine              string `json:"platform_machine,omitempty"`
	PlatformPythonImplementation string `json:"platform_python_implementation,omitempty"`
	PlatformRelease              string `json:"platform_release,omitempty"`
	PlatformSystem               string `json:"platform_system,omitempty"`
	PlatformVersion              string `json:"platform_version,omitempty"`
	PythonVersion                string `json:"python_version,omitempty"`
	PythonFullVersion            string `json:"python_full_version,omitempty"`
	ImplementationName           string `json:"implementation_name,omitempty"`
	ImplementationVersion        string `json:"implementation_version,omitempty"`
}

// A variable is a name that a marker may use; literal is a quoted string.
type variable uint8

const (
	literal variable = iota
	osName
	sysPlatform
	platformMachine
	platformPythonImplementation
	platformRelease
	platformSystem
	platformVersion
	pythonVersion
	pythonFullVersion
	implementationName
	implementationVersion
	extra
	extras
	dependencyGroups
)

var variableNames = [...]string{
	osName:                       "os_name",
	sysPlatform:                  "sys_platform",
	platformMachine:              "platform_machine",
	platformPythonImplementation: "platform_python_implementation",
	platformRelease:              "platform_release",
	platformSystem:               "platform_system",
	platformVersion:              "platform_version",
	pythonVersion:                "python_version",
	pythonFullVersion:            "python_full_version",
	implementationName:           "implementation_name",
	implementationVersion:        "implementation_version",
	extra:                        "extra",
	extras:                       "extras",
	dependencyGroups:             "dependency_groups",
}

// variableNamed knows the old names too. It returns literal for a name that is
// no variable's.
func variableNamed(name string) variable {
	switch name {
	case "os_name", "os.name":
		return osName
	case "sys_platform", "sys.platform":
		return sysPlatform
	case "platform_machine", "platform.machine":
		return platformMachine
	case "platform_python_implementation", "platform.python_implementation", "python_implementation":
		return platformPythonImplementation
	case "platform_release":
		return platformRelease
	case "platform_system":
		return platformSystem
	case "platform_version", "platform.version":
		return platformVersion
	case "python_version":
		return pythonVersion
	case "python_full_version":
		return pythonFullVersion
	case "implementation_name":
		return implementationName
	case "implementation_version":
		return implementationVersion
	case "extra":
		return extra
	case "extras":
		return extras
	case "dependency_groups":
		return dependencyGroups
	}
	return literal
}

// isVersion reports whether the variable's values are compared as versions
// where they are such.
func (v variable) isVersion() bool {
	switch v {
	case platformRelease, pythonVersion, pythonFullVersion, implementationVersion:
		return true
	}
	return false
}

// isSet reports whether the variable's values are sets of names.
func (v variable) isSet() bool { return v == extras || v == dependencyGroups }

// inEnvironment reports whether an Environment has a field for the variable.
func (v variable) inEnvironment() bool { return osName <= v && v <= implementationVersion }

// value is empty where the value is not known, and for the variables that an
// Environment does not hold. A nil Environment knows nothing.
func (e *Environment) value(v variable) string {
	if e == nil {
		return ""
	}
	switch v {
	case osName:
		return e.OSName
	case sysPlatform:
		return e.SysPlatform
	case platformMachine:
		return e.PlatformMachine
	case platformPythonImplementation:
		return e.PlatformPythonImplementation
	case platformRelease:
		return e.PlatformRelease
	case platformSystem:
		return e.PlatformSystem
	case platformVersion:
		return e.PlatformVersion
	case pythonVersion:
		return e.PythonVersion
	case pythonFullVersion:
		return e.PythonFullVersion
	case implementationName:
		return e.ImplementationName
	case implementationVersion:
		return e.ImplementationVersion
	}
	return ""
}
