package outbox

import (
	"fmt"
	"testing"
	"time"
)

// TestCodes has a line for every line of the provider's table.
func TestCodes(t *testing.T) {
	for _, c := range []struct {
		code   int
		text   string
		action Action
		wait   time.Duration
		fault  string
		alarm  bool
	}{
		{421, "HL:REP 163 smtp8", Halt, 2 * time.Hour, "", true},
		{421, "HL:ICC 163", Halt, 15 * time.Minute, "", false},
		{421, "HL:IFC 163", Halt, 30 * time.Minute, "", false},
		{421, "HL:MEP 163", Halt, time.Hour, FaultLetter, true},
		{450, "MI:CEL", Halt, 15 * time.Minute, "", true},
		{450, "RP:CEL", Halt, 15 * time.Minute, "", true},
		{450, "MI:CCL", Halt, 15 * time.Minute, "", true},
		{450, "RP:CCL", Halt, 15 * time.Minute, "", true},
		{450, "MI:DMC", Reconnect, 0, "", false},
		{451, "mi:dmc", Reconnect, 0, "", false},
		{450, "RP:DRC", Reconnect, 0, "", false},
		{450, "DT:RBL", Halt, time.Hour, "", true},
		{450, "WM:BLI", Halt, time.Hour, "", true},
		{450, "WM:BLU", Halt, time.Hour, "", true},
		{451, "DT:SPM", Retry, 0, FaultSpam, true},
		{451, "Requested action aborted,too much fail authentication", Halt, 2 * time.Hour, "", true},
		{451, "MI:SFQ", Halt, 15 * time.Minute, "", false},
		{451, "RP:QRC", Halt, 30 * time.Minute, "", false},
		{451, "Requested action aborted: local error in processing", Retry, 0, FaultRefused, true},
		{500, "Error: bad syntax", GiveUp, 0, FaultLetter, true},
		{550, "MI:NHD", Halt, time.Hour, "", true},
		{550, "MI:IMF", Halt, time.Hour, FaultLetter, true},
		{550, "MI:SPF", GiveUp, 0, FaultPolicy, true},
		{550, "MI:DMA", GiveUp, 0, FaultPolicy, true},
		{550, "MI:STC", Halt, 0, "", true},
		{550, "RP:RCL", Halt, 0, "", true},
		{550, "too much recipient", Halt, 0, "", true},
		{550, "RP:TRC", Halt, 0, "", true},
		{550, "DT:SPM", Plain, 0, FaultSpam, true},
		{550, "Invalid User: xs@example.com", GiveUp, 0, FaultAddress, true},
		{550, "User suspended", GiveUp, 0, FaultAddress, true},
		{552, "Illegal Attachment", GiveUp, 0, FaultLetter, true},
		{552, "Requested mail action aborted: exceeded mailsize limit", GiveUp, 0, FaultLetter, true},
		{553, "authentication is required", Reconnect, 0, "", true},
		{553, "Local user only", GiveUp, 0, FaultPolicy, true},
		{554, "DT:SPM 163 smtp", Plain, 0, FaultSpam, true},
		{554, "DT:SUM", Halt, time.Hour, FaultLetter, true},
		{554, "smtp auth error limit exceed", Halt, time.Hour, "", true},
		{554, "HL:IHU", Halt, time.Hour, "", true},
		{554, "HL:IPB", Halt, time.Hour, "", true},
		{554, "IP in blacklist", Halt, time.Hour, "", true},
		{554, "MI:STC", Halt, 0, "", true},
		{554, "MI:SPB", Halt, time.Hour, "", true},

		{535, "Error: authentication failed", Halt, 15 * time.Minute, "", true},
		{421, "4.3.2 closing connection", Halt, 15 * time.Minute, "", false},
		{550, "5.1.1 <x@example.com>: user unknown", GiveUp, 0, FaultAddress, true},
		{552, "5.2.2 mailbox full", Retry, 0, FaultAddress, true},
		{450, "greylisted", Retry, 0, FaultTime, true},
		{554, "transaction failed", GiveUp, 0, FaultRefused, true},
		{0, "connection reset", Retry, 0, FaultTime, true},
	} {
		var err error = fmt.Errorf("send: %w", refusal{c.code, c.text})
		if c.code == 0 {
			err = errNetwork
		}
		v := Judge(err)
		if v.Action != c.action || v.Wait != c.wait && c.wait != 0 || v.Fault != c.fault || v.Alarm != c.alarm {
			t.Errorf("%d %s: %+v", c.code, c.text, v)
		}
		if v.Action == Halt && (v.Wait == 0) != v.Tomorrow {
			t.Errorf("%d %s: a halt of %v, tomorrow %v", c.code, c.text, v.Wait, v.Tomorrow)
		}
	}
}

// TestLocalErrorThreeTimes: the provider's own fault is retried three times.
func TestLocalErrorThreeTimes(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0))
	s := &script{answers: map[string][]error{"a@example.com": {}}}
	for range 10 {
		s.answers["a@example.com"] = append(s.answers["a@example.com"], refusal{451, "local error in processing"})
	}
	run(t, q, s, monday, 72*time.Hour, nil)
	if it := q.items["receipt/x/a@example.com"]; len(s.tried) != 4 || it.State != Failed {
		t.Errorf("tried %d times, then %s", len(s.tried), it.State)
	}
}
