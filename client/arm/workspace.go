package arm

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/internal/validate"
)

// Workspace is a Log Analytics workspace with Microsoft Sentinel.
type Workspace struct {
	// SubscriptionID is the id of the subscription, a GUID.
	SubscriptionID string `json:"subscriptionId"`
	// ResourceGroup is the name of the resource group, of at most 90 letters and
	// digits of any script, and characters of -_.(). It does not end in a dot.
	ResourceGroup string `json:"resourceGroup"`
	// Name is the name of the workspace, of letters, digits and hyphens: 4 to 63 where
	// it is created, 3 to 90 by the specification of Microsoft.SecurityInsights.
	Name string `json:"workspace"`
}

var (
	guidPattern          = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	resourceGroupPattern = regexp.MustCompile(`^[-\pL\p{Nd}_.()]*[-\pL\p{Nd}_()]$`)
	workspacePattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$`)
)

const maxNameLength = 90

// Validate checks the three parts. The error is a [*ValidationError] with all problems.
//
// Sources: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01; Learn, "Naming rules and restrictions for Azure resources", which says that
// the letters of a resource group are those of Unicode.
func (w Workspace) Validate() error {
	var ps validate.Problems
	if !guidPattern.MatchString(w.SubscriptionID) {
		ps.Add("subscriptionId", "guid", "is %s; give the GUID of a subscription", validate.Quote(w.SubscriptionID))
	}
	if !resourceGroupPattern.MatchString(w.ResourceGroup) || utf8.RuneCountInString(w.ResourceGroup) > maxNameLength {
		ps.Add("resourceGroup", "name", "is %s; give 1 to %d letters, digits and characters of -_.(), the last of which is no dot", validate.Quote(w.ResourceGroup), maxNameLength)
	}
	if !workspacePattern.MatchString(w.Name) || len(w.Name) > maxNameLength {
		ps.Add("workspace", "name", "is %s; give 3 to %d letters, digits and hyphens that neither start nor end with a hyphen", validate.Quote(w.Name), maxNameLength)
	}
	return ps.Err()
}

const provider = "Microsoft.SecurityInsights"

// path returns the segments of the path of an object in the workspace.
func (w Workspace) path(segments ...string) []string {
	return append([]string{
		"subscriptions", w.SubscriptionID, "resourceGroups", w.ResourceGroup,
		"providers", "Microsoft.OperationalInsights", "workspaces", w.Name,
		"providers", provider,
	}, segments...)
}

// resourceID returns the id of an object in the workspace. Unlike a path, an id is not
// escaped; what no name can have is all the same, so that the id of a text that is no
// name is not that of another object.
func (w Workspace) resourceID(segments ...string) string {
	var id strings.Builder
	for _, name := range w.path(segments...) {
		if id.WriteByte('/'); name == "." || name == ".." {
			name = strings.ReplaceAll(name, ".", "%2E")
		} else {
			name = escaper.Replace(name)
		}
		id.WriteString(name)
	}
	return id.String()
}

var escaper = func() *strings.Replacer {
	var pairs []string
	for _, r := range forbidden {
		pairs = append(pairs, string(r), fmt.Sprintf("%%%02X", r))
	}
	return strings.NewReplacer(pairs...)
}()

// within returns what an id names below the workspace, and whether it is there at
// all. Names compare without regard to case, and one that came escaped is the same.
// The namespace of the workspace is not compared: many examples of the specification
// misspell it, and whether the service ever does is not known.
func (w Workspace) within(id string) (rest string, here bool) {
	parts, want := strings.Split(id, "/"), strings.Split(w.resourceID(), "/")
	for i, part := range parts {
		if name, err := url.PathUnescape(part); err == nil {
			parts[i] = name
		}
	}
	const namespace = 6
	for i := range want {
		if len(parts) <= i || i != namespace && !EqualIDs(parts[i], want[i]) {
			return "", false
		}
	}
	return strings.Join(parts[len(want):], "/"), true
}

// ParseWorkspace reads a workspace from its id in Azure Resource Manager, or
// from the id of anything in it. Case does not matter in the fixed parts.
func ParseWorkspace(resourceID string) (Workspace, error) {
	parts := strings.Split(strings.TrimPrefix(resourceID, "/"), "/")
	fixed := [...]string{"subscriptions", "", "resourceGroups", "", "providers", "Microsoft.OperationalInsights", "workspaces", ""}
	ok := len(parts) >= len(fixed)
	for i := 0; ok && i < len(fixed); i++ {
		ok = fixed[i] == "" || strings.EqualFold(fixed[i], parts[i])
	}
	if !ok {
		var ps validate.Problems
		ps.Add("", "resource-id", "%s is not the id of a workspace; give /subscriptions/{guid}/resourceGroups/{name}/providers/Microsoft.OperationalInsights/workspaces/{name}", validate.Quote(resourceID))
		return Workspace{}, ps.Err()
	}
	w := Workspace{SubscriptionID: parts[1], ResourceGroup: parts[3], Name: parts[7]}
	return w, w.Validate()
}
