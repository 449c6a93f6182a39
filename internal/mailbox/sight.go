package mailbox

import (
	"context"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"
)

// looked is how many letters at a folder's beginning a Sight looks at: the
// oldest is the first but where letters were moved in.
const looked = 200

// Sight is what a folder shows without a letter being read.
type Sight struct {
	Letters        int
	Oldest, Newest time.Time // INTERNALDATE, of the first 200 letters and of the last; zero where there is none
	Last           Mark      // Fetch from here hands over what arrives from now on
}

// Look tells what a folder shows.
func (c *Client) Look(ctx context.Context, folder string) (Sight, error) {
	data, err := c.open(ctx, folder)
	if err != nil {
		return Sight{}, err
	}
	last, err := c.last(ctx, data)
	if err != nil {
		return Sight{}, fmt.Errorf("find the last letter in %q: %w", folder, err)
	}
	s := Sight{Letters: int(data.NumMessages), Last: Mark{Validity: data.UIDValidity, UID: last}}
	if s.Letters == 0 {
		return s, nil
	}
	set := imap.SeqSet{}
	set.AddRange(1, min(data.NumMessages, looked))
	set.AddNum(data.NumMessages)
	err = c.command(ctx, looked*perItem, func() error {
		list, err := c.imap.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
		for _, m := range list {
			if at := m.InternalDate; !at.IsZero() && (s.Oldest.IsZero() || at.Before(s.Oldest)) {
				s.Oldest = at
			}
			if m.SeqNum == data.NumMessages {
				s.Newest = m.InternalDate
			}
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("look at the letters in %q: %w", folder, err)
	}
	return s, nil
}
