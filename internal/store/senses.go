package store

import (
	"strings"

	"tongbao/internal/reporting"
)

// Sense is what a submitter meant by a column whose name alone does not tell,
// and the letter that showed it.
type Sense struct {
	Field  reporting.Field `json:"field"`
	Letter string          `json:"letter"`
}

// Senses are the submitter's, by table and by reporting.Sense.Word.
func (t *Tx) Senses(submitter string) (out map[reporting.Kind]map[string]reporting.Field, err error) {
	out = map[reporting.Kind]map[string]reporting.Field{}
	for _, k := range reporting.Kinds {
		prefix := submitter + "/" + string(k) + "/"
		out[k] = map[string]reporting.Field{}
		t.scan("senses", prefix, "", func(key string, _ []byte) bool {
			s, _, e := load[Sense](t, "senses", key)
			out[k][strings.TrimPrefix(key, prefix)], err = s.Field, e
			return e == nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Learn remembers what a column meant, for the submitter's later tables.
func (t *Tx) Learn(submitter string, k reporting.Kind, word string, s Sense) error {
	return save(t, "senses", submitter+"/"+string(k)+"/"+word, s)
}
