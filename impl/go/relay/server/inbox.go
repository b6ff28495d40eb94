package server

import (
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
	page, err := a.Mailbox.Page(r.Context(), handle, since, rows, pageBytes)
	if err != nil {
		return err
	}
	buffer := a.buffer()
	defer a.giveBack(buffer)
	*buffer = appendPage((*buffer)[:0], page, since, a.Mailbox.Epoch())
	write(w, http.StatusOK, *buffer)
	return nil
}

// appendPage writes the answer to a poll with each envelope as it is
// (KEZ-RELAY-047).
func appendPage(b []byte, page []relay.Row, since int64, epoch string) []byte {
	b = append(b, `{"messages":[`...)
	for i := range page {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRow(b, &page[i], page[i].Envelope)
		since = page[i].Seq // KEZ-RELAY-059
	}
	b = strconv.AppendInt(append(b, `],"next":`...), since, 10)
	return append(append(append(b, `,"epoch":"`...), epoch...), "\"}\n"...)
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
