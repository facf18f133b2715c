// Package bench measures this project against Microsoft's own SDK. It is a
// module of its own, so that nobody who imports the project downloads that SDK.
//
//	go test -bench . -benchmem -count 6
//
// The SDK needs minutes and about 5 GB of memory to build.
package bench
