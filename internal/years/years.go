// Package years is the city's reporting years that never happened, for tests:
// thirteen counties and four central units fill in their own forms for twelve
// months, each with its own habits, and the figures go on from month to month
// as those of real projects do. Into a year faults can be planted, of every
// kind that an office meets, and the year remembers where. It was written from
// the rules of the trade alone and knows neither who reads the forms nor who
// checks them.
package years

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// The year that is simulated.
const year = 2021

// Year is one simulated year.
type Year struct {
	Submitters []reporting.Submitter
	Letters    []Letter // by month, then in the order of the submitters
	Plants     []Plant
	Unplanted  []Fault // kinds for which the year had no room
}

// Letter is what one submitter sent for one month. Its files are workbooks.
type Letter struct {
	Submitter string
	Period    reporting.Period
	Subject   string
	Body      string
	Files     []File
	Faulty    bool // faults are planted in it, or in the letter of the month before
}

// File is one workbook.
type File struct {
	Name  string
	Grids []sheet.Grid
}

// Plant is a fault that was planted: what, where, and on which cells a finding
// may stand. Rows of it are project, issue or lagging rows; a fault of a whole
// table has no cells.
type Plant struct {
	Fault     Fault
	Submitter string
	Period    reporting.Period
	Table     reporting.Kind
	File      string
	Sheet     string
	Row       int      // 1-based, 0 where no row is meant
	Cells     []string // "H12"; a finding on any of them is right
	Project   string
}

// String names the plant for a test's log.
func (p Plant) String() string {
	return fmt.Sprintf("%s in %s %s %s %s row %d %v %s", p.Fault, p.Submitter, p.Period, p.Table, p.File, p.Row, p.Cells, p.Project)
}

// Counties and central units as the office lists them.
var centralUnits = []string{"九江市城发集团", "九江市水务集团", "九江市交投集团", "九江市置地集团"}

// submitters are the thirteen counties and four central units.
func submitters() []reporting.Submitter {
	list := reporting.JiujiangCounties()
	for i := range list {
		list[i].Addresses = []string{fmt.Sprintf("county%02d@years.example", i+1)}
		list[i].Tables = []reporting.Kind{reporting.Progress, reporting.Issues, reporting.Lagging}
	}
	for i, name := range centralUnits {
		list = append(list, reporting.Submitter{Name: name, Group: reporting.Central,
			Addresses: []string{fmt.Sprintf("unit%d@years.example", i+1)}, Tables: []reporting.Kind{reporting.Progress}})
	}
	return list
}

// Make simulates a year. With faulty, every kind of fault is planted twice
// where the year has room for it. The same seed gives the same year.
func Make(seed uint64, faulty bool) Year {
	y := Year{Submitters: submitters()}
	r := rand.New(rand.NewPCG(seed, year))
	var units []*unit
	for _, s := range y.Submitters {
		units = append(units, newUnit(s, r))
	}
	var due []*task
	if faulty {
		due = tasks(r)
	}
	for month := 1; month <= 12; month++ {
		for _, u := range units {
			y.send(u, month, &due, r)
		}
	}
	for _, t := range due {
		y.Unplanted = append(y.Unplanted, t.fault)
	}
	return y
}

// send has a unit report its month, with the faults that are due and fit.
func (y *Year) send(u *unit, month int, due *[]*task, r *rand.Rand) {
	m := u.report(month)
	var plants []planted
	if month > 1 {
		order := r.Perm(len(*due))
		done := map[*task]bool{}
		for _, i := range order {
			t := (*due)[i]
			if month < t.from || !u.room(t.fault, month) {
				continue
			}
			if p, ok := m.plant(t.fault, r); ok {
				plants, done[t] = append(plants, p), true
				u.mark(t.fault, month, p.entry)
			}
		}
		*due = slices.DeleteFunc(*due, func(t *task) bool { return done[t] })
	}
	m.derive()
	for _, p := range plants {
		if p.late != nil {
			p.late()
		}
	}
	l, at := u.write(m)
	l.Faulty = u.faulty == month || u.faulty == month-1 && month > 1
	y.Letters = append(y.Letters, l)
	for _, p := range plants {
		y.Plants = append(y.Plants, p.resolve(u, m, at))
	}
	u.last = m
}
