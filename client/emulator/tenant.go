package emulator

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

// The tenant and the application that a new Tenant knows. They stand for no one.
const (
	TenantID     = "5d0f1c2e-8a34-4c7b-9e61-3b2a7f40d915"
	ClientID     = "c0ffee00-1d5a-4b1e-8f3c-2a9d6e7b4f10"
	ClientSecret = "emulator-secret"
)

// Tenant is a Defender tenant whose state is in memory. It is safe for
// concurrent use.
type Tenant struct {
	now        func() time.Time
	choices    Choices
	identities []*Identity
	groups     []DeviceGroup
	workspaces []Workspace
	retention  time.Duration

	mux    *router
	arm    map[string]armRoute
	routes []Route
	store  *store.Store
	tokens *tokens

	// profile has the rules by which incidents are merged; with standing, nothing
	// is merged in the background.
	profile    correlation.Settings
	standing   bool
	background *background

	log    requestLog
	audit  auditLog
	feed   activityFeed
	limits Limits
	known  []entity.Definition

	mu     sync.Mutex
	random *rand.ChaCha8
	// chance decides which requests a fault strikes. It is another source than
	// that of the ids, so that these do not depend on faults.
	chance *rand.ChaCha8
	faults []*injected
	// runs are playbooks, buckets the requests that callers have left.
	runs    []PlaybookRun
	buckets map[bucketKey]*bucket
}

// Option changes a new tenant.
type Option func(*Tenant)

// WithClock sets the clock by which the tenant stamps what it creates; the
// default is [time.Now]. It is called from several requests at once.
func WithClock(now func() time.Time) Option {
	return func(t *Tenant) { t.now = now }
}

// WithSeed sets the seed that ids are made from, and faults strike by; two tenants with the same seed
// make the same ones. The default is 1.
func WithSeed(seed uint64) Option {
	return func(t *Tenant) { t.random, t.chance = newRandom(seed), newRandom(^seed) }
}

// WithHuntingRetention sets how far back hunting goes, on the tenant's clock.
// The default, and what is documented, is 30 days.
func WithHuntingRetention(d time.Duration) Option {
	return func(t *Tenant) { t.retention = d }
}

func newRandom(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	copy(key[:], strconv.FormatUint(seed, 10))
	return rand.NewChaCha8(key)
}

// New returns a tenant without incidents.
func New(opts ...Option) *Tenant {
	t := &Tenant{
		now:        time.Now,
		random:     newRandom(1),
		chance:     newRandom(^uint64(1)),
		identities: []*Identity{everything()},
		workspaces: []Workspace{{ID: WorkspaceID, SubscriptionID: SubscriptionID, ResourceGroup: ResourceGroup, Name: WorkspaceName}},
		retention:  30 * 24 * time.Hour,
		profile:    correlation.Defender(),
	}
	for _, opt := range opts {
		opt(t)
	}
	for _, i := range t.identities {
		if i.ObjectID == "" {
			i.ObjectID = t.newGUID()
		}
	}
	t.limits = t.limits.orDefaults()
	t.log.most = t.limits.Requests
	t.store = store.New(t.retention, t.limits.History)
	t.store.Observe(t.recordChanges)
	if !t.standing {
		t.background = t.newBackground()
	}
	t.tokens = newTokens()
	t.mux = t.handle()
	return t
}

// Cloud returns a cloud whose authority and whose APIs are the tenant at root,
// the address of a listener such as http://127.0.0.1:8080. A client that sends
// through the tenant itself may take any https address.
func (t *Tenant) Cloud(root string) client.Cloud {
	return client.Cloud{Name: "emulator", Authority: root, Graph: root, ARM: root, Portal: portal, CreatesAlerts: true, Unlimited: true}
}

// Credential returns the credential of the application [ClientID].
func (t *Tenant) Credential() client.Credential {
	return client.ClientSecret(TenantID, ClientID, ClientSecret)
}

// portal is where the links of answers lead.
const portal = "https://security.microsoft.com"

// newGUID makes an id.
func (t *Tenant) newGUID() string {
	var b [16]byte
	t.mu.Lock()
	_, _ = t.random.Read(b[:])
	t.mu.Unlock()
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// stamp is the time as the service writes it.
func (t *Tenant) stamp() time.Time { return t.now().UTC().Truncate(100 * time.Nanosecond) }
