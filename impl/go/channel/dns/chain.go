package dns

import (
	"context"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// ChainName is the name whose TXT record holds a domain's chain, or says where
// it is.
func ChainName(domain string) string { return "_kez-sigchain." + domain }

// Chain gives the text of the record that publishes a chain for a domain: a
// bundle, or the URL of one; "" where there is none (KEZ-CHAN-075, 076, 079).
// Records that are neither are ignored.
func (c Channel) Chain(ctx context.Context, domain string) (string, error) {
	name := ChainName(domain)
	ctx, cancel := context.WithTimeout(ctx, channel.Deadline)
	defer cancel()
	answer, err := c.Resolver.LookupTXT(ctx, name)
	if err != nil {
		return "", err
	}
	if len(answer.Records) > encoding.MaxRecords {
		return "", kez.Errorf(kez.ChannelTooLarge, "%s has more than %d TXT records", name, encoding.MaxRecords).
			WithHint("the owner removes the records that are not needed")
	}
	found := ""
	for _, record := range answer.Records {
		text := strings.Trim(strings.Join(record, ""), kez.JSONSpace)
		if !publishesChain(text) {
			continue
		}
		switch {
		case len(text) > encoding.MaxTXT:
			return "", kez.Errorf(kez.ChannelTooLarge, "the TXT record at %s is larger than %d bytes", name, encoding.MaxTXT).
				WithHint("the owner publishes the chain on the web and puts its https URL into the record")
		case found != "" && found != text:
			return "", kez.Errorf(kez.ChannelBadContent, "%s has several TXT records for a chain, and none of them is the first", name).
				WithHint("the owner leaves one of them")
		}
		found = text
	}
	return found, nil
}

// publishesChain tells records of ours from those of other programs.
func publishesChain(text string) bool {
	lower := strings.ToLower(text[:min(len(text), 8)])
	return strings.HasPrefix(lower, "kez:") || strings.HasPrefix(lower, "https:") || strings.HasPrefix(lower, "http:")
}
