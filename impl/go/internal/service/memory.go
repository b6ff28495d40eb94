package service

import "runtime/debug"

const (
	// gcPercent lets a server, whose lasting memory is small and whose answers are
	// short-lived, collect less often than a program that keeps what it makes;
	// beyond softLimit it collects as it must.
	gcPercent = 400
	softLimit = 400 << 20
)

// tuneMemory sets how memory is collected, where the environment does not say it.
func tuneMemory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softLimit)
	}
}
