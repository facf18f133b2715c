// Package kql runs the part of the Kusto query language that people hunt for
// alerts and incidents with. A query is the name of a table, followed by the
// operators
//
//	where, project, extend, take (limit), top, sort (order), count, distinct,
//	summarize … by, join kind=innerunique|inner|leftouter|leftsemi|leftanti (…) on …
//
// Scalars have the operators of comparison and arithmetic, and, or, not(), the
// operators on strings (has, contains, startswith, endswith, =~, in, in~, has_any,
// between, matches regex, with their negations and _cs forms), and the functions
// that [Functions] lists; summarize has the aggregates that [Aggregates] lists.
//
// Everything else is refused with an [*Error] that names the position and the
// construct. Nothing is skipped or guessed: a query that runs gives what Kusto
// would give.
//
// The semantics are those of Learn, "Kusto Query Language overview" and the
// pages below it. Where they matter most: has looks for whole terms of letters
// and digits; has, contains, startswith, endswith, =~ and in~ ignore case, ==
// and in do not; a comparison with null is null, which a where does not let
// through, except that == with one null is false and != is true; sort puts nulls
// first when ascending and last when descending, and descends unless told
// otherwise; join without a kind is innerunique.
//
// Memory and time are bounded by [Limits] and by the context.
package kql
