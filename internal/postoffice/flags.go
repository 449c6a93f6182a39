package postoffice

import (
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Flags lists the flags of each letter in a folder, in the folder's order. It
// is nil where the office cannot be asked any more.
func (p *Office) Flags(folder string) [][]string {
	out, err := p.flags(folder)
	if err != nil {
		return nil
	}
	return out
}

// flags asks the memory server as a client of its own: it has no other way in.
func (p *Office) flags(folder string) (out [][]string, err error) {
	c, err := imapclient.DialInsecure(p.imapBack.Addr().String(), nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Login(p.o.User, p.o.Password).Wait(); err != nil {
		return nil, err
	}
	data, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, fmt.Errorf("open folder %q: %w", folder, err)
	}
	out = [][]string{}
	if data.NumMessages == 0 {
		return out, nil
	}
	list, err := c.Fetch(imap.SeqSet{imap.SeqRange{Start: 1, Stop: data.NumMessages}}, &imap.FetchOptions{Flags: true}).Collect()
	for _, m := range list {
		flags := []string{}
		for _, f := range m.Flags {
			flags = append(flags, string(f))
		}
		out = append(out, flags)
	}
	return out, err
}
