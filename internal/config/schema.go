package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// Schema is the configuration as a JSON Schema (draft 2020-12), with Chinese
// descriptions, for editors that complete and check YAML. It is made of the
// Config type itself, so that it cannot fall behind.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{FieldNameTag: "yaml", DoNotReference: true, ExpandedStruct: true, Anonymous: true, RequiredFromJSONSchemaTags: true, Mapper: special}
	root := r.Reflect(&Config{})
	root.Title = "tongbao 的配置文件"
	describe(root, "")
	root.Required = []string{"submitters"}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return append(out, '\n'), nil
}

// special are the values that are written as one scalar of a certain form.
func special(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Secret]():
		props := jsonschema.NewProperties()
		for _, k := range []string{"env", "file", "credential"} {
			props.Set(k, &jsonschema.Schema{Type: "string", Description: words["password."+k].text})
		}
		return &jsonschema.Schema{Type: "object", Properties: props, AdditionalProperties: jsonschema.FalseSchema, MinProperties: new(uint64(1)), MaxProperties: new(uint64(1))}
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Examples: []any{"3m", "90s", "12h"}}
	case reflect.TypeFor[TimeOfDay]():
		return &jsonschema.Schema{Type: "string", Pattern: timeOfDay.String(), Examples: []any{"17:00", "23:59:59"}}
	case reflect.TypeFor[Size]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "integer"}, {Type: "string", Pattern: `^\d+ ?([kKmMgG]i?)?[bB]?$`}}, Examples: []any{"50MB"}}
	case reflect.TypeFor[time.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date", Examples: []any{"2021-03-01"}}
	case reflect.TypeFor[decimal.Decimal]():
		return &jsonschema.Schema{Type: "number"}
	}
	return nil
}

// describe adds the Chinese words and the allowed values, key by key.
func describe(s *jsonschema.Schema, key string) {
	if w, ok := words[key]; ok {
		s.Description = w.text
		to := s
		if s.Items != nil {
			to = s.Items
		}
		for _, v := range w.allowed {
			to.Enum = append(to.Enum, v)
		}
	}
	if key == "reporting.aliases" {
		s.PropertyNames = fieldNames()
	}
	if s.Items != nil {
		describe(s.Items, key+"[]")
	}
	if s.Properties == nil || s.AdditionalProperties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		under := p.Key
		if key != "" {
			under = key + "." + p.Key
		}
		describe(p.Value, under)
	}
}

// fieldNames are the keys of columns that an alias may stand for.
func fieldNames() *jsonschema.Schema {
	s := &jsonschema.Schema{}
	seen := map[reporting.Field]bool{}
	for _, k := range []reporting.Kind{reporting.Progress, reporting.Issues, reporting.Lagging} {
		for _, f := range reporting.Fields[k] {
			if !seen[f] {
				seen[f] = true
				s.Enum = append(s.Enum, string(f))
			}
		}
	}
	return s
}
