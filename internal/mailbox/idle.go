package mailbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Idle waits in a folder until letters come there or go, the time is over, or
// the context ends. It returns nil in all three cases, and at once where a
// letter came since the last Fetch. Beyond most, or the 29 minutes of RFC 2177,
// a server may hang up.
//
// A folder that Fetch opened a moment ago is not opened again, so that a look
// that finds nothing is one exchange: what came in between, servers tell when
// the waiting begins, and where one does not, the next look finds it.
func (c *Client) Idle(ctx context.Context, folder string, most time.Duration) error {
	if ctx.Err() != nil {
		return nil
	}
	if c.opened == folder && time.Since(c.since) < fresh {
		err := c.wait(ctx, folder, most)
		if err == nil || ctx.Err() != nil {
			return nil
		}
	}
	data, err := c.open(ctx, folder)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if seen, ok := c.seen[folder]; ok && data.UIDNext != 0 && uint32(data.UIDNext) != seen {
		return nil
	}
	return c.wait(ctx, folder, most)
}

// fresh is how long a folder counts as just opened: a quiet turn takes less.
const fresh = 10 * time.Second

// wait is one IDLE. The end of ctx ends the waiting, not the connection.
func (c *Client) wait(ctx context.Context, folder string, most time.Duration) error {
	err := c.command(context.WithoutCancel(ctx), int64(most/time.Second)*slowest, func() error { return c.idle(ctx, most) })
	if err != nil {
		return fmt.Errorf("idle in %q: %w", folder, err)
	}
	return nil
}

func (c *Client) idle(ctx context.Context, most time.Duration) error {
	cmd, err := c.imap.Idle()
	if err != nil {
		return err
	}
	c.conn.watch(most + c.config.Timeout)
	end := time.NewTimer(most)
	defer end.Stop()
	var gone error
	select {
	case <-ctx.Done():
	case <-end.C:
	case <-c.exists:
	case <-c.imap.Closed():
		gone = errors.New("the connection ended")
	}
	c.conn.watch(c.config.Timeout)
	return errors.Join(gone, cmd.Close(), cmd.Wait())
}
