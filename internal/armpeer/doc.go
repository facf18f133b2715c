// Package armpeer holds client/arm against Azure's own generated client for
// Microsoft Sentinel: every request that ours can make is run against the fake server
// of that module, and both read and write the same documents in a benchmark. It is a
// module of its own, so that nobody who imports the project downloads that client.
//
//	go test -bench . -benchmem
//
// The fake speaks 2025-07-01-preview, ours 2025-09-01 unless it is asked to speak a
// preview version. What differs is listed in TestWhatOnlyThePreviewHas.
package armpeer
