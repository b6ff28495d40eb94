package server

import (
	"net/http"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// authValue gives the value of the header, or where the route takes it of the
// parameter auth, and false where there is none (KEZ-RELAY-035, 040).
func authValue(r *http.Request, parameter bool) (value string, given bool, err error) {
	values := r.Header.Values(relay.AuthHeader)
	if parameter {
		text, there, err := service.Single(r, "auth")
		if err != nil {
			return "", true, ambiguous()
		}
		if there {
			values = append(values[:len(values):len(values)], text)
		}
	}
	switch {
	case len(values) == 0:
		return "", false, nil
	case len(values) > 1:
		return "", true, ambiguous()
	case values[0] == "":
		return "", true, kez.Errorf(kez.AuthMalformed, "%s is empty", relay.AuthHeader).
			WithHint("send the header %s: <Unix seconds>:<signature in hex>", relay.AuthHeader)
	}
	return values[0], true, nil
}

func ambiguous() error {
	return kez.Errorf(kez.AuthMalformed, "the signature of the request is given more than once").WithHint("send the header %s once", relay.AuthHeader)
}

// holder checks that a request comes from the holder of a handle, whose grammar
// was judged before. The order is that of KEZ-RELAY-038.
func (a *api) holder(r *http.Request, handle string, lines []string, parameter bool) (*relay.Account, *relay.Auth, error) {
	value, _, err := authValue(r, parameter)
	if err != nil {
		return nil, nil, err
	}
	auth, err := relay.ReadAuth(value, a.Now())
	if err != nil {
		return nil, nil, err
	}
	account, err := a.account(r.Context(), handle)
	if err != nil {
		return nil, nil, err
	}
	return account, auth, auth.Verify(lines, account.Primary)
}
