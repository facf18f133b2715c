package correlation

import "time"

type writer struct{}

func (w *writer) alert(*Alert)     {}
func (w *writer) time(t time.Time) {}

type journalWriter struct{}

const (
	recordAlert = iota
	recordAdvance
)

func (e *Engine) record(kind int, f func(*writer)) error { return nil }
func (e *Engine) compact()                               {}
func (s *scope) compact(e *Engine)                       {}

func (w *writer) move(string, []string, ID)                                           {}
func (w *writer) split(ID, []string)                                                  {}
func (w *writer) ids([]ID)                                                            {}
func (w *writer) change(ID, Change)                                                   {}
func (e *Engine) recordAct(kind ActKind, now time.Time, by By, f func(*writer)) error { return nil }
