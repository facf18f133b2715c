package client

// What tests look at from outside.
var (
	ClaimsOf        = claimsOf
	RequestedClaims = requestedClaims
)
