// Package unified has the form of Microsoft's unified audit log: its records,
// as files of JSON lines have them and as the Office 365 Management Activity
// API serves them, to and from the entries of package audit.
//
// # What is documented and what is not
//
// The common schema is documented. That incidents of Microsoft Defender XDR
// have record type 232 was observed, as were six operations. Not documented are
// the operation for creating an alert or an incident, what ObjectId holds, and
// where changed values stand. So the names are configurable ([Form]), and a
// record with a name that no public source has says so in a member of its own,
// incidentkit.
//
// Sources: Learn, "Office 365 Management Activity API schema" and "Office 365
// Management Activity API reference"; repository
// MicrosoftDocs/office-365-management-api, issue 296 (2026-05-05).
package unified
