package server

import (
	"math"
	"net/http"
	"strconv"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// chain gives a chain, or its end (KEZ-STORE-010, 012, 014 to 016).
func (a *api) chain(w http.ResponseWriter, r *http.Request) error {
	since, err := service.Count(r, "since")
	if err != nil {
		return err
	}
	tip, err := a.tip(r)
	if err != nil {
		return err
	}
	if unchanged(w, r, tip) {
		return nil
	}
	first := int(min(since, int64(tip.Length)))
	length := int64(-1)
	if first == 0 {
		length = tip.Bytes
	}
	return service.Stream(w, r, "application/jsonl", length, func(write func(...[]byte) error) error {
		if first == tip.Length {
			return nil
		}
		return a.log.Lines(r.Context(), tip, first, func(line []byte) error { return write(line, newline) })
	})
}

// unchanged sets the entity tag, and answers whoever has that already.
func unchanged(w http.ResponseWriter, r *http.Request, tip sigchain.Tip) bool {
	tag := `"` + tip.Head.String() + `"` // KEZ-STORE-014
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if service.Matches(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

var newline = []byte("\n")

// export gives all events in the order of arrival (KEZ-STORE-032).
func (a *api) export(w http.ResponseWriter, r *http.Request) error {
	after, err := service.Count(r, "after")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return service.Stream(w, r, "application/jsonl", -1, func(write func(...[]byte) error) error {
		if after == math.MaxInt64 {
			return nil
		}
		var number []byte
		return a.log.Arrivals(r.Context(), after, func(arrival sigchain.Arrival) error {
			number = strconv.AppendInt(number[:0], arrival.N, 10)
			return write([]byte(`{"n":`), number, []byte(`,"event":`), arrival.Line, []byte("}\n"))
		})
	})
}

// pageSize is how many primaries one answer lists (KEZ-STORE-029).
const pageSize = 100

func (a *api) bySubject(w http.ResponseWriter, r *http.Request) error {
	after, _, err := service.Single(r, "after")
	if err != nil {
		return err
	}
	subject, err := kez.ParseSigned(r.PathValue("identity"))
	if err != nil {
		return err
	}
	primaries, next, err := a.log.BySubject(r.Context(), subject, after, service.Page(r, pageSize))
	if err != nil {
		return err
	}
	names := make([]string, 0, len(primaries)) // an empty list is [], never null
	for _, id := range primaries {
		names = append(names, id.String())
	}
	w.Header().Set("Cache-Control", "no-store")
	service.WriteJSON(w, http.StatusOK, struct {
		Primaries []string `json:"primaries"`
		Next      string   `json:"next"`
	}{names, next})
	return nil
}
