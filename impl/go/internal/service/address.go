package service

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the addresses whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks with commas between them.
func ParseProxies(text string) (Proxies, error) {
	var all Proxies
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			var addr netip.Addr
			if addr, err = netip.ParseAddr(item); err == nil {
				prefix, err = addr.Prefix(addr.BitLen())
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no address or network", item)
		}
		all = append(all, prefix.Masked())
	}
	return all, nil
}

func (p Proxies) contain(addr netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// Client gives the address that limits count by: that of the peer, or, where
// the peer is a known proxy, the last one in X-Forwarded-For that is none. IPv6
// counts by /64, which is what one customer gets.
func (p Proxies) Client(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	if p.contain(addr) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && p.contain(addr); i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break // what stands before it was not written by a proxy of ours
			}
			addr = hop.Unmap().WithZone("")
		}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // the bits fit
	return prefix
}
