// Package lockfile reads lock files and answers which of the files that a lock
// lists an installed distribution would be.
//
// A lock says what an installer would choose and not what one chose: what comes
// out is evidence of class Locked where exactly one file is left, and of class
// Candidate, with nothing chosen, where several are. It never is a claim of
// where a distribution came from.
//
// # Use
//
//	lock, err := lockfile.Parse("uv.lock", data, nil)
//	evidence, warning := lock.Resolve(dist, env)
//
// [Parse] finds the format by the file's name, else by its content; [Detect]
// only asks. [Lock.Resolve] is for one distribution, [Lock.Check] tells whether
// the lock is meant for this Python at all. A [Lock] holds what a lock says in
// one shape for all formats; what each format leaves out is told at its reader:
//
//	               URL         filename   hash         index
//	pylock         yes         yes        yes          if the writer names it
//	uv             yes         yes        yes          yes
//	poetry         no          yes        yes          only a private one
//	pdm            if static   yes        yes          no
//	pipenv         no          no         bare lists   yes
//	requirements   no          no         bare lists   if annotated, or the only one
//
// # How one file is chosen
//
// Version and name select the entries, and the entries' markers leave out those
// that are for another environment. Among the files that remain,
//
//  1. the wheels whose name expands to exactly the tags of the installed WHEEL
//     file, and which have its build number;
//  2. else wheels that share a tag with it;
//  3. else, and always for what is known to have been built locally, the
//     sdists, unless all tags are manylinux or musllinux: no build makes such;
//  4. else wheels that may be the same in spite of their tags: a WHEEL file that
//     says "any" or "linux_x86_64" of a wheel that was published under a more
//     narrow name. These are never more than candidates, and where WHEEL says
//     "any" the sdists are no more than that beside them.
//
// Bare hashes do not say which file they are of. One alone is the file; several
// are candidates without names.
package lockfile
