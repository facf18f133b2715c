// Package correlation decides which incident an alert belongs to and when two
// incidents are one, says why, and takes it back.
//
// An [Engine] takes alerts ([FromAlert], [FromDraft]) with [Engine.Add] and answers
// with a [Decision]: opened, joined, merged, refused (by which rule), excluded,
// linked, repeated. [Engine.Preview] answers and changes nothing, for a tool that
// must choose between a new incident and linkToIncident. The settings are those of
// [Defender], with the documented reasons not to merge, or of [Simple].
//
// # Evidence
//
// A value that two alerts share is worth log2(1/p) bits, p being the share of the
// tenant's observations that have it: the weight of Fellegi and Sunter. An
// observation is one alert, or all of its repeats within [Settings.Slot], so that a
// burst does not make its values look common. A value that is seen with several
// common entities is also judged by what was seen since it became common itself, so
// that one which is new and everywhere is not taken for a rare one. Until enough was seen, a value is
// presumed to be as rare as [Settings.Strong] and [Settings.Weak] say. Several
// names of one entity count once, by the rarest. Distance in time takes away the
// logarithm of the observations that the tenant makes in the meantime. From
// [Settings.Join] bits an alert joins, from [Settings.Relate] the incident is named
// as related; two incidents need more, the larger they are. The same detector on
// the same entities is the same alert again: it stays where it was as long as the
// link that brought it there is worth [Settings.Keep]. All of this is computed in
// whole numbers, so that every machine decides alike.
//
// Where two sensors see the same events, as a host that asks for a name and the
// firewall that passes the question on, they report them of two things that share
// no value. What one detector says of two things within [Settings.TwinGap], more
// often than of one of them alone and at times that nobody could foretell, is
// evidence to merge their incidents, the more the more often; an alert alone joins
// nothing by it. When the two turn out to come apart, what comes next of the one
// that had joined the other is judged anew.
//
// Within an incident a stage is a run of activity that no silence interrupts which
// is long by the run's own pace.
//
// The numbers of Defender are not Microsoft's, which are not published. They were
// chosen in a middle of wide ranges in which the result hardly changes, on four
// scenarios of the AIT alert data set; see examples/correlate.
//
// # Properties
//
// Each of these is tested, most of them with random input:
//
//   - Every alert that is taken is in exactly one incident, unless a person has
//     retracted it. Nothing links across tenants, nor across workspaces except the
//     primary one with Defender's own alerts: they share no table.
//   - The same alerts in any order within [Settings.Lateness] give the same
//     incidents with the same ids and versions; a sorted batch gives them too.
//   - Any of the last [Settings.MaxActs] acts is taken back exactly: [Engine.StateHash]
//     is what it was, also after a snapshot and a restart. Only when a tenant's old
//     incidents are forgotten are its acts until then final.
//   - A snapshot and the journal behind it give the same state, and the same
//     decisions with the same versions. Torn or altered ones are refused.
//   - Planted values that turn out to be common link nothing any more, and
//     [Engine.Proposals] names the incidents that they hold together.
//
// # Bounds
//
//	keys of an alert               MaxKeys, the rest is counted as dropped
//	stored repeats of an alert     Exemplars, the rest is counted
//	stored alerts of an incident   MaxStored, the rest is counted
//	alerts remembered              MaxAlerts, then ErrFull
//	alerts that wait               MaxPending of a tenant, then the oldest are decided early
//	incidents weighed for an alert 16
//	titles of a tenant             65,535, then incidents are named by others
//	times                          2000 to the clock and FutureSkew, others are ErrInvalid
//	acts that can be undone        MaxActs
//
// A repeat is counted whatever led it into the incident again, so that a flood which
// is most of what a tenant sees stores no more than any other. An alert with six or
// seven values takes less than 300 bytes, most of them for the index of its values;
// no call moves more of that than about a thousand entries.
//
// An incident that accepts no more alerts is forgotten after Retention. What the
// engine holds has no pointers to alerts, so that the garbage collector has little to
// do. The engine has no goroutines, and one lock; tenants that are to be worked on
// at once belong into engines of their own.
//
// # What it does not do
//
// A value that suddenly is in every alert of a tenant links alerts until it was
// seen often enough, at least 16 times and with four other entities that are
// common. On the AIT alert data set that costs less than 0.004 of F1 by campaign,
// whenever it comes. What it has linked stays together until a person splits it:
// [Engine.Hubs] and [Engine.Proposals] name it, and only the largest part of it
// accepts more alerts ([RuleHub]).
//
// Two sensors that report one event of two entities, with nothing else in common,
// have two incidents until they did so a few times; if always on a schedule, such as
// at whole minutes, or without a pause, they have two for ever.
//
// A new alert is linked to the latest alert that has a value; what else shares the
// value is reached through that one. Keys of stored alerts are not kept, so that
// [Engine.Explain] names the values that have linked, and not all that are shared.
package correlation
