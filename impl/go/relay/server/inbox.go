package server

import (
	"context"
	"net/http"
	"strconv"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/relay"
)

// pageBytes is about how much a page holds; limits alone would let it grow to
// 128 MB.
const pageBytes = 4 << 20

// poll gives a page of an inbox to its holder (KEZ-RELAY-057 to 061).
func (a *api) poll(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store") // KEZ-RELAY-042
	handle := r.PathValue("handle")
	if err := relay.CheckHandle(handle); err != nil {
		return err
	}
	since, err := number(r, "since", 0)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", relay.DefaultLimit)
	if err != nil {
		return err
	}
	if _, _, err := a.holder(r, handle, relay.PollText(handle, since), false); err != nil {
		return err
	}
	rows := 0
	if limit > 0 {
		rows = service.Page(r, int(min(limit, relay.MaxLimit))) // KEZ-RELAY-058: limit is not signed
	}
	buffer := a.buffer()
	defer a.giveBack(buffer)
	if *buffer, err = a.appendPage(r.Context(), (*buffer)[:0], handle, since, rows); err != nil {
		return err
	}
	write(w, http.StatusOK, *buffer)
	return nil
}

// appendPage writes the answer to a poll with each envelope as it is
// (KEZ-RELAY-047).
func (a *api) appendPage(ctx context.Context, b []byte, handle string, since int64, limit int) ([]byte, error) {
	b = append(b, `{"messages":[`...)
	first := true
	err := a.Mailbox.Page(ctx, handle, since, limit, pageBytes, func(row *relay.Row) {
		if !first {
			b = append(b, ',')
		}
		b = appendRow(b, row, row.Envelope)
		first, since = false, row.Seq // KEZ-RELAY-059
	})
	b = strconv.AppendInt(append(b, `],"next":`...), since, 10)
	return append(append(append(b, `,"epoch":"`...), a.Mailbox.Epoch()...), "\"}\n"...), err
}

func appendRow(b []byte, row *relay.Row, envelope []byte) []byte {
	b = strconv.AppendInt(append(b, `{"seq":`...), row.Seq, 10)
	b = append(append(b, `,"envelope":`...), envelope...)
	return append(append(append(b, `,"created_at":"`...), row.CreatedAt...), `"}`...)
}

// keptBuffer is the largest buffer that is kept for the next answer.
const keptBuffer = 1 << 20

func (a *api) buffer() *[]byte { return a.buffers.Get().(*[]byte) }

func (a *api) giveBack(b *[]byte) {
	if cap(*b) <= keptBuffer {
		a.buffers.Put(b)
	}
}
