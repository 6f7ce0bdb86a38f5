package installed

// Problem says what was wrong with one file or directory. It is an error that
// concerns that place only: reading goes on behind it.
type Problem struct {
	Code string // stable, one of the Code constants
	Path string // with the prefix of its root, slash-separated
	Msg  string // lower case, without the path
}

func (p *Problem) Error() string { return p.Path + ": " + p.Msg }

// Codes of problems. They are part of every output and do not change.
const (
	CodeLeftover       = "dist-info-leftover" // pip renames to ~name before it removes; an interrupted removal leaves it
	CodeCorrupt        = "dist-info-corrupt"  // neither METADATA nor RECORD: not a distribution
	CodeShadowed       = "dist-info-shadowed" // another one of the same name comes first
	CodeNoMetadata     = "metadata-missing"   // name and version are those of the directory
	CodeNameMismatch   = "metadata-name"      // the directory and METADATA name different distributions
	CodeMetadataHeader = "metadata-header"    // a line that Python's parser would not have read past
	CodeMetadataCoding = "metadata-encoding"  // not UTF-8
	CodeTooLarge       = "file-too-large"     // more than is read of such a file
	CodeNotRegular     = "file-not-regular"   // a FIFO, a device, a directory where a file belongs
	CodeUnreadable     = "unreadable"         // permission, input/output error
	CodeLinkRefused    = "link-refused"       // a link that leads out of the root, or into a loop
	CodePyvenvCfg      = "pyvenv-cfg"         // pyvenv.cfg says something that cannot be used
	CodeBaseMissing    = "base-not-read"      // the base interpreter's packages belong to the environment and were not read
)
