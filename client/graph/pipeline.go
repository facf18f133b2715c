package graph

import (
	"context"
	"iter"
	"sync"
)

// pipeline does work on groups of what it draws from in, several at once, and
// yields the results in the order of in. start makes a result, which has its place
// and what was drawn, and work completes the results of a group. It is given a
// function that calls another one when its turn has come: concurrency turns are
// taken at once.
//
// Twice as many groups are worked on, so that their requests are ready when their
// turn comes, and one that takes long does not make the others wait. in is drawn from by the goroutine that ranges
// over the results. Once ctx has ended only one more thing is drawn, whose result
// says so.
func pipeline[In, Out any](ctx context.Context, in iter.Seq[In], size, concurrency int, start func(int, In) Out, work func(context.Context, []Out, func(func()))) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		ctx, cancel := context.WithCancel(ctx)
		next, stop := iter.Pull(in)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		defer stop()

		type group struct {
			results []Out
			done    chan struct{}
		}
		slots := make(chan struct{}, concurrency)
		turn := func(f func()) {
			slots <- struct{}{}
			defer func() { <-slots }()
			f()
		}
		var groups []group
		drawn, more := 0, true
		for {
			for more && len(groups) < 2*concurrency {
				most := size
				if ctx.Err() != nil {
					most, more = 1, false
				}
				var results []Out
				for len(results) < most {
					thing, ok := next()
					if !ok {
						more = false
						break
					}
					results = append(results, start(drawn, thing))
					drawn++
				}
				if len(results) == 0 {
					break
				}
				g := group{results, make(chan struct{})}
				groups = append(groups, g)
				workers.Go(func() {
					defer close(g.done)
					work(ctx, g.results, turn)
				})
			}
			if len(groups) == 0 {
				return
			}
			<-groups[0].done
			for _, result := range groups[0].results {
				if !yield(result) {
					return
				}
			}
			groups[0] = group{}
			groups = groups[1:]
		}
	}
}
