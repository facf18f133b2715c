// Package emulatorpeer holds client/emulator against clients that nobody of this
// project wrote: Azure's own generated client for Microsoft Sentinel, and the
// credential of azidentity, over TLS. It is a module of its own, so that nobody who
// imports the project downloads them.
//
// The generated client speaks 2025-07-01-preview. What it has and the stable version
// has not is in TestWhatOnlyThePreviewHas.
package emulatorpeer
