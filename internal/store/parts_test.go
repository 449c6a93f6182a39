package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tongbao/internal/outbox"
)

// copyTo is a bulletin's copy: its own first lines and boundaries, and the
// documents that all copies carry.
func copyTo(n int, documents ...string) []byte {
	b := fmt.Sprintf("boundary%d", n)
	raw := fmt.Sprintf("To: %d@example.com\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n--%[2]s\r\n\r\nyour own figures: %[1]d\r\n", n, b)
	for _, d := range documents {
		raw += "--" + b + "\r\nContent-Type: application/zip\r\n\r\n" + d + "\r\n"
	}
	return []byte(raw + "--" + b + "--\r\n")
}

// TestSharedParts: what the copies of a bulletin share is kept once, and each
// letter has its bytes as they were.
func TestSharedParts(t *testing.T) {
	word, annex := strings.Repeat("d29yZA==\r\n", 20000), strings.Repeat("YW5uZXg=\r\n", 50000)
	s := openStore(t, t.TempDir())
	letters := map[string][]byte{
		"none/small":    copyTo(1, "c21hbGw="),
		"none/nothing":  nil,
		"none/cut":      bytes.TrimSuffix(copyTo(2, word), []byte("--boundary2--\r\n")),
		"none/boundary": []byte("\r\n--\r\n--\r\n--" + word),
		"none/nul":      []byte("no letter is empty"),
	}
	for n := range 100 {
		letters[fmt.Sprintf("bulletin/2021-03/release/%d", n)] = copyTo(n, word, annex)
	}
	update(t, s, func(tx *Tx) error {
		for key, raw := range letters {
			it := item(key)
			it.Raw, it.Plain = raw, raw
			if _, err := tx.Enqueue(it); err != nil {
				return err
			}
		}
		return nil
	})
	for key, want := range letters {
		raw, plain, err := Queue{s}.Bytes(key)
		if err != nil || !bytes.Equal(raw, want) || !bytes.Equal(plain, want) {
			t.Errorf("%s has %d bytes and %d, want %d: %v", key, len(raw), len(plain), len(want), err)
		}
	}
	held, parts := 0, 0
	view(t, s, func(tx *Tx) error {
		for _, b := range []string{"raw", "plain", "parts"} {
			tx.scan(b, "", "", func(_ string, v []byte) bool {
				held += len(v)
				if b == "parts" {
					parts++
				}
				return true
			})
		}
		return nil
	})
	if parts != 2 || held > 3*(len(word)+len(annex)) {
		t.Errorf("%d parts, %d bytes for a hundred copies of %d", parts, held, len(word)+len(annex))
	}
	// A part that is gone is an error, and no letter without it.
	update(t, s, func(tx *Tx) error {
		var keys []string
		tx.scan("parts", "", "", func(k string, _ []byte) bool { keys = append(keys, k); return true })
		return tx.remove("parts", keys[0])
	})
	if raw, _, err := (Queue{s}).Bytes("bulletin/2021-03/release/1"); err == nil {
		t.Errorf("a letter without a part has %d bytes", len(raw))
	}
	if due, err := (Queue{s}).Due(noon); err != nil || len(due) == 0 || due[0].State != outbox.Queued {
		t.Errorf("due: %d, %v", len(due), err)
	}
}
