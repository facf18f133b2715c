package evidence

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// IP is an internet address, version 4 or 6 (ipEvidence).
type IP struct {
	Base
	// CountryLetterCode is the country by ISO 3166, two letters.
	CountryLetterCode string       `json:"countryLetterCode,omitzero"`
	IPAddress         string       `json:"ipAddress,omitzero"`
	Location          *GeoLocation `json:"location,omitzero"`
	Stream            *Stream      `json:"stream,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*IP) ODataType() string { return namespace + "ipEvidence" }

// GeoLocation is where an address is thought to be. Latitude and longitude are in degrees.
type GeoLocation struct {
	City        string          `json:"city,omitzero"`
	CountryName string          `json:"countryName,omitzero"`
	Latitude    *float64        `json:"latitude,omitzero"`
	Longitude   *float64        `json:"longitude,omitzero"`
	State       string          `json:"state,omitzero"`
	Extra       *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// Stream names a stream that evidence came with.
type Stream struct {
	Name  string          `json:"name,omitzero"`
	Extra *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// URL is an address on the web (urlEvidence).
type URL struct {
	Base
	URL string `json:"url,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*URL) ODataType() string { return namespace + "urlEvidence" }

// DNS is a name lookup and its answer (dnsEvidence).
type DNS struct {
	Base
	// DNSServerIP is the server that was asked.
	DNSServerIP *IP    `json:"dnsServerIp,omitzero"`
	DomainName  string `json:"domainName,omitzero"`
	// HostIPAddress is the host that asked.
	HostIPAddress *IP `json:"hostIpAddress,omitzero"`
	// IPAddresses are what the name resolved to.
	IPAddresses []IP `json:"ipAddresses,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*DNS) ODataType() string { return namespace + "dnsEvidence" }

// NetworkConnection is a connection between two addresses (networkConnectionEvidence).
type NetworkConnection struct {
	Base
	DestinationAddress *IP          `json:"destinationAddress,omitzero"`
	DestinationPort    *int32       `json:"destinationPort,omitzero"`
	Protocol           ProtocolType `json:"protocol,omitzero"`
	SourceAddress      *IP          `json:"sourceAddress,omitzero"`
	SourcePort         *int32       `json:"sourcePort,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*NetworkConnection) ODataType() string { return namespace + "networkConnectionEvidence" }

// ProtocolType is the transport protocol of a connection.
type ProtocolType string

// The members of [ProtocolType], with the names the API uses.
const (
	ProtocolTypeTCP                ProtocolType = "tcp"
	ProtocolTypeUDP                ProtocolType = "udp"
	ProtocolTypeUnknownFutureValue ProtocolType = "unknownFutureValue"
)

var protocolTypeValues = [...]ProtocolType{
	ProtocolTypeTCP, ProtocolTypeUDP, ProtocolTypeUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (ProtocolType) Values() []ProtocolType { return slices.Clone(protocolTypeValues[:]) }

// Known reports whether p is a member of the schema. Others are kept and written as they came.
func (p ProtocolType) Known() bool { return slices.Contains(protocolTypeValues[:], p) }
