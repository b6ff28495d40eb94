// Package tui is the chat on a whole terminal: conversations to the left, the
// thread and what is being written to the right.
//
// # Parts
//
// A model holds everything that is shown. It takes in what happens, a key or a
// result, and gives the effects that it wants done; it asks nothing and waits for
// nothing. The runner does the effects with the session of the moment. [Run] puts
// both on a terminal.
//
// # Text of others
//
// Nothing out of data is written as it is: controls, bidirectional and invisible
// characters are escaped, marks are bounded, and every line is measured as the
// terminal measures it (KEZ-CLI-014). A thread keeps no more than a bounded part
// of a body, and the whole is laid out only where somebody asks to read it.
//
// # Lock
//
// To lock is to forget: everything that uses the session is stopped and waited
// for, then the session is closed, its keys are erased, and the model is emptied.
package tui
