package wire

import (
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// List is the list that makes up most of a document: the value of a page. It is
// read without growing step by step, which for the hundred alerts of a page
// would cost more memory than the alerts themselves.
type List[T any] []T

// UnmarshalJSONFrom reads an array, or null, which gives nil.
func (l *List[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '[' { // null, or an error that says what it is
		return json.UnmarshalDecode(dec, (*[]T)(l))
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	list, start := []T{}, dec.InputOffset()
	for dec.PeekKind() != ']' {
		if len(list) == cap(list) {
			list = slices.Grow(list, room[T](dec, len(list), dec.InputOffset()-start))
		}
		list = append(list, *new(T))
		if err := json.UnmarshalDecode(dec, &list[len(list)-1]); err != nil {
			return err
		}
	}
	*l = list
	_, err := dec.ReadToken()
	return err
}

// room returns for how many more elements to make room after n elements, which
// took so many bytes of text: for one, for four, and then for as many as the
// rest of the text can hold if they are like those before, and one in 16 more.
// What it makes room for is never larger than the rest of the text, or than
// what is there already. Lists in lists have no such guess to share.
func room[T any](dec *jsontext.Decoder, n int, text int64) int {
	if n == 0 {
		return 1
	}
	if dec.StackDepth() > 2 { // the page, its list
		return n
	}
	rest := int64(len(dec.UnreadBuffer()))
	more := rest / max(text/int64(n), 1)
	more += more/16 + 1
	if size := int64(reflect.TypeFor[T]().Size()); more*size > rest {
		more = rest / size
	}
	if n == 1 {
		more = min(more, 3)
	}
	return max(int(more), n)
}
