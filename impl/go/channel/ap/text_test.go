package ap_test

import (
	"encoding/json"
	"strings"
	"testing"

	"kez.lat/kez/fakes/apfake"
	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/kez"
)

// document writes an actor without escapes of HTML, which would make it larger.
func document(t testing.TB, actor apfake.Actor) string {
	t.Helper()
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	attachment := []any{}
	for _, field := range actor.Fields {
		attachment = append(attachment, map[string]any{"type": "PropertyValue", "name": field.Name, "value": field.Value})
	}
	err := encoder.Encode(map[string]any{
		"id": "https://a.example/users/alice", "type": "Person", "preferredUsername": "alice",
		"summary": actor.Summary, "attachment": attachment,
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestHTML has a proof in the HTML of a property and of the summary; HEAD and
// TAIL are its two halves [KEZ-CHAN-068] [KEZ-CHAN-069] [KEZ-CHAN-070].
func TestHTML(t *testing.T) {
	token := short(t, "ap:alice@a.example")
	body := strings.TrimPrefix(token, "kez:b1:")
	for name, test := range map[string]struct {
		html string
		want kez.Code
	}{
		"A-09 shortened link": {`<a href="https://x.example/"><span class="invisible">kez:b1:</span><span class="ellipsis">HEAD</span><span class="invisible">TAIL</span></a>`, ""},
		"A-10 reference":      {`&#107;ez&#x3a;b1:HEADTAIL`, ""},
		"A-10 script":         {`<script>kez:b1:HEADTAIL</script>`, kez.ChannelNotFound},
		"A-10 script inside":  {`kez:b1:HEAD<script>alert("<b>")</script>TAIL`, ""},
		"A-10 style":          {`<style>kez:b1:HEADTAIL</style>`, kez.ChannelNotFound},
		"A-10 self-closed":    {`<script/>kez:b1:HEADTAIL`, kez.ChannelNotFound},
		"A-10 nested":         {`<p><b><i>kez:b1:<u>HEAD</u></i></b><wbr>TAIL</p>`, ""},
		"A-10 twice escaped":  {`&amp;#107;ez:b1:HEADTAIL`, kez.ChannelNotFound},
		"comment":             {`<!-- kez:b1:HEADTAIL -->`, kez.ChannelNotFound},
		"comment inside":      {`kez:b1:HEAD<!-- x -->TAIL`, ""},
		"attribute":           {`<a href="kez:b1:HEADTAIL" title='kez:b1:HEADTAIL'>x</a>`, kez.ChannelNotFound},
		"unclosed tag":        {`kez:b1:HEADTAIL <a href="`, ""},
		"paragraphs":          {`<p>me</p><p>kez:b1:HEADTAIL</p><p>you</p>`, ""},
		"break":               {`me<br>kez:b1:HEADTAIL<br/>you`, ""},
		"break inside":        {`kez:b1:HEAD<br>TAIL`, kez.ChannelCorrupt},
		"list":                {`<ul><li>me</li><li>kez:b1:HEADTAIL</li></ul>`, ""},
		"span":                {`<span>me</span><span>kez:b1:HEADTAIL</span>`, kez.ChannelNotFound},
		"fence":               {"<pre>```kez</pre><pre>kez:b1:HEADTAIL</pre><pre>```</pre>", ""},
		"title and textarea":  {`<title>a<b></title><textarea>kez:b1:HEAD<b>TAIL</b></textarea>`, kez.ChannelNotFound},
		"textarea":            {`<div><textarea>kez:b1:HEAD<b>TAIL</b></textarea></div>`, ""},
		"capitals":            {`<DIV>me</DIV><SCRIPT>x</SCRIPT><P>kez:b1:HEADTAIL</P>`, ""},
		"soft hyphen":         {`kez:b1:HEAD&shy;TAIL`, kez.ChannelCorrupt},
		"mangled":             {`kez:b1:HEAD`, kez.ChannelCorrupt},
		"plain text":          {`1 < 2 & kez:b1:HEADTAIL`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			value := strings.NewReplacer("HEAD", body[:20], "TAIL", body[20:]).Replace(test.html)
			for part, actor := range map[string]apfake.Actor{
				"summary":    {Summary: value},
				"property 2": {Fields: []apfake.Field{{Name: "site", Value: "x"}, {Name: "kez", Value: value}}},
			} {
				server := start(t, "")
				if err := server.AddActor("a.example", "alice", actor); err != nil {
					t.Fatal(err)
				}
				_, r := look(t.Context(), t, server)
				wants(t, r, test.want)
				if r.Code == "" && !strings.HasPrefix(r.Evidence, "https://a.example/users/alice, "+part+", line ") {
					t.Errorf("evidence %q", r.Evidence)
				}
			}
		})
	}
}

// TestA10Size reads a megabyte of tags; BenchmarkPlain shows that the time is
// linear.
func TestA10Size(t *testing.T) {
	server := start(t, "")
	for _, filler := range []string{"<b>", "<", "<!--", "<a b", "&", "&#", "<script>", "</", "<p><b>x"} {
		value := `<b>PLACE</b>` + strings.Repeat(filler, 900<<10/len(filler))
		value = strings.Replace(value, "PLACE", short(t, "ap:alice@a.example"), 1)
		actor := apfake.Actor{Fields: []apfake.Field{{Name: "kez", Value: value}}}
		server.Fault(profile, httpfake.Status(200).Type("application/activity+json").Body(document(t, actor)))
		if err := server.AddActor("a.example", "alice", apfake.Actor{}); err != nil {
			t.Fatal(err)
		}
		_, r := look(t.Context(), t, server) // quadratic work would outlast the whole run
		wants(t, r, "")
	}
}
