package pipreport_test

import (
	"fmt"

	"github.com/pysbom/pysbom/provenance/pipreport"
)

func ExampleParse() {
	report, err := pipreport.Parse("report.json", []byte(`{
		"version": "1",
		"pip_version": "26.3",
		"install": [{
			"download_info": {
				"url": "https://alice:secret@files.example.org/MarkupSafe-3.0.4.tar.gz",
				"archive_info": {"hash": "sha256=2e9ad7dd851bf45fab9f75cbff4cb493fee9979e8d8c7c9c3ee119022518edd6"}
			},
			"is_direct": false,
			"requested": true,
			"metadata": {"name": "MarkupSafe", "version": "3.0.4"}
		}],
		"environment": {"python_full_version": "3.11.7", "sys_platform": "linux"}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, ev := range report.Evidence() {
		fmt.Println(ev.Name, ev.Version, ev.Class, ev.Origin.Kind, ev.Origin.Artifact.URL, ev.Origin.BuiltLocally)
	}
	for _, w := range report.Warnings {
		fmt.Println(w.Error())
	}
	fmt.Println(report.Environment["python_full_version"])
	// Output:
	// markupsafe 3.0.4 reported index https://files.example.org/MarkupSafe-3.0.4.tar.gz true
	// report.json:4: install[0].download_info.url: holds credentials (markupsafe)
	// 3.11.7
}
