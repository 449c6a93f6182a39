package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Kinds of steps, as chase has them.
const (
	reminder = "reminder"
	today    = "today"
	chaser   = "chaser"
)

// maxSteps is more than any office would send.
const maxSteps = 20

var ownTemplate = regexp.MustCompile(`^step-[a-z0-9][a-z0-9-]{0,39}$`)

// checkReminders finds steps that could not mean what they say, and fills in
// what a step leaves open.
func (c *Config) checkReminders(r *reader) {
	steps := c.Reminders.Steps
	if len(steps) > maxSteps {
		r.fault(r.at("reminders.steps"), "reminders.steps", fmt.Sprintf("最多%d步", maxSteps), "")
		return
	}
	names, times := map[string]bool{}, map[string]string{}
	for i := range steps {
		s, key := &steps[i], fmt.Sprintf("reminders.steps[%d]", i)
		if s.Name == "" || names[s.Name] || strings.ContainsAny(s.Name, "/\n") {
			r.fault(r.at(key), key+".name", "每一步要有各不相同、不含“/”的名称", "")
		}
		names[s.Name] = true
		r.oneOf(key+".kind", s.Kind, reminder, today, chaser)
		if _, written := r.places[key+".time"]; !written {
			r.fault(r.at(key), key+".time", "没有写钟点", `如 time: "09:00"`)
		}
		at := fmt.Sprint(s.Workdays, s.Time)
		if other, ok := times[at]; ok {
			r.fault(r.at(key), key, fmt.Sprintf("与“%s”同一时刻，只有一步会发出", other), "改动其中一步的 workdays 或 time")
		}
		times[at] = s.Name
		c.checkStepDay(r, key, *s)
		if s.Template != "" && !ownTemplate.MatchString(s.Template) {
			r.oneOf(key+".template", s.Template, "reminder", "today", "chaser", "chaser2", "step-名称")
		}
		for j, a := range s.Copies {
			r.address(fmt.Sprintf("%s.copies[%d]", key, j), a)
		}
	}
	fillSteps(steps)
}

// checkStepDay: a step goes on a day on which its words are true.
func (c *Config) checkStepDay(r *reader, key string, s Step) {
	at := r.at(key + ".workdays")
	switch p := c.Reporting; {
	case s.Workdays < -20 || s.Workdays > 20:
		r.fault(at, key+".workdays", "应为 -20 至 20", "")
	case s.Kind == reminder && s.Workdays > 0:
		r.fault(at, key+".workdays", "提醒应在截止之前", "写负数或 0；截止之后的写 kind: chaser")
	case s.Kind == today && s.Workdays != 0:
		r.fault(at, key+".workdays", "当日提醒只能在截止当天", "写 0，或改 kind")
	case s.Kind == chaser && (s.Workdays < 0 || s.Workdays == 0 && s.Time <= p.Deadline.Time):
		r.fault(at, key+".workdays", "催报应在截止之后", "写 1 以上，或改 kind")
	case s.Kind == chaser && (s.Workdays > p.Freeze.Workdays || s.Workdays == p.Freeze.Workdays && s.Time >= p.Freeze.Time):
		r.fault(at, key+".workdays", "在冻结之后，不会发出", "提前这一步，或推迟 reporting.freeze")
	}
}

// fillSteps gives each step what it leaves open: its kind's template, the
// second and later chasers the formal letter, the last one the superior.
func fillSteps(steps []Step) {
	order := make([]*Step, 0, len(steps))
	for i := range steps {
		order = append(order, &steps[i])
	}
	slices.SortStableFunc(order, func(a, b *Step) int {
		return cmp.Or(cmp.Compare(a.Workdays, b.Workdays), cmp.Compare(time.Duration(a.Time), time.Duration(b.Time)))
	})
	nth := 0
	var last *Step
	for _, s := range order {
		letter, superior, template := false, false, s.Kind
		if s.Kind == chaser {
			nth++
			last = s
			if letter = nth > 1; letter {
				template = "chaser2"
			}
		}
		s.Template = cmp.Or(s.Template, template)
		if s.Letter == nil {
			s.Letter = &letter
		}
		if s.Superior == nil && s.Kind != chaser {
			s.Superior = &superior
		}
	}
	for _, s := range order {
		if s.Superior == nil {
			is := s == last
			s.Superior = &is
		}
	}
}
