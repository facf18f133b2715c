// Package attack knows the techniques and tactics of MITRE ATT&CK®: their names, their places in the matrix,
// and what became of the ones that were withdrawn or replaced.
//
// All of release 19.1 ([Version]) is compiled in: Enterprise, Mobile and ICS; active, deprecated and
// revoked. Nothing is fetched, nothing is done at start-up, and every function may be called by any number of
// goroutines at once. An answer is an answer about that release: MITRE publishes two a year, and retires, moves
// and now and then revives techniques. The only later one seen, 19.2, gives the active techniques the same names, tactics and
// platforms.
//
// # Finding a technique
//
// [Parse] and [ParseList] read ids as people and products write them. [Lookup] finds the technique of an id,
// [Children] its sub-techniques, and [Techniques] lists all of them. [LookupTactic], [TacticByShortname] and
// [Tactics] do the same for tactics. An [ID] is open text: one that the release does not hold, because
// it is newer, or of another catalogue that counts in the same way, stays as it is.
//
// # What is easily got wrong
//
//   - An id does not tell its domain. Ids that begin with T0 are of ICS, but Enterprise, Mobile and, since v19,
//     ICS share the numbers from T1000 up. Look the id up without asking for a domain: none is used twice.
//   - A name is no key. Several techniques of one domain may bear one name, an old technique often
//     bears the name of the one that replaced it, and not every name is ASCII.
//   - A sub-technique's own name leaves out the technique it belongs to; [Technique.DisplayName] has both.
//   - A tactic's short name is only unique within its domain; its id is unique everywhere. The numbers of
//     the ids are not the order of the matrix: [TacticSet] and [Tactics] go by the matrix.
//   - A technique that was revoked still lists tactics, and they are not to be trusted: T1562 says stealth, its
//     successor T1685 is defense-impairment. [Resolve] first, then ask [Resolution.Tactics]; [ID.InAnyTactic] does both.
//   - Replacements form chains (T1150 became T1547.011, then T1647), may end at a technique that has since been
//     deprecated, and may turn a technique into a sub-technique or the reverse. T1454 was revoked with no successor.
//   - Version 19 abolished the Enterprise tactic Defense Evasion. Its id, TA0005, now means Stealth, and part of
//     what it held is in the new TA0112, Defense Impairment. Products still say "defense evasion":
//     [LegacyDefenseEvasion] tells what they mean by it. Mobile keeps a Defense Evasion of its own (TA0030).
//
// # Licence
//
// The facts come from ATT&CK, which MITRE lets anyone use, commercially too, on one condition: a
// copy carries MITRE's copyright designation, which is [Copyright], and the licence, which is
// LICENSE-ATTACK.txt in this folder and the result of [License]. A program that embeds this package is such a copy.
// ATT&CK is a registered trademark of The MITRE Corporation, which has not endorsed this package.
//
// © 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
package attack

//go:generate go run ./internal/gen

import _ "embed"

//go:embed LICENSE-ATTACK.txt
var licence string

// License returns the licence under which MITRE grants the use of ATT&CK, word for word. Its text is only
// linked into programs that call this function.
func License() string { return licence }
