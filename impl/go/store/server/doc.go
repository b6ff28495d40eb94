// Package server is the sigchain store as a program: the routes of spec/store.md
// over a [sigchain.Log], its commands, and the mirror of another store.
//
// # Trust
//
// A store has no accounts. An event is stored because its primary signed it and
// it follows what is stored of that primary; nothing else is asked.
//
// # Appending
//
// What is posted is verified against the end of the stored chain, outside of any
// transaction, and stored if the chain still ends there. Where it does not, it
// is verified again: whoever came first has won, and the rest see the same chain
// that everybody else sees (KEZ-STORE-028).
package server
