package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Report checks a folder and prints what its cases cover.
func Report(folder string) error {
	summary, err := Check(os.DirFS(folder))
	fmt.Print(summary)
	return err
}

// Check runs every check and gives a summary of the coverage.
func Check(folder fs.FS) (string, error) {
	all, err := cases(folder)
	if err != nil {
		return "", err
	}
	faults := append(checkSchemas(folder), checkCases(folder, all)...)
	faults = append(faults, checkHistory(folder, all)...)
	if sums, err := Sums(folder); err != nil {
		faults = append(faults, err)
	} else if written, err := fs.ReadFile(folder, "SHA256SUMS"); err != nil || !bytes.Equal(sums, written) {
		faults = append(faults, errors.New("SHA256SUMS does not fit the files"))
	}
	c, listed := Cover(folder, all)
	faults = append(faults, listed...)
	if len(c.Open) > 0 {
		faults = append(faults, fmt.Errorf("rules with neither case, script nor reason: %s", strings.Join(c.Open, " ")))
	}
	rejected := 0
	for _, k := range all {
		if k.Expect.Reject != nil {
			rejected++
		}
	}
	summary := fmt.Sprintf("%d cases, %d accept, %d reject\n", len(all), len(all)-rejected, rejected) +
		fmt.Sprintf("%d MUST rules: %d with a case, %d in part, %d scripted, %d with a reason, %d later, %d open\n",
			c.Must, c.Cases, c.Partly, c.Scripted, c.Reasoned, c.Later, len(c.Open)) +
		fmt.Sprintf("%d codes that no case expects: %s\n", len(c.Unused), strings.Join(c.Unused, " "))
	return summary, errors.Join(faults...)
}

// checkSchemas validates every file that has a schema.
func checkSchemas(folder fs.FS) []error {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return []error{err}
	}
	var faults []error
	schemas := map[string]*jsonschema.Schema{}
	for _, name := range []string{"cases", "keys"} {
		s, err := compile(folder, "schema/"+name+".schema.json")
		if err != nil {
			return []error{err}
		}
		schemas[name] = s
	}
	for _, name := range names {
		schema := schemas["cases"]
		if name == "keys.json" {
			schema = schemas["keys"]
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %s", name, firstLines(err.Error(), 8)))
		}
	}
	return faults
}

// firstLines keeps the message of a schema readable, which lists every branch
// that did not fit.
func firstLines(text string, n int) string {
	lines := strings.SplitN(text, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

func compile(folder fs.FS, name string) (*jsonschema.Schema, error) {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://kez.lat/vectors/"+name, value); err != nil {
		return nil, err
	}
	return c.Compile("https://kez.lat/vectors/" + name)
}
