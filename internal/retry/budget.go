package retry

import "sync"

// Budget keeps the requests of a client from being repeated when most of them
// fail: then repeating only makes the service's trouble worse. Each repetition
// takes one from it, each request that succeeds gives a tenth back, and nothing
// is repeated while less than half is left. Being throttled takes nothing: the
// service itself says how long to wait.
//
// The scheme is that of gRPC's proposal A6, "client retries", retry throttling.
// A Budget is safe for concurrent use.
type Budget struct {
	mu         sync.Mutex
	left, most float64
}

// NewBudget returns a full budget.
func NewBudget(most int) *Budget { return &Budget{left: float64(most), most: float64(most)} }

func (b *Budget) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = max(b.left-1, 0)
	return b.left >= b.most/2
}

func (b *Budget) refill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+0.1, b.most)
}
