package emulator

// Check returns an error if the tenant's state contradicts itself.
func (t *Tenant) Check() error { return t.store.Check() }
