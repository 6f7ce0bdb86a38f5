// Package provenance says where an installed Python distribution came from.
// It reads and checks the two records that installers leave in a .dist-info
// directory, and weighs them against other evidence.
//
// # The two records
//
// direct_url.json (PEP 610) is there when somebody named a URL, a path or a
// repository: pip install https://…, ./project, git+https://…. It holds the
// URL and exactly one of archive_info, vcs_info and dir_info. Its hashes may be
// in the key hashes, in the older key hash, in both, or absent: uv writes none,
// PDM only the older one, Poetry only the newer one, pip both.
// The format is specified in [Recording the Direct URL Origin].
//
// provenance_url.json ([PEP 710], a draft) is its counterpart for what was
// installed by name, from an index or from --find-links. It holds exactly the
// URL of the file that was downloaded and at least one strong hash of it. Where
// that file is an sdist, the installed wheel was built from it, and the hash is
// the sdist's. The form of July 2024, with the key index_url, is read too.
//
// Neither record proves anything. Whoever can write to the environment can
// write them, and they name a file, not the installed bytes.
//
// # Which function
//
//   - [Read] is for a program that has a file system and a .dist-info directory,
//     and wants to know what is recorded there.
//   - [FromRecords] is for one that has read the files already, or wants to
//     know what is wrong with them.
//   - [ParseDirectURL] and [ParseProvenanceURL] are for one that is interested
//     in a record as it is written. They keep what can be used of a broken one.
//   - Validate of [DirectURL] and [ProvenanceURL] is strict: it reports all that
//     the specification forbids. Call it before writing a record.
//   - [Reconcile] is for one that has evidence from several places: these
//     records, an installation report, a lock file.
//   - [CleanURL] and [URLFilename] are for readers of other formats, which must
//     make their Origins by the same rules.
//
// # What comes out
//
// An [Origin] names a place. It is made without credentials, and it leaves out
// what its record does not say clearly: a digest of the wrong length, two
// digests that disagree, a commit that is the name of a branch. [Evidence] is
// an Origin with the [Class] of the claim and the file that makes it.
//
// Every departure from a specification is a [SpecError] with a stable code.
// Neither it nor an Origin ever holds a credential that can be recognised as
// one, bytes that are not UTF-8, or control characters.
//
// [Recording the Direct URL Origin]: https://packaging.python.org/en/latest/specifications/direct-url/
// [PEP 710]: https://peps.python.org/pep-0710/
package provenance
