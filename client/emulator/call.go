package emulator

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// call is one request of a caller who may make it.
type call struct {
	t   *Tenant
	w   http.ResponseWriter
	r   *http.Request
	who *Identity
	// size is the length of the request's body in bytes, once it was read.
	size int
	// refused is why the call was not done.
	refused *refusal
}

// read reads the request's JSON into v, or answers that it cannot. A member that
// v has no field for is refused, as an OData service does: a change that nothing
// takes notice of would look like one that was made.
func (c *call) read(v any) bool {
	data, ok := c.body()
	if !ok {
		return false
	}
	if err := wire.Unmarshal(data, v); err != nil {
		c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: "+err.Error())
		return false
	}
	members, _, err := wire.UnknownMembers(data, v)
	if err != nil {
		c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: "+err.Error())
		return false
	}
	for _, m := range members {
		if !strings.HasPrefix(m.Name, "@") {
			c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: The property '"+m.Path+"' does not exist or cannot be set.")
			return false
		}
	}
	return true
}

func (c *call) body() ([]byte, bool) {
	data, err := io.ReadAll(c.r.Body)
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		c.fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request is longer than "+sizeText(tooLong.Limit)+".")
		return nil, false
	}
	if err != nil {
		c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: it cannot be read.")
		return nil, false
	}
	c.size = len(data)
	return data, true
}

func sizeText(bytes int64) string { return strconv.FormatInt(bytes>>20, 10) + " MB" }

// change changes the state, and notes that it was done.
func (c *call) change(f func(*store.Tx) error) error {
	err := c.t.store.Write(func(tx *store.Tx) error {
		tx.By, tx.Size = c, c.size
		return f(tx)
	})
	if entry, ok := c.r.Context().Value(entryKey{}).(*Request); ok {
		entry.Acted = err == nil
	}
	return err
}

// write answers with a value as JSON.
func (c *call) write(status int, v any) { writeJSON(c.w, status, v) }

// refuse answers with the reason why something was not done.
func (c *call) refuse(err error) {
	if refused, ok := errors.AsType[*refusal](err); ok {
		c.fail(refused.status, refused.code, refused.message)
		return
	}
	c.fail(http.StatusInternalServerError, "InternalServerError", err.Error())
}

// fail answers with the error document of Microsoft Graph.
func (c *call) fail(status int, code, message string) {
	c.refused = &refusal{status, code, message}
	c.t.fail(c.w, c.r, status, code, message)
}

// unsupported answers that the emulator does not do something, which is never
// tried again and not taken for an answer of the service.
func (c *call) unsupported(what string) {
	c.fail(http.StatusNotImplemented, "NotImplemented", "The emulator does not support "+what+" of "+c.r.Method+" "+c.r.URL.Path+".")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := wire.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"The emulator cannot write its answer."}}`)
	}
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.Header().Set("OData-Version", "4.0")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// fail answers with the error document of Microsoft Graph, or that of Azure Resource
// Manager.
//
// Source: Learn, "Microsoft Graph error responses and resource types".
func (t *Tenant) fail(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	if forARM(r) {
		writeARM(w, status, armError{armFailure{Code: code, Message: valid(message)}})
		return
	}
	type inner struct {
		Date            string `json:"date"`
		RequestID       string `json:"request-id"`
		ClientRequestID string `json:"client-request-id"`
	}
	type failure struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   inner  `json:"innerError"`
	}
	requestID := w.Header().Get("request-id")
	clientRequestID := r.Header.Get("client-request-id")
	if clientRequestID == "" {
		clientRequestID = requestID
	}
	writeJSON(w, status, struct {
		Error failure `json:"error"`
	}{failure{code, valid(message), inner{t.now().UTC().Format(time.DateTime), requestID, valid(clientRequestID)}}})
}

// valid makes what a request said fit for JSON.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
