package home

import "os"

// TryLock locks an open file for this process, as [Home.Lock] does, without
// waiting, and reports whether another process holds it. The lock ends with the
// file or the process. It is for files outside of KEZ_HOME.
func TryLock(file *os.File) (held bool, err error) { return tryLock(file) }
