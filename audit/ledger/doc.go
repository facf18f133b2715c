// Package ledger keeps audit entries in files to which one can only append,
// such that nobody can change, remove, insert or reorder an entry unnoticed.
//
// # How it works
//
// The entries are the leaves of a Merkle tree, that of RFC 6962, as Go's own
// checksum database has it (golang.org/x/mod/sumdb/tlog). Now and then the log
// signs a head: the number of its entries and the hash of the whole tree
// (golang.org/x/mod/sumdb/note). From then on no entry before it can differ
// without the hash being another. A head that somebody else keeps makes it
// impossible to cut the log off, or to put an older copy in its place.
//
//	log, err := ledger.Open("audit", signer, note.VerifierList(verifier))
//	number, err := log.Append(ctx, entry)
//	report, err := ledger.Verify("audit", note.VerifierList(verifier), keptHead)
//
// # The files
//
// A folder holds one log. Files named for their first entry, such as
// 0000000000000000000.jsonl, are lines of JSON: entries with their number and
// hash, and signed heads between them. They are all that counts. The file
// hashes has the nodes of the tree; it is made anew from the entries if it is
// lost, unless entries were dropped. The file lock is empty.
//
// # What it does not do
//
// Whoever has the private key can write another history. Keep heads where that
// person cannot reach them. Entries after the last signed head are protected
// by their own hashes only, which finds accidents but not forgery; without
// [SyncNever] there are none after a call of Append has returned. A log must
// not lie on a network file system without locks.
package ledger
