package main_test

import (
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/relay/server"
)

// program has no limits on who asks, so that tests may.
var program = servertest.Program{Name: "kez-chat-server", Variable: "KEZ_CHAT_TEST_AS_SERVER", Flags: []string{"--server", "kez.test", "--new-handles", "0", "--sends", "0", "--receives", "0"}}

func TestMain(m *testing.M) {
	program.Main(m, func(args []string) int { return server.Main(args, server.System()) })
}

func post(url string, body []byte) (int, []byte, error) {
	return servertest.Post(url, "application/json", body)
}
