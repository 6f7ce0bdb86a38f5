package sbom

// Lossy names the fields of an inventory that the documents of both families
// leave out, and why; a name stands for all that is below it. Everything else
// is in them, if not always where it was, and not always letter for letter:
// line breaks become blanks, what is no URI is encoded. A test changes each
// field and looks for the change.
var Lossy = map[string]string{
	"Inventory.Schema":    "says what form the inventory had",
	"Root":                "where reads were confined to is a matter of the scan",
	"Warning":             "told on standard error",
	"Evidence.Name":       "the component's own",
	"Evidence.Version":    "the component's own",
	"Evidence.Origin":     "the one chosen is the component's; where another cannot hold beside it, the conflict says so",
	"Evidence.Candidates": "their number only: none of them was chosen",
}
