package evidence

// GitHubOrganization is an organization on GitHub (gitHubOrganizationEvidence).
type GitHubOrganization struct {
	Base
	Company     string `json:"company,omitzero"`
	DisplayName string `json:"displayName,omitzero"`
	Email       string `json:"email,omitzero"`
	Login       string `json:"login,omitzero"`
	OrgID       string `json:"orgId,omitzero"`
	WebURL      string `json:"webUrl,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*GitHubOrganization) ODataType() string { return namespace + "gitHubOrganizationEvidence" }

// GitHubRepo is a repository on GitHub (gitHubRepoEvidence).
type GitHubRepo struct {
	Base
	BaseURL string `json:"baseUrl,omitzero"`
	Login   string `json:"login,omitzero"`
	Owner   string `json:"owner,omitzero"`
	// OwnerType tells a user from an organization.
	OwnerType string `json:"ownerType,omitzero"`
	RepoID    string `json:"repoId,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*GitHubRepo) ODataType() string { return namespace + "gitHubRepoEvidence" }

// GitHubUser is a user of GitHub (gitHubUserEvidence).
type GitHubUser struct {
	Base
	Email  string `json:"email,omitzero"`
	Login  string `json:"login,omitzero"`
	Name   string `json:"name,omitzero"`
	UserID string `json:"userId,omitzero"`
	WebURL string `json:"webUrl,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*GitHubUser) ODataType() string { return namespace + "gitHubUserEvidence" }
