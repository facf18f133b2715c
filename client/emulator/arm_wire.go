package emulator

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/internal/wire"
)

func writeARM(w http.ResponseWriter, status int, v any) {
	data, err := wire.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"The emulator cannot write its answer."}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

func (c *armCall) write(status int, v any) { writeARM(c.w, status, v) }

// armBadRequest is a refusal of the provider.
func armBadRequest(format string, args ...any) *refusal {
	return badRequest(fmt.Sprintf(format, args...))
}

// read reads the body of a PUT. What only the service sets is allowed in it, for
// what was read is sent back, and is not looked at; neither is what is unknown.
func (c *armCall) read(v any) bool {
	data, err := io.ReadAll(c.r.Body)
	switch {
	case err != nil && len(data) >= maxRequestSize:
		c.failGateway(http.StatusRequestEntityTooLarge, "RequestContentTooLarge", "", "The request content size exceeds the maximum size of "+sizeText(maxRequestSize)+".")
		return false
	case err != nil:
		c.failGateway(http.StatusBadRequest, "InvalidRequestContent", "", "The request content cannot be read.")
		return false
	}
	c.size = len(data)
	if err := wire.Unmarshal(data, v); err != nil {
		c.failGateway(http.StatusBadRequest, "InvalidRequestContent", "", "The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
		return false
	}
	return true
}

// etagOf returns the etag of an object in a version: it follows from what the
// object says, the time of its last change among it, so that it outlives a
// snapshot. Its form is that of the service, with its own quotation marks.
func etagOf(v any, changed time.Time) string {
	data, err := wire.Marshal(v)
	if err != nil {
		data = []byte(err.Error()) // nothing that was read from JSON
	}
	h := fnv.New64a()
	_, _ = h.Write(data)
	sum := h.Sum64()
	return fmt.Sprintf(`"%08x-0000-%04x-%04x-%08x0000"`, uint32(sum>>32), uint16(sum>>16), uint16(sum), uint32(changed.Unix()))
}

// current tells whether a request is about the version of an object that there
// is: by the etag in the body, and by the headers If-Match and If-None-Match.
// An object that there is not has no etag.
//
// Sources: the refusal of a stale etag in the body is observed
// (azsec/azure-sentinel-tools#4). The headers are not declared by the
// specification; what they do is that of RFC 9110.
func (c *armCall) current(id, etag, sent string) *refusal {
	if sent != "" && sent != etag {
		return &refusal{http.StatusConflict, "Conflict", "New version of resource '" + id + "' exists. Data was not saved."}
	}
	if c.t.choices.IfMatchIgnored {
		return nil
	}
	matches := func(values []string) bool {
		for _, value := range values {
			for tag := range strings.SplitSeq(value, ",") {
				if tag = strings.TrimSpace(tag); etag != "" && (tag == "*" || strings.Trim(tag, `"`) == strings.Trim(etag, `"`)) {
					return true
				}
			}
		}
		return false
	}
	failed := &refusal{http.StatusPreconditionFailed, "PreconditionFailed", "The condition of the request does not hold for resource '" + id + "'."}
	if want := c.r.Header.Values("If-Match"); len(want) > 0 && !matches(want) {
		return failed
	}
	if not := c.r.Header.Values("If-None-Match"); len(not) > 0 && matches(not) {
		return failed
	}
	return nil
}

// systemData says who made and changed an object.
func (c *armCall) systemData(before *arm.SystemData, now time.Time) *arm.SystemData {
	kind := sentinel.CreatedByApplication
	if c.who.person() {
		kind = sentinel.CreatedByUser
	}
	s := &arm.SystemData{CreatedBy: c.who.label(), CreatedByType: kind, CreatedAt: now}
	if before != nil {
		*s = *before
	}
	s.LastModifiedBy, s.LastModifiedByType, s.LastModifiedAt = c.who.label(), kind, now
	return s
}

// clientInfo describes the caller.
func (c *armCall) clientInfo() *arm.ClientInfo {
	return &arm.ClientInfo{Name: or(c.who.Name, c.who.label()), Email: c.who.UserPrincipalName, ObjectID: c.who.ObjectID, UserPrincipalName: c.who.UserPrincipalName}
}

// findPerson finds a person of the tenant by whatever an owner says.
func (t *Tenant) findPerson(o *arm.Owner) *Identity {
	i := slices.IndexFunc(t.identities, func(i *Identity) bool {
		return i.person() && (o.ObjectID != "" && strings.EqualFold(o.ObjectID, i.ObjectID) ||
			o.UserPrincipalName != "" && strings.EqualFold(o.UserPrincipalName, i.UserPrincipalName) ||
			o.Email != "" && strings.EqualFold(o.Email, i.UserPrincipalName))
	})
	if i < 0 {
		return nil
	}
	return t.identities[i]
}

// owner fills in what the tenant knows of an owner: one member is enough to name
// a person. Somebody whom it does not know stays as given.
func (t *Tenant) owner(o *arm.Owner) *arm.Owner {
	if !o.Assigned() {
		return &arm.Owner{}
	}
	filled := *o
	filled.Unknown = nil
	switch p := t.findPerson(o); {
	case p != nil:
		filled = arm.Owner{ObjectID: p.ObjectID, Email: p.UserPrincipalName, AssignedTo: or(p.Name, p.UserPrincipalName), UserPrincipalName: p.UserPrincipalName, Type: arm.OwnerUser}
	case t.choices.UnknownOwnersDropped:
		return &arm.Owner{}
	}
	return &filled
}

// ownerNamed is the owner whom Defender knows by a name.
func (t *Tenant) ownerNamed(assignedTo string) arm.Owner {
	if assignedTo == "" {
		return arm.Owner{}
	}
	if p := t.findPerson(&arm.Owner{UserPrincipalName: assignedTo}); p != nil {
		return *t.owner(&arm.Owner{ObjectID: p.ObjectID})
	}
	return arm.Owner{AssignedTo: assignedTo, UserPrincipalName: assignedTo}
}

// assignee is how Defender names an owner.
func assignee(o *arm.Owner) string {
	if o == nil {
		return ""
	}
	return or(or(o.UserPrincipalName, o.Email), or(o.AssignedTo, o.ObjectID))
}
