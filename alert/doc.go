// Package alert models alerts of Microsoft Defender XDR: the [Draft] that a
// person fills in, and the [Alert] that the service says exists.
//
// Defender has no incident without an alert: to raise an incident is to create
// an alert and let it open one. So a Draft here is always part of an incident
// draft of package incident, which has the one entry point that most callers
// want.
package alert
