package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/retry"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// The conditions that a caller may want to tell apart. An [*Error] is one of
// them by its HTTP status, which [errors.Is] finds out.
var (
	// ErrInvalid means that the service does not accept the request (400, 422).
	ErrInvalid = errors.New("the service does not accept the request")
	// ErrUnauthorized means that the token was not accepted, or none could be had (401).
	ErrUnauthorized = errors.New("the caller is not authenticated")
	// ErrForbidden means that the caller lacks a permission, or the tenant a licence (403).
	ErrForbidden = errors.New("the caller is not permitted to do this")
	// ErrNotFound means that there is no such object, or the caller may not see it (404).
	ErrNotFound = errors.New("there is no such object")
	// ErrConflict means that the object has changed or exists already (409, 412).
	ErrConflict = errors.New("the object is in conflict with the request")
	// ErrThrottled means that there were too many requests (429).
	ErrThrottled = errors.New("the service throttles")
	// ErrUnavailable means that the service failed or could not be reached (408, 5xx, no
	// answer at all).
	ErrUnavailable = errors.New("the service is unavailable")
	// ErrOutcomeUnknown means that a request that creates something was sent, and that whether
	// it was executed is not known. To send it again could create a second one, except by Azure
	// Resource Manager, where the caller chose the id: there it mends what is not there.
	ErrOutcomeUnknown = errors.New("it is not known whether the request was executed")
)

// Error is a request that failed. The HTTP status decides what kind of failure
// it is; the body of the answer only adds to it, so that an answer that is
// empty, cut off or not JSON at all gives an Error as well.
type Error struct {
	// Method and Path name the request; the path has no query.
	Method, Path string
	// StatusCode is the HTTP status, 0 when there was no answer.
	StatusCode int
	// Code and Message are the service's own. Both may be empty. Programs
	// should look at the code; the wording of a message changes.
	Code, Message string
	// Target is the part of the request that the service complains about, and
	// Details are its single complaints; most answers have neither.
	Target  string
	Details []Detail
	// InnerCode is the most detailed code that the service gave.
	InnerCode string
	// RequestID is the service's name for the request, ClientRequestID ours;
	// Microsoft's support asks for them.
	RequestID, ClientRequestID string
	// CorrelationID is the name under which Azure Resource Manager groups
	// requests; Microsoft Graph has none.
	CorrelationID string
	// RetryAfter is the pause that the service asks for, 0 if it does not.
	RetryAfter time.Duration
	// Permission is the least permission that lets an application or a person
	// make the call; it is set with status 403 where the call's permission is
	// documented. A tenant without the product is refused in the same way, so the
	// permission need not be what is missing.
	Permission string
	// OutcomeUnknown tells that the request may have been executed although it
	// failed; it is set for requests that create something, and by Azure Resource
	// Manager for all that change something.
	OutcomeUnknown bool
	// Began is when the request was first sent: what it created, if it did, is
	// not older.
	Began time.Time
	// Err is the cause when there was no answer, or none that could be read.
	Err error
}

// Detail is one of several complaints of a service.
type Detail struct {
	Code    string `json:"code"`
	Target  string `json:"target"`
	Message string `json:"message"`
}

// Error returns one line: method, path, status, code, message, details and
// request ids.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, "%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	} else {
		b.WriteString("no answer")
	}
	if e.Code != "" {
		b.WriteString(": " + e.Code)
	}
	if e.InnerCode != "" && e.InnerCode != e.Code {
		b.WriteString(" (" + e.InnerCode + ")")
	}
	if e.Target != "" {
		b.WriteString(" at " + e.Target)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	for _, d := range e.Details {
		b.WriteString("; " + d.String())
	}
	if e.Permission != "" {
		b.WriteString(" (the call needs the permission " + e.Permission + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.OutcomeUnknown {
		b.WriteString(": " + ErrOutcomeUnknown.Error())
	}
	if e.RequestID != "" {
		b.WriteString(" [request-id " + e.RequestID + "]")
	}
	if e.CorrelationID != "" {
		b.WriteString(" [correlation-request-id " + e.CorrelationID + "]")
	}
	if e.ClientRequestID != "" {
		b.WriteString(" [client-request-id " + e.ClientRequestID + "]")
	}
	return plain.Line(b.String())
}

// String returns what the detail says, in one line.
func (d Detail) String() string {
	text := d.Code
	if d.Target != "" {
		text += " at " + d.Target
	}
	if d.Message != "" && text != "" {
		text += ": "
	}
	return plain.Line(text + d.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether the error is one of the conditions of this package.
func (e *Error) Is(target error) bool {
	if target == ErrOutcomeUnknown {
		return e.OutcomeUnknown
	}
	return target == condition(e.status())
}

// status is the HTTP status that decides what the error is. Where a token was
// refused it is that of the authority's answer.
func (e *Error) status() int {
	if refusal, ok := e.Err.(*Error); ok && e.StatusCode == 0 {
		return refusal.status()
	}
	return e.StatusCode
}

// refuses tells the answers after which a request was certainly not executed.
// An answer in between (1xx) and a redirect are not among them, for a POST is
// often answered by one after it was executed (RFC 9110, 15.4.3 and 15.4.4);
// 307 and 308 ask for the same request elsewhere.
func refuses(status int) bool {
	return status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect ||
		status >= 400 && status < 500 && status != http.StatusRequestTimeout
}

func condition(status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return ErrInvalid
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound, http.StatusGone:
		return ErrNotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return ErrConflict
	case http.StatusTooManyRequests:
		return ErrThrottled
	case 0, http.StatusRequestTimeout:
		return ErrUnavailable
	}
	if status >= http.StatusInternalServerError {
		return ErrUnavailable
	}
	return nil
}

// Advice tells a person what to do about the error, in a sentence.
func (e *Error) Advice() string {
	switch {
	case e.OutcomeUnknown && (e.Method == http.MethodPut || e.Method == http.MethodDelete):
		return "Do it again; nothing is created or deleted twice, and an update begins with what is there then."
	case e.OutcomeUnknown:
		return "Look in the portal whether it was done before you send it again."
	}
	switch condition(e.status()) {
	case ErrInvalid:
		return "Read the service's message, mend the request and send it again."
	case ErrUnauthorized:
		return "Check the tenant id, the client id and the secret or certificate, and that it has not expired."
	case ErrForbidden:
		if strings.HasPrefix(e.Path, "/subscriptions/") {
			return "Give the caller the role Microsoft Sentinel Responder on the workspace's resource group; to delete incidents and to create bookmarks takes Microsoft Sentinel Contributor."
		}
		permission := "permission that the call needs"
		if e.Permission != "" {
			permission = "permission " + e.Permission
		}
		return "Give the application the " + permission + " and have an administrator consent to it; a tenant without Microsoft Defender XDR is refused in the same way."
	case ErrNotFound:
		return "Check the id; the caller may also lack the right to see the object."
	case ErrConflict:
		return "Read the object anew and apply the change to what it is now."
	case ErrThrottled:
		if e.RetryAfter > 0 {
			return fmt.Sprintf("Wait %v and try again.", e.RetryAfter)
		}
		return "Wait a minute and try again."
	case ErrUnavailable:
		return "Check the network, or wait and try again."
	}
	return "Send the request ids to Microsoft's support."
}

// errorBody is the error document of both APIs. Microsoft Graph and Azure
// Resource Manager have it inside an object error; some providers of the latter
// have it as it is.
//
// Sources: Learn, "Microsoft Graph error responses and resource types", whose
// examples do not agree on the case of innerError; the common types of Azure
// Resource Manager, version 5, ErrorDetail.
type errorBody struct {
	Error *errorBody `json:"error"`

	Code           string     `json:"code"`
	Message        string     `json:"message"`
	Target         string     `json:"target"`
	Details        []Detail   `json:"details"`
	AdditionalInfo []moreInfo `json:"additionalInfo"`
	InnerError     innerError `json:"innerError,case:ignore"`
}

// moreInfo is what a part of Azure adds, such as the policy that refuses.
type moreInfo struct {
	Type string         `json:"type"`
	Info jsontext.Value `json:"info"`
}

type innerError struct {
	Code       string      `json:"code"`
	RequestID  string      `json:"request-id"`
	InnerError *innerError `json:"innerError,case:ignore"`
}

// describe fills in what an answer says about a failure. Each text goes through
// hide before it is cut: half a credential is one too many.
func (e *Error) describe(resp *http.Response, prefix string, body []byte, now time.Time, hide func(string) string) {
	cut := func(text string, most int) string { return plain.Cut(hide(text), most) }
	e.StatusCode = resp.StatusCode
	e.RequestID = cut(resp.Header.Get(prefix+"request-id"), 200)
	e.CorrelationID = cut(resp.Header.Get("x-ms-correlation-request-id"), 200)
	e.RetryAfter = retry.RetryAfter(resp.Header, now)
	e.Code = cut(resp.Header.Get("x-ms-error-code"), 200)
	var doc errorBody
	if wire.Unmarshal(body, &doc) != nil {
		return
	}
	if doc.Error != nil {
		doc = *doc.Error
	}
	if doc.Code != "" {
		e.Code = cut(doc.Code, 200)
	}
	e.Message, e.Target = cut(doc.Message, 2000), cut(doc.Target, 200)
	for _, more := range doc.AdditionalInfo {
		doc.Details = append(doc.Details, Detail{Code: more.Type, Message: string(more.Info)})
	}
	const most = 20
	for _, d := range doc.Details[:min(len(doc.Details), most)] {
		e.Details = append(e.Details, Detail{cut(d.Code, 200), cut(d.Target, 200), cut(d.Message, 500)})
	}
	if e.RequestID == "" {
		e.RequestID = cut(doc.InnerError.RequestID, 200)
	}
	inner := &doc.InnerError
	for depth := 0; inner != nil && depth < 8; depth++ {
		if inner.Code != "" {
			e.InnerCode = cut(inner.Code, 200)
		}
		inner = inner.InnerError
	}
}
