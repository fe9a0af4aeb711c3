// The fixed calls through github.com/segmentio/analytics-go/v3.
package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/segmentio/analytics-go/v3"
)

const (
	sdk     = "segment-go"
	user    = "user-42"
	waitMax = 30 * time.Second
)

var (
	run    = os.Getenv("SDK_RUN")
	sent   atomic.Int32
	failed atomic.Value
)

type callback struct{}

func (callback) Success(analytics.Message)              { sent.Add(1) }
func (callback) Failure(_ analytics.Message, err error) { failed.Store(err) }

// marked gives the pairs beside the members that mark the run.
func marked(pairs ...any) map[string]any {
	members := map[string]any{"sdk": sdk, "run": run}
	for i := 0; i < len(pairs); i += 2 {
		members[pairs[i].(string)] = pairs[i+1]
	}
	return members
}

func messages() []analytics.Message {
	nested := marked("a", map[string]any{"b": map[string]any{"c": []any{1, 2.5, map[string]any{"d": nil, "e": []any{}}}}},
		"flags", []any{true, false, nil}, "big", int64(9007199254740991), "huge", uint64(9223372036854775809), "small", 1e-7, "empty", map[string]any{})
	return []analytics.Message{
		analytics.Identify{UserId: user, Traits: marked("email", "ada@example.com", "plan", "pro", "age", 37)},
		analytics.Track{UserId: user, Event: "Order Completed", Properties: marked("orderId", "o-1", "revenue", 19.99, "currency", "EUR")},
		analytics.Track{UserId: user, Event: "Ünïcode ☕", Properties: marked("title", "日本語 Café “Ünïcode” – naïve", "emoji", "🎉👩‍🚀🇩🇪", "quote", "\"\\\t\u0001<&>")},
		analytics.Track{UserId: user, Event: "Nested", Properties: nested},
		analytics.Track{UserId: user, Event: "Explicit", MessageId: sdk + "-" + run + "-explicit",
			Timestamp: time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC), Properties: marked()},
		analytics.Page{UserId: user, Name: "Home", Properties: marked("url", "https://example.com/docs")},
		analytics.Screen{UserId: user, Name: "Main", Properties: marked()},
		analytics.Group{UserId: user, GroupId: "group-7", Traits: marked("industry", "retail", "employees", 12)},
		analytics.Alias{UserId: user, PreviousId: "anon-1"},
	}
}

func main() {
	client, err := analytics.NewWithConfig(os.Getenv("SDK_KEY"), analytics.Config{
		Endpoint: os.Getenv("SDK_URL"), Callback: callback{}, Interval: 200 * time.Millisecond})
	if err != nil {
		fail(err)
	}
	all := messages()
	for _, message := range all {
		if err := client.Enqueue(message); err != nil {
			fail(err)
		}
	}
	// A client that is closed does not try again.
	for end := time.Now().Add(waitMax); int(sent.Load()) < len(all) && failed.Load() == nil && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	if err := client.Close(); err != nil {
		fail(err)
	}
	if err := failed.Load(); err != nil || int(sent.Load()) != len(all) {
		fail(fmt.Errorf("%d of %d delivered: %v", sent.Load(), len(all), err))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "SDK error:", err)
	os.Exit(1)
}
