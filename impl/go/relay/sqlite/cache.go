package sqlite

import (
	"sync"

	"kez.lat/kez/impl/go/relay"
)

// cache holds accounts by handle, since every send and every poll asks for one.
// It takes so much memory and no more: for a new account any old one goes.
type cache struct {
	mu       sync.Mutex
	accounts map[string]*relay.Account
	size     int
	changes  uint64 // counts, so that what was read before a change is not kept after it
}

// cacheSize bounds the memory of the cache in bytes.
const cacheSize = 16 << 20

func (c *cache) reset() { c.accounts = map[string]*relay.Account{} }

// get gives an account, or nil and the state to give put.
func (c *cache) get(handle string) (*relay.Account, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.accounts[handle], c.changes
}

// put keeps an account that was read since get.
func (c *cache) put(a *relay.Account, since uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != since || c.accounts[a.Handle] != nil {
		return
	}
	size := weight(a)
	for handle, old := range c.accounts {
		if c.size+size <= cacheSize {
			break
		}
		delete(c.accounts, handle)
		c.size -= weight(old)
	}
	c.accounts[a.Handle] = a
	c.size += size
}

func (c *cache) forget(handle string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	if a := c.accounts[handle]; a != nil {
		delete(c.accounts, handle)
		c.size -= weight(a)
	}
}

// weight estimates the memory of an account.
func weight(a *relay.Account) int {
	n := 1024 + len(a.Registration)
	for _, p := range a.Proofs {
		n += 32 + len(p)
	}
	for _, list := range [][]string{a.Policy.Contacts, a.Blocks} {
		for _, id := range list {
			n += 32 + len(id)
		}
	}
	return n
}
