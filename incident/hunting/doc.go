// Package hunting turns alerts and incidents into the rows that advanced
// hunting has of them: [AlertInfo] and [AlertEvidence] of Microsoft Defender
// XDR, [SecurityAlert] and [SecurityIncident] of a Log Analytics workspace. A
// row is a struct whose fields are the documented columns, with the documented
// types, and whose JSON form is what a hunting query answers. [Tables] lists
// the columns as data.
//
// Programs read the answers of hunting queries into these structs; test
// harnesses make rows of alerts that no service has seen.
//
// # What is documented and what is not
//
// The columns and their types come from Learn, "AlertInfo table in the advanced
// hunting schema" and "AlertEvidence table in the advanced hunting schema"
// (2026-08-07), and from the Azure Monitor table reference of SecurityAlert and
// SecurityIncident with Learn, "Microsoft Sentinel security alert schema" and
// "SOC incident audit metrics in Microsoft Sentinel". What stands in a column
// for an alert that was raised by hand is documented for few of them. Inferred:
//
//   - ServiceSource and DetectionSource hold display names ("Microsoft Defender
//     XDR", "Manual"): published queries compare with such names.
//   - AttackTechniques is a JSON array of "Name (ID)", empty without techniques.
//     `has "T1078"` finds it, and would also find bare ids.
//   - Evidence goes to the columns that its properties are named after; all of
//     it is in AdditionalFields.
//   - EvidenceRole is the role that the alert was created with, kept in the
//     evidence's detailedRoles; where there is none, what Learn, "Link query
//     results to an incident", lists as impacted is Impacted, and the rest
//     Related.
//   - SystemAlertId and IncidentName are GUIDs made from the Defender ids, the
//     same every time, because nothing is known of how the service makes them.
package hunting
