package client

import (
	"context"

	"github.com/incidentkit/incidentkit/incident"
)

// Submitter raises an incident from a draft.
//
// The receipt is returned with an error as well, as soon as a first request was
// sent: it says which steps were done, so that the rest can be made up for
// without doing anything twice. A draft that breaks rules gives an
// [*incident.ValidationError] and nothing is sent.
type Submitter interface {
	Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error)
}
