// Package entity describes what an alert is about: the users, devices, files,
// addresses and other things it impacts, and the evidence related to it.
//
// A [Definition] names one entity by one identifier. Constructors exist for
// every pair of type and identifier that the service accepts, and the role is
// said by a method, so that a definition reads as a phrase:
//
//	entity.UserByPrincipalName("john.doe@contoso.com").Impacted()
//	entity.IPAddress("185.220.101.50").Related()
//
// A [Key] is the canonical identity of an entity, the same for all spellings of a
// value, whether it comes from a definition, from evidence (package evidence) or
// from Sentinel ([SentinelKeys]). It is graded by how well it tells the entity
// from others; [Normalize] describes the canonical forms, and [Scope] says where
// names and private addresses are unique.
//
// [Kinds] lists the pairs, with what a value of each looks like. The pairs are
// the table of Learn, "entityDefinitionInput resource type" (2026-06-05); the
// newer page "entityDefinition resource type" gives no table and reuses its
// enumerations.
package entity
