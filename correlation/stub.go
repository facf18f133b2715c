package correlation

import "time"

type writer struct{}

func (w *writer) alert(*Alert)     {}
func (w *writer) time(t time.Time) {}

type journalWriter struct{}
type act struct{}

const (
	recordAlert = iota
	recordAdvance
)

func (e *Engine) record(kind int, f func(*writer)) error { return nil }
func (e *Engine) compact()                               {}
func (s *scope) compact(e *Engine)                       {}
func (e *Engine) ordered() (out []*scope) {
	for _, s := range e.scopes {
		out = append(out, s)
	}
	return
}
func (e *Engine) incident(id ID) (*scope, uint32) { return nil, 0 }

func (e *Engine) IncidentOf(tenant, alert string) (ID, bool) {
	h, _ := e.seed.text(nil, domainAlert, alert)
	for n, s := range e.scopes {
		if n.tenant == fold(tenant) {
			if slot := s.index.find(h); slot != nil {
				return s.incidents.at(s.incidentOf(slot.ref)).id, true
			}
		}
	}
	return ID{}, false
}
