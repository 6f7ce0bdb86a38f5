// Package record reads the RECORD of an installed distribution and compares it
// with the files that are there.
//
// RECORD is a CSV file in the .dist-info directory, one line for each
// installed file: its path, a hash and a size. A wheel carries one of its own;
// installers rewrite it, as they add files (INSTALLER, scripts, byte code) and
// put others elsewhere (the .data directories).
//
//   - [Parse] is for a program that has the bytes, of a wheel's or of an
//     installed RECORD.
//   - [Files] is for one that wants to know which files a distribution owns,
//     and where they lie.
//   - [Verifier.Verify] tells which of them were modified or removed since.
//   - [Verifier.NewMatcher] and [Matcher.Compare] tell whether what is
//     installed has the content of a given wheel.
//   - [Verifier.Choose] decides which of two .dist-info directories of one name
//     is the live one.
//
// # What a hash in RECORD proves
//
// That the file is the one that the installer wrote, as long as nobody changed
// RECORD too: it is not signed and lies beside the files it speaks of. Equality
// with a wheel's RECORD is content, not origin: the same wheel may have been
// built from the sdist, or come from another index. What has no hash is not
// compared at all: byte code in __pycache__, and the scripts that an installer
// makes for entry points.
//
// All reads go through the file system of an [installed.Site], regular files
// only, and nothing that a path in RECORD says leads out of it.
//
//   - https://packaging.python.org/en/latest/specifications/recording-installed-packages/
//   - https://packaging.python.org/en/latest/specifications/binary-distribution-format/
//   - https://peps.python.org/pep-0815/ (RECORD.jws and RECORD.p7s are no longer written)
package record
