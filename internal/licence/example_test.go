package licence_test

import (
	"fmt"

	"github.com/pysbom/pysbom/internal/licence"
)

func ExampleDeclared() {
	l, err := licence.Declared("", []string{
		"Programming Language :: Python :: 3",
		"License :: OSI Approved :: MIT License",
		"License :: OSI Approved :: BSD License",
	}, "")
	fmt.Println(l, err)
	fmt.Println(l.SPDX()) // no header says whether it is AND or OR

	l, err = licence.Declared("mit or bsd", nil, "")
	fmt.Println(l, err)
	// Output:
	// MIT; BSD License <nil>
	// NOASSERTION []
	// mit or bsd License-Expression: column 8: "bsd" is not a licence of the SPDX list
}
