package evidence

import (
	"time"
)

// HostLogonSession is a session of an account on a device (hostLogonSessionEvidence).
type HostLogonSession struct {
	Base
	Account *User `json:"account,omitzero"`
	// EndUTCDateTime is absent while the session lasts.
	EndUTCDateTime   time.Time `json:"endUtcDateTime,omitzero"`
	Host             *Device   `json:"host,omitzero"`
	SessionID        string    `json:"sessionId,omitzero"`
	StartUTCDateTime time.Time `json:"startUtcDateTime,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*HostLogonSession) ODataType() string { return namespace + "hostLogonSessionEvidence" }

// CloudLogonSession is a session of an account in a cloud service (cloudLogonSessionEvidence).
type CloudLogonSession struct {
	Base
	Account         *User  `json:"account,omitzero"`
	Browser         string `json:"browser,omitzero"`
	DeviceName      string `json:"deviceName,omitzero"`
	OperatingSystem string `json:"operatingSystem,omitzero"`
	// PreviousLogonDateTime is when the account had signed in before.
	PreviousLogonDateTime time.Time `json:"previousLogonDateTime,omitzero"`
	// Protocol is the protocol of the sign-in.
	Protocol         string    `json:"protocol,omitzero"`
	SessionID        string    `json:"sessionId,omitzero"`
	StartUTCDateTime time.Time `json:"startUtcDateTime,omitzero"`
	UserAgent        string    `json:"userAgent,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*CloudLogonSession) ODataType() string { return namespace + "cloudLogonSessionEvidence" }

// CloudLogonRequest is one sign-in request (cloudLogonRequestEvidence).
type CloudLogonRequest struct {
	Base
	// RequestID is the id of the request in the sign-in log.
	RequestID string `json:"requestId,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*CloudLogonRequest) ODataType() string { return namespace + "cloudLogonRequestEvidence" }
