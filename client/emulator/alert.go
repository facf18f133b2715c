package emulator

import (
	"net/http"
	"strings"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity/evidence"
)

// createAlert makes an alert, and an incident for it unless it names one.
//
// Source: Learn, "alert: createAlert" (beta), with the fields of its examples.
func (c *call) createAlert() {
	var body struct {
		Input *alert.Draft `json:"createAlertInput"`
	}
	if !c.read(&body) {
		return
	}
	if body.Input == nil {
		c.fail(http.StatusBadRequest, "BadRequest", "The parameter createAlertInput is missing.")
		return
	}
	c.create(body.Input)
}

// createManualAlert is the older form of createAlert: the draft itself, with the
// name of its type.
//
// Source: Learn, "Create manualAlert" (beta).
func (c *call) createManualAlert() {
	var body struct {
		Type string `json:"@odata.type"`
		alert.Draft
	}
	if !c.read(&body) {
		return
	}
	if strings.TrimPrefix(body.Type, "#") != "microsoft.graph.security.manualAlert" {
		c.fail(http.StatusBadRequest, "BadRequest", "The property @odata.type must be #microsoft.graph.security.manualAlert.")
		return
	}
	c.create(&body.Draft)
}

func (c *call) create(d *alert.Draft) {
	var rules []alert.Option
	if !c.t.choices.ImpactedRequired {
		rules = append(rules, alert.ImpactedOptional())
	}
	if err := d.Validate(rules...); err != nil {
		c.fail(http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	var shown alert.Alert
	err := c.change(func(tx *store.Tx) error {
		row, err := c.t.raise(tx, d, c.who)
		if err == nil {
			shown = c.t.showAlert(tx.Alert(row), c.unknownMembers())
		}
		return err
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusCreated, &shown)
}

// unknownMembers tells whether the caller wants the members of enumerations that
// are newer than unknownFutureValue.
func (c *call) unknownMembers() bool {
	for _, prefer := range c.r.Header.Values("Prefer") {
		if containsFold(strings.FieldsFunc(prefer, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }), "include-unknown-enum-members") {
			return true
		}
	}
	return false
}

// showAlert returns an alert as the API shows it.
func (t *Tenant) showAlert(a *store.Alert, unknownMembers bool) alert.Alert {
	shown := a.Alert
	shown.IncidentID, shown.TenantID = a.Incident(), TenantID
	if shown.ProviderAlertID == "" {
		shown.ProviderAlertID = "manual_" + shown.ID[:max(strings.LastIndexByte(shown.ID, '_'), 0)]
	}
	shown.AlertWebURL = portal + "/alerts/" + shown.ID + "?tid=" + TenantID
	shown.IncidentWebURL = incidentURL(shown.IncidentID)
	if a.Entities != nil {
		shown.Evidence = make(evidence.List, len(a.Entities))
		for i, e := range a.Entities {
			shown.Evidence[i] = t.evidenceOf(e, a.CreatedDateTime)
		}
	}
	if !unknownMembers {
		shown.ServiceSource = masked(shown.ServiceSource, shown.ServiceSource.Values(), alert.ServiceUnknownFutureValue)
		shown.DetectionSource = masked(shown.DetectionSource, shown.DetectionSource.Values(), alert.DetectionUnknownFutureValue)
	}
	return shown
}

// masked hides a member that is not older than the sentinel of an enumeration,
// whose members are given in the order of the schema.
func masked[T ~string](value T, members []T, sentinel T) T {
	old := true
	for _, m := range members {
		if m == value {
			if old {
				return value
			}
			return sentinel
		}
		old = old && m != sentinel
	}
	if value == "" {
		return value
	}
	return sentinel
}

func incidentURL(id string) string { return portal + "/incident2/" + id + "/overview?tid=" + TenantID }

// findAlert finds the alert that the path names, if the caller sees it.
func (c *call) findAlert(tx *store.Tx) (int32, error) {
	row, ok := tx.FindAlert(c.r.PathValue("id"))
	if !ok || !c.t.seesAlert(tx.Alert(row), c.who) {
		return 0, notFound("The alert does not exist.")
	}
	return row, nil
}

func (c *call) getAlert() {
	if !c.options() {
		return
	}
	var shown alert.Alert
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		var row int32
		if row, err = c.findAlert(tx); err == nil {
			shown = c.t.showAlert(tx.Alert(row), c.unknownMembers())
		}
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, &shown)
}

// updateAlert changes an alert.
//
// Source: Learn, "Update alert" (v1.0, 2026-03-19).
func (c *call) updateAlert() {
	var u alert.Update
	if !c.read(&u) {
		return
	}
	respell(u.Status)
	respell(u.Classification)
	respell(u.Determination)
	if err := u.Validate(); err != nil {
		c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: "+err.Error())
		return
	}
	c.changeAlert(nil, func(a *store.Alert) { changeAlert(a, u, c.t.stamp()) }, func(shown *alert.Alert) any { return shown })
}

// changeAlert changes the alert that the path names, unless check has something
// against it, and answers with what show makes of it.
func (c *call) changeAlert(check func(*store.Alert) *refusal, change func(*store.Alert), show func(*alert.Alert) any) {
	var shown alert.Alert
	err := c.change(func(tx *store.Tx) error {
		row, err := c.findAlert(tx)
		if err != nil {
			return err
		}
		if check != nil {
			if refused := check(tx.Alert(row)); refused != nil {
				return refused
			}
		}
		a := tx.ChangeAlert(row, change)
		if a.Status == alert.StatusResolved && c.t.choices.AlertsResolveIncident {
			c.t.settle(tx, tx.RowOf(a), a.LastUpdateDateTime, c.who)
		}
		shown = c.t.showAlert(a, c.unknownMembers())
		return nil
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, show(&shown))
}

// enumeration is one of the models' open sets.
type enumeration[T any] interface {
	~string
	Known() bool
	Values() []T
}

// respell gives a member of an enumeration the spelling of the schema: examples
// of the documentation send TruePositive, and the service takes it.
func respell[T enumeration[T]](value *T) {
	if value == nil {
		return
	}
	var zero T
	for _, member := range zero.Values() {
		if strings.EqualFold(string(member), string(*value)) {
			*value = member
			return
		}
	}
	// What is no member is refused by the sentinel that nobody may set.
	if *value != zero {
		*value = T("unknownFutureValue")
	}
}

func (c *call) commentOnAlert() {
	text, ok := c.comment()
	if !ok {
		return
	}
	c.changeAlert(func(a *store.Alert) *refusal { return c.t.discussed(a.Comments) }, func(a *store.Alert) {
		now := c.t.stamp()
		a.Comments, a.LastUpdateDateTime = addComment(a.Comments, text, c.who, now), now
	}, func(shown *alert.Alert) any { return comments(shown.Comments) })
}

// comment reads a comment.
//
// Source: Learn, "Create comment for alert"; the answer to an array is that of
// microsoftgraph/msgraph-sdk-python#1168.
func (c *call) comment() (string, bool) {
	var body struct {
		Type string `json:"@odata.type"`
		Text string `json:"comment"`
	}
	if !c.read(&body) {
		return "", false
	}
	if body.Text == "" {
		c.fail(http.StatusBadRequest, "BadRequest", "Empty Payload. JSON content expected.")
		return "", false
	}
	return body.Text, c.commentLength(body.Text)
}

// commentLength refuses a comment that is too long.
func (c *call) commentLength(text string) bool {
	if len(text) > maxComment && len([]rune(text)) > maxComment {
		c.fail(http.StatusBadRequest, "BadRequest", "The comment is longer than 30000 characters.")
		return false
	}
	return true
}

// maxComment is the longest comment in characters (Learn, "Manage incidents in
// Microsoft Defender").
const maxComment = 30000

// comments is the answer to a comment: all of them.
func comments(list []alert.Comment) any {
	return struct {
		Value []alert.Comment `json:"value"`
	}{list}
}
