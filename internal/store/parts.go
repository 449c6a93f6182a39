package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// A bulletin's copies differ in their first lines and carry the same documents,
// which for a province are megabytes a copy. So the large parts of a letter
// out are kept once, by their content, and the letter names them.

// largePart is from how many bytes on a part is kept apart.
const largePart = 8 << 10

// piece is a stretch of a letter: its bytes, or the hash of a part.
type piece struct {
	Bytes []byte `json:"bytes,omitempty"`
	Part  string `json:"part,omitempty"`
}

// pieces begins a value that names parts. No letter begins with a NUL.
const pieces = "\x00"

// putBytes keeps a letter out in a bucket.
func (t *Tx) putBytes(bucket, key string, raw []byte) error {
	list, apart := cut(raw)
	if len(apart) == 0 {
		return t.put(bucket, key, raw)
	}
	for hash, part := range apart {
		if t.has("parts", hash) {
			continue
		}
		if err := t.put("parts", hash, part); err != nil {
			return err
		}
	}
	named, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("keep letter %q: %w", key, err)
	}
	return t.put(bucket, key, append([]byte(pieces), named...))
}

// bytesOf is a letter out as it was kept; nil where there is none.
func (t *Tx) bytesOf(bucket, key string) ([]byte, error) {
	raw := t.get(bucket, key)
	named, ok := bytes.CutPrefix(raw, []byte(pieces))
	if !ok {
		return raw, nil
	}
	var list []piece
	if err := json.Unmarshal(named, &list); err != nil {
		return nil, fmt.Errorf("read %s/%s: %w", bucket, key, err)
	}
	var out []byte
	for _, p := range list {
		if p.Part != "" {
			if p.Bytes = t.get("parts", p.Part); p.Bytes == nil {
				return nil, fmt.Errorf("read %s/%s: there is no part %s", bucket, key, p.Part)
			}
		}
		out = append(out, p.Bytes...)
	}
	return out, nil
}

// cut cuts a letter after its boundaries' lines and before them, where the
// stretch between is large: the boundaries themselves are each letter's own.
func cut(raw []byte) (list []piece, apart map[string][]byte) {
	from := 0 // of what is not in list yet
	for at := 0; ; {
		line := bytes.Index(raw[at:], []byte("\r\n--"))
		if line < 0 {
			break
		}
		line += at + 2
		end := bytes.IndexByte(raw[line:], '\n')
		if end < 0 {
			break
		}
		begin := line + end + 1
		next := bytes.Index(raw[begin:], []byte("\r\n--"))
		if next < 0 {
			break
		}
		if at = begin + next; next < largePart {
			continue
		}
		sum := sha256.Sum256(raw[begin:at])
		hash := hex.EncodeToString(sum[:])
		if apart == nil {
			apart = map[string][]byte{}
		}
		apart[hash] = raw[begin:at]
		list = append(list, piece{Bytes: raw[from:begin]}, piece{Part: hash})
		from = at
	}
	return append(list, piece{Bytes: raw[from:]}), apart
}
