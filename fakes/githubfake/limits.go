package githubfake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"kez.lat/kez/fakes/httpfake"
)

// reset is when the rate limit of the API starts anew.
var reset = epoch.Add(time.Hour)

const docs = "https://docs.github.com/rest"

const (
	primaryMessage   = "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
	secondaryMessage = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
	primaryDocs      = docs + "/using-the-rest-api/rate-limits-for-the-rest-api"
)

// RateLimit is the fault of an hour's requests that are nearly used up: n more
// are answered, then all get what PrimaryLimit says.
func (s *Server) RateLimit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remaining = &n
}

// ClearFaults removes all faults, that of RateLimit included.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	s.remaining = nil
	s.mu.Unlock()
	s.Server.ClearFaults()
}

// PrimaryLimit is the fault of an hour's requests that are used up.
func PrimaryLimit() httpfake.Fault {
	return failure(http.StatusForbidden, primaryMessage, primaryDocs).
		Header("X-RateLimit-Limit", "60").Header("X-RateLimit-Remaining", "0").Header("X-RateLimit-Used", "60").
		Header("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10)).Header("X-RateLimit-Resource", "core")
}

// SecondaryLimit is the fault of too many requests at once. GitHub answers it
// with 403 or 429, and with requests left in the hour.
func SecondaryLimit(status int, retryAfter string) httpfake.Fault {
	return failure(status, secondaryMessage, primaryDocs+"#about-secondary-rate-limits").
		Header("Retry-After", retryAfter).
		Header("X-RateLimit-Limit", "60").Header("X-RateLimit-Remaining", "42").Header("X-RateLimit-Used", "18").
		Header("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10)).Header("X-RateLimit-Resource", "core")
}

// Moved is the fault of a resource that is elsewhere.
func Moved(to string) httpfake.Fault {
	body, _ := json.Marshal(map[string]string{ // strings alone
		"message": "Moved Permanently", "url": to,
		"documentation_url": docs + "/guides/best-practices-for-using-the-rest-api#follow-redirects",
	})
	return httpfake.Status(http.StatusMovedPermanently).JSON(string(body)).Header("Location", to)
}

func failure(status int, message, documentation string) httpfake.Fault {
	body, _ := json.Marshal(problem(status, message, documentation)) // strings alone
	return httpfake.Status(status).JSON(string(body))
}

func problem(status int, message, documentation string) map[string]string {
	return map[string]string{"message": message, "documentation_url": documentation, "status": strconv.Itoa(status)}
}

// count counts a request to the API, writes the headers of the rate limit, and
// tells whether it is within the limit.
func (s *Server) count(header http.Header, authorized bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := 60
	if authorized {
		limit = 5000
	}
	within := true
	s.used++
	remaining := max(0, limit-s.used) // the limit itself is a fault, so it has no effect here
	if s.remaining != nil {
		within = *s.remaining > 0
		*s.remaining = max(0, *s.remaining-1)
		remaining = *s.remaining
	}
	header.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	header.Set("X-RateLimit-Used", strconv.Itoa(limit-remaining))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	header.Set("X-RateLimit-Resource", "core")
	return within
}
