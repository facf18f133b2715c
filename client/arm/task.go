package arm

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Task is something to do about an incident. An incident has at most [MaxTasks].
type Task = Object[TaskProperties]

// TaskProperties are the properties of a task.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, IncidentTaskProperties.
type TaskProperties struct {
	TaskSettings
	TaskState
}

// TaskSettings are what a caller may set in a task.
type TaskSettings struct {
	// Title and Status are required.
	Title       string     `json:"title,omitzero" validate:"required"`
	Status      TaskStatus `json:"status,omitzero" validate:"required,oneof=New Completed"`
	Description string     `json:"description,omitzero" validate:"-"`
	// CreatedBy and LastModifiedBy are not marked as the service's own by the
	// specification, although the service fills them in. They are sent back as
	// they were read; leave them out when you create a task.
	CreatedBy      *ClientInfo    `json:"createdBy,omitzero" validate:"-"`
	LastModifiedBy *ClientInfo    `json:"lastModifiedBy,omitzero" validate:"-"`
	Unknown        jsontext.Value `json:",embed,inline" validate:"-"` // members that are newer, see [IncidentSettings]
}

// TaskState is what only the service says of a task. It is never sent.
type TaskState struct {
	CreatedTimeUTC      time.Time `json:"createdTimeUtc,omitzero"`
	LastModifiedTimeUTC time.Time `json:"lastModifiedTimeUtc,omitzero"`
}
