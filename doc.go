// Package incidentkit is the map of an SDK with which security tools, SOAR
// playbooks and test harnesses raise incidents and alerts by hand in Microsoft
// Defender XDR.
//
// The work is done by the packages below; this one holds nothing.
//
//   - [github.com/incidentkit/incidentkit/entity] describes what an alert is about.
//   - [github.com/incidentkit/incidentkit/entity/evidence] has the evidence of alerts.
//   - [github.com/incidentkit/incidentkit/entity/sentinel] has the entities of Microsoft Sentinel.
//   - [github.com/incidentkit/incidentkit/alert] models alerts.
//   - [github.com/incidentkit/incidentkit/alert/attack] knows the techniques of MITRE ATT&CK.
//   - [github.com/incidentkit/incidentkit/incident] models incidents: draft, review, receipt.
//   - [github.com/incidentkit/incidentkit/correlation] puts alerts into incidents, and says why.
//   - [github.com/incidentkit/incidentkit/audit] says who did what, when: entries, recording, history.
//   - [github.com/incidentkit/incidentkit/audit/ledger] keeps entries in files that nobody can change unnoticed.
//   - [github.com/incidentkit/incidentkit/audit/unified] has the form of Microsoft's unified audit log.
//   - [github.com/incidentkit/incidentkit/client] holds what all API clients share.
//   - [github.com/incidentkit/incidentkit/client/graph] speaks to Microsoft Graph.
//   - [github.com/incidentkit/incidentkit/client/arm] speaks to Microsoft Sentinel through Azure Resource Manager.
//   - [github.com/incidentkit/incidentkit/client/emulator] is a tenant in process, for tests.
//
// Imports run downward only: client, correlation and audit import incident, incident imports
// alert, alert imports entity.
package incidentkit
