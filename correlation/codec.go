package correlation

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// codec writes values to a buffer or reads them from one, so that one function
// says both. After an error reading gives zero values.
type codec struct {
	buf     []byte
	reading bool
	err     error
}

// writer is a codec that writes the arguments of a call.
type writer = codec

var errForm = errors.New("the data have not the form that they should have")

func (c *codec) uint(v uint64) uint64 {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, v)
		return v
	}
	v, n := binary.Uvarint(c.buf)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.buf = c.buf[n:]
	return v
}

func (c *codec) fail() {
	if c.err == nil {
		c.err = errForm
	}
	c.buf = nil
}

// number is for whole numbers of every kind; negative ones are long.
func number[T ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int | ~int16 | ~int32 | ~int64](c *codec, vs ...*T) {
	for _, v := range vs {
		*v = T(c.uint(uint64(*v)))
	}
}

func text[T ~string](c *codec, vs ...*T) {
	for _, v := range vs {
		n := c.uint(uint64(len(*v)))
		if !c.reading {
			c.buf = append(c.buf, *v...)
			continue
		}
		if n > uint64(len(c.buf)) {
			c.fail()
			*v = ""
			continue
		}
		*v = T(c.buf[:n])
		c.buf = c.buf[n:]
	}
}

func flagOf(c *codec, vs ...*bool) {
	for _, v := range vs {
		b := uint8(0)
		if *v {
			b = 1
		}
		number(c, &b)
		*v = b != 0
	}
}

func list[T any](c *codec, v *[]T, each func(*T)) {
	n := c.uint(uint64(len(*v)))
	if c.reading {
		if n > uint64(len(c.buf)) { // each takes at least a byte
			c.fail()
			n = 0
		}
		*v = make([]T, n)
	}
	for i := range *v {
		each(&(*v)[i])
	}
	if c.reading && n == 0 {
		*v = nil
	}
}

func optional[T any](c *codec, v **T, each func(*T)) {
	there := *v != nil
	flagOf(c, &there)
	if !there {
		*v = nil
		return
	}
	if *v == nil {
		*v = new(T)
	}
	each(*v)
}

func (c *codec) id(v *ID) {
	for i := range v {
		if !c.reading {
			c.buf = append(c.buf, v[i])
		} else if len(c.buf) == 0 {
			c.fail()
			return
		} else {
			v[i], c.buf = c.buf[0], c.buf[1:]
		}
	}
}

func (c *codec) time(t time.Time) time.Time {
	zero, sec, nsec := t.IsZero(), int64(0), int64(0)
	if !zero && !c.reading {
		sec, nsec = t.Unix(), int64(t.Nanosecond())
	}
	flagOf(c, &zero)
	number(c, &sec, &nsec)
	if zero {
		return time.Time{}
	}
	if nsec < 0 || nsec > math.MaxInt32 {
		c.fail()
		return time.Time{}
	}
	return time.Unix(sec, nsec).UTC()
}

func (c *codec) alert(a *Alert) {
	text(c, &a.ID, &a.Tenant, &a.Workspace, &a.Detector, &a.Source, &a.Title)
	a.Time = c.time(a.Time)
	text(c, &a.Severity)
	text(c, &a.Category)
	list(c, &a.Techniques, func(t *attack.ID) { text(c, t) })
	list(c, &a.Entities, func(e *Entity) {
		flagOf(c, &e.Impacted)
		list(c, &e.Keys, func(k *entity.Key) {
			text(c, &k.Type)
			text(c, &k.Identifier)
			text(c, &k.Namespace, &k.Value)
			number(c, &k.Strength)
		})
	})
	list(c, &a.Hashed, func(k *HashedKey) {
		number(c, &k.Hash)
		number(c, &k.Entity)
		number(c, &k.Strength)
		text(c, &k.Type)
	})
	list(c, &a.DeviceGroups, func(s *string) { text(c, s) })
	flagOf(c, &a.Excluded)
	c.id(&a.Link)
}

// call is what an act was asked for.
type call struct {
	tenant string
	alerts []string
	ids    []ID
	change Change
}

func (c *codec) call(v *call) {
	text(c, &v.tenant)
	list(c, &v.alerts, func(s *string) { text(c, s) })
	list(c, &v.ids, c.id)
	optional(c, &v.change.Owner, func(s *string) { text(c, s) })
	optional(c, &v.change.Status, func(s *incident.Status) { text(c, s) })
	optional(c, &v.change.Classification, func(s *alert.Classification) { text(c, s) })
	optional(c, &v.change.Determination, func(s *alert.Determination) { text(c, s) })
	optional(c, &v.change.Name, func(s *string) { text(c, s) })
	optional(c, &v.change.Severity, func(s *alert.Severity) { text(c, s) })
	optional(c, &v.change.Tags, func(t *[]string) { list(c, t, func(s *string) { text(c, s) }) })
}
