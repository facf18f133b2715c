// Package sentinel has the entities of Microsoft Sentinel: the accounts, hosts,
// addresses, files and so on that its alerts are about, in the 22 kinds of Azure
// Resource Manager (Microsoft.SecurityInsights, api-version 2025-09-01, and what
// 2025-07-01-preview adds).
//
// # Three forms
//
// The same entity is written in three ways, and this package turns each into the
// others:
//
//   - as an object of Azure Resource Manager, an [Entity], which names other
//     entities by their ids;
//   - in the column Entities of the table SecurityAlert, where entities are nested in
//     one another: [ParseColumn] and [List.Column];
//   - as evidence of Microsoft Defender XDR: [FromEvidence] and [List.Evidence].
//
// [List.Keys] gives the keys by which entities of all forms are compared.
// [MappingOf] makes of a definition in a draft what a bookmark takes.
//
// What a form has no place for is never dropped in silence: each conversion returns
// a [entity.Problem] for every member that is not in its result. What a problem is
// made for is found out by converting back and comparing, so that the report cannot
// fall behind the code.
//
// # Absent values
//
// A member that is null or absent gives the zero value, and the zero value is not
// written. Numbers and booleans, of which zero and false say something, are
// pointers.
package sentinel
