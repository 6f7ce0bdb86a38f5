// Package installed finds Python environments in a file system and reads the
// distributions that are installed in them.
//
// [Find] yields the environments below a [Root], [Environment.Distributions]
// what is installed in one. Nothing is executed and nothing is written; all
// reads go through the [io/fs.FS] of a root, so that a directory, a container
// image and an archive are the same to it. [OpenDir] opens a directory such
// that no link leads out of it.
//
// What is read of a distribution is its .dist-info directory: the headers of
// METADATA, WHEEL, INSTALLER, REQUESTED and the two origin records, whose
// bytes are handed on unread (package provenance understands them).
//
//   - https://packaging.python.org/en/latest/specifications/recording-installed-packages/
//   - https://packaging.python.org/en/latest/specifications/core-metadata/
//   - https://docs.python.org/3/library/venv.html (pyvenv.cfg: PEP 405)
package installed
