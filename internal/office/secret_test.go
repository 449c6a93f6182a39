package office_test

import (
	"context"
	"strings"
	"testing"

	"tongbao/internal/clerk"
)

// sealedOpener says of each letter what the clerk says of one with a mark of secrecy.
type sealedOpener struct{ inProcess }

func (s sealedOpener) Open(ctx context.Context, name string, raw []byte) (clerk.Opened, error) {
	out, err := s.inProcess.Open(ctx, name, raw)
	out.Documents = nil
	out.Findings = []clerk.Finding{{Path: []string{name}, Code: "classified", Severity: "error", Message: "主题写有密级字样。请改正后重新发送。"}}
	return out, err
}

// TestClassified tells the office of a registered sender's letter that is
// marked as secret, and of a stranger's not: anybody could flood it so.
func TestClassified(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	o.Opener = sealedOpener{}
	l := receive(t, o, units[0].Addresses[0], "（机密）3月报表", "见附件", on(3, 26, 9, 0))
	receive(t, o, "who@elsewhere.example.com", "（机密）3月报表", "见附件", on(3, 26, 9, 5))
	alarms := items(t, o, "alarm/")
	if len(alarms) != 1 || !strings.Contains(textOf(t, alarms[0]), "修水县") || !strings.HasPrefix(alarms[0].Key, "alarm/classified/"+l.ID) {
		t.Errorf("%d alarms", len(alarms))
	}
	if len(l.Tables) != 0 {
		t.Errorf("%d tables were taken", len(l.Tables))
	}
}
