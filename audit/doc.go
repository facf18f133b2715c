// Package audit says who did what to incidents and alerts, when, and what
// became of it.
//
//   - An [Entry] is made from a value before and a value after with [Describe].
//   - A [Recorder] writes what is about to be done before a call, and what
//     became of it after, so that a crash in between leaves a visible gap
//     ([Gaps]) that somebody can [Resolve], instead of silence.
//   - [History], [Activity] and [Filter] read entries; [WriteText] and
//     [WriteCSV] show them.
//   - An [Encoder] keeps credentials out of what is stored.
//
// Package ledger below this one is the log in which entries are kept, so that
// nobody can change them unnoticed. Package unified has the form of Microsoft's
// unified audit log.
//
//	log, err := ledger.Open("audit", signer, trusted)
//	recorder := audit.NewRecorder(log, audit.WithActor(audit.Actor{Type: audit.Application, ID: clientID}))
//	defender := audit.NewSubmitter(client, recorder, audit.OriginGraph)
//	receipt, err := defender.Submit(ctx, draft)
//
// What no document says, and what was chosen: the names of operations that were
// never observed (see [Operation.Basis]); that an incident's activity has the
// events of incidents merged into it (see [Activity]).
package audit
