package config

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestSchema walks the schema: every key has Chinese words, no word is of a
// key that is gone, and an unknown key is refused everywhere.
func TestSchema(t *testing.T) {
	raw, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	var walk func(s map[string]any, key string)
	walk = func(s map[string]any, key string) {
		if key != "" && !strings.HasSuffix(key, "[]") && !strings.Contains(key, "password.") {
			used[key] = true
			if s["description"] == nil || s["description"] == "" {
				t.Errorf("%s has no description", key)
			}
		}
		props, _ := s["properties"].(map[string]any)
		if props != nil && s["additionalProperties"] != false {
			t.Errorf("%q takes unknown keys", key)
		}
		for k, v := range props {
			walk(v.(map[string]any), strings.TrimPrefix(key+"."+k, "."))
		}
		if items, ok := s["items"].(map[string]any); ok {
			walk(items, key+"[]")
		}
	}
	walk(root, "")
	for key := range words {
		if !used[key] && !strings.HasPrefix(key, "password.") {
			t.Errorf("words of %q, which is no key", key)
		}
	}
	if !strings.Contains(string(raw), `"previous"`) || !strings.Contains(string(raw), `"exmail"`) || !strings.Contains(string(raw), `"ytd_done"`) {
		t.Error("allowed values are missing")
	}
}
