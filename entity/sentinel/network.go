package sentinel

import (
	"github.com/go-json-experiment/json/jsontext"
)

// IP is an internet address.
type IP struct {
	Base
	// Address is the address in its usual text form, version 4 or 6.
	Address            string               `json:"address,omitzero"`
	Location           *GeoLocation         `json:"location,omitzero"`
	ThreatIntelligence []ThreatIntelligence `json:"threatIntelligence,omitzero"`
}

// Kind returns [KindIP].
func (*IP) Kind() Kind { return KindIP }

// URL is an address on the web.
type URL struct {
	Base
	URL string `json:"url,omitzero"`
}

// Kind returns [KindURL].
func (*URL) Kind() Kind { return KindURL }

// DNSResolution is a name lookup and its answer.
type DNSResolution struct {
	Base
	DomainName string `json:"domainName,omitzero"`
	// DNSServerIPEntityID names the address of the server that was asked,
	// HostIPAddressEntityID that of the host that asked, and IPAddressEntityIDs
	// those that the name resolved to.
	DNSServerIPEntityID   string   `json:"dnsServerIpEntityId,omitzero"`
	HostIPAddressEntityID string   `json:"hostIpAddressEntityId,omitzero"`
	IPAddressEntityIDs    []string `json:"ipAddressEntityIds,omitzero"`
}

// Kind returns [KindDNSResolution].
func (*DNSResolution) Kind() Kind { return KindDNSResolution }

// GeoLocation is where an address is thought to be. Latitude and longitude are
// in degrees; the text of the specification has them the wrong way round.
type GeoLocation struct {
	City  string `json:"city,omitzero"`
	State string `json:"state,omitzero"`
	// CountryCode is the code of ISO 3166, CountryName the short name.
	CountryCode string   `json:"countryCode,omitzero"`
	CountryName string   `json:"countryName,omitzero"`
	Latitude    *float64 `json:"latitude,omitzero"`
	Longitude   *float64 `json:"longitude,omitzero"`
	// ASN is the number of the autonomous system.
	ASN     *int32         `json:"asn,omitzero"`
	Unknown jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// ThreatIntelligence is what somebody knows about an entity.
type ThreatIntelligence struct {
	// ProviderName is who says it.
	ProviderName      string `json:"providerName,omitzero"`
	ThreatType        string `json:"threatType,omitzero"`
	ThreatName        string `json:"threatName,omitzero"`
	ThreatDescription string `json:"threatDescription,omitzero"`
	// Confidence is from 0 to 1.
	Confidence *float64       `json:"confidence,omitzero"`
	ReportLink string         `json:"reportLink,omitzero"`
	Unknown    jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}
