package office

import (
	"fmt"
	"slices"
	"time"

	"tongbao/internal/register"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// ErrWrong says that a decision cannot be carried out as it was asked for; the
// text says why, in Chinese.
type ErrWrong struct{ Text string }

func (e ErrWrong) Error() string { return e.Text }

func wrong(format string, args ...any) error { return ErrWrong{fmt.Sprintf(format, args...)} }

// unknown is the mistake of naming a submitter that is not registered.
func (o *Office) unknown(name string) error { return ErrWrong{o.Rules.Register.Unknown(name)} }

// Merge says that two projects of the register are one: all months of other
// become keep's, and its names are keep's from now on.
func (o *Office) Merge(keep, other, reason, by string, now time.Time) error {
	e := store.Entry{At: now, By: by, Action: "merge", Project: keep, Other: other, Reason: reason}
	err := o.Store.View(func(t *store.Tx) error {
		a, b, err := pair(t, keep, other)
		if err != nil {
			return err
		}
		e.Submitter = a.Submitter
		rolls, err := t.Rolls(a.Submitter, reporting.Progress)
		for _, r := range rolls {
			if ids := idsOf(r); slices.Contains(ids, a.ID) && slices.Contains(ids, b.ID) {
				return wrong("%s的进度表里同时有“%s”和“%s”两行，不是同一个项目；请先核对该月的表", r.Period.Chinese(), a.Name, b.Name)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return o.journalled(e)
}

// Apart says that two projects are not one, so that nobody is asked again.
func (o *Office) Apart(id, other, reason, by string, now time.Time) error {
	e := store.Entry{At: now, By: by, Action: "apart", Project: id, Other: other, Reason: reason}
	err := o.Store.View(func(t *store.Tx) error {
		a, _, err := pair(t, id, other)
		e.Submitter = a.Submitter
		return err
	})
	if err != nil {
		return err
	}
	return o.journalled(e)
}

// pair finds two projects of one submitter.
func pair(t *store.Tx, id, other string) (a, b reporting.ProjectRecord, err error) {
	if a, err = standingProject(t, id); err != nil {
		return a, b, err
	}
	if b, err = standingProject(t, other); err != nil {
		return a, b, err
	}
	if a.ID == b.ID {
		return a, b, wrong("%s 和 %s 是同一个编号", id, other)
	}
	if a.Submitter != b.Submitter {
		return a, b, wrong("“%s”是%s的项目，“%s”是%s的项目，不能合并", a.Name, a.Submitter, b.Name, b.Submitter)
	}
	return a, b, nil
}

func standingProject(t *store.Tx, id string) (reporting.ProjectRecord, error) {
	p, ok, err := t.Project(id)
	switch {
	case err != nil:
		return p, err
	case !ok:
		return p, wrong("项目库里没有编号 %s", id)
	case p.Into != "":
		return p, wrong("%s 已并入 %s", id, p.Into)
	}
	return p, nil
}

// Split says that some months of a project are another project's: those from a
// month on, or those under one of its names, or both. It returns the other's id.
func (o *Office) Split(id string, from reporting.Period, name, reason, by string, now time.Time) (string, error) {
	if from.IsZero() && name == "" {
		return "", wrong("请写明从哪个月起（--from 2021-05）或哪个名称（--name 名称）是另一个项目")
	}
	e := store.Entry{At: now, By: by, Action: "split", Project: id, Period: from, Name: name, Reason: reason}
	err := o.Store.View(func(t *store.Tx) error {
		p, err := standingProject(t, id)
		if err != nil {
			return err
		}
		e.Submitter = p.Submitter
		moved, left, err := splitMonths(t, p, from, name)
		switch {
		case err != nil:
			return err
		case len(moved) == 0:
			return wrong("“%s”没有符合条件的月份", p.Name)
		case left == 0:
			return wrong("“%s”的全部月份都符合条件，没有可拆分的", p.Name)
		}
		e.Other, err = splitID(t, p, from, name)
		return err
	})
	if err != nil {
		return "", err
	}
	return e.Other, o.journalled(e)
}

// splitMonths finds the rolls of which a split takes the project's rows.
func splitMonths(t *store.Tx, p reporting.ProjectRecord, from reporting.Period, name string) (moved []reporting.Roll, left int, err error) {
	rolls, err := t.Rolls(p.Submitter, reporting.Progress)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range rolls {
		rows, err := rowsOf(t, r, p.ID)
		if err != nil {
			return nil, 0, err
		}
		if len(rows) == 0 {
			continue
		}
		if r.Period.Before(from) || name != "" && reporting.NameKey(rows[0].Text(reporting.FProjectName)) != reporting.NameKey(name) {
			left++
			continue
		}
		moved = append(moved, r)
	}
	return moved, left, nil
}

// splitID is the id of what is split off: the one that was merged into the
// project under that name, else a new one.
func splitID(t *store.Tx, p reporting.ProjectRecord, from reporting.Period, name string) (string, error) {
	all, err := t.Projects(p.Submitter)
	for _, q := range all {
		if q.Into == p.ID && name != "" && reporting.NameKey(q.Name) == reporting.NameKey(name) {
			return q.ID, nil
		}
	}
	return register.NewID("P", t.Taken, "split", p.ID, from.String(), name), err
}

// journalled writes a decision down and carries it out.
func (o *Office) journalled(e store.Entry) error {
	if err := o.Store.Journal(e); err != nil {
		return err
	}
	return o.apply(e)
}

func applyMerge(t *store.Tx, e store.Entry) error {
	keep, ok, err := t.Project(e.Project)
	if err != nil || !ok {
		return orUnknown(err, "project", e.Project)
	}
	gone, ok, err := t.Project(e.Other)
	if err != nil || !ok {
		return orUnknown(err, "project", e.Other)
	}
	if err := moveRows(t, gone, keep.ID, nil); err != nil {
		return err
	}
	for _, a := range gone.Names {
		a.Told = true
		keep.Names = append(keep.Names, a)
	}
	if err := remake(t, keep); err != nil {
		return err
	}
	if err := t.PutProject(reporting.ProjectRecord{ID: gone.ID, Submitter: gone.Submitter, Into: keep.ID, Name: gone.Name, Names: gone.Names, Known: gone.Known}); err != nil {
		return err
	}
	if err := passOn(t, gone, keep); err != nil {
		return err
	}
	return problemsFollow(t, keep.Submitter)
}

// moveRows gives a project's rows to another, in the months that only names,
// nil for all.
func moveRows(t *store.Tx, from reporting.ProjectRecord, to string, only []reporting.Roll) error {
	rolls := only
	if rolls == nil {
		var err error
		if rolls, err = t.Rolls(from.Submitter, reporting.Progress); err != nil {
			return err
		}
	}
	for _, r := range rolls {
		moved := false
		for row, id := range r.Rows {
			if id == from.ID {
				r.Rows[row], moved = to, true
			}
		}
		if moved {
			if err := t.PutRoll(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// passOn lets what is asked about a project that is another be asked about that.
func passOn(t *store.Tx, gone, keep reporting.ProjectRecord) error {
	doubts, err := t.Doubts(gone.Submitter)
	if err != nil {
		return err
	}
	for _, d := range doubts {
		if d.ID != gone.ID && d.ID != keep.ID && !slices.Contains(d.Others, gone.ID) {
			continue
		}
		if err := t.DropDoubt(d.Submitter, d.ID); err != nil {
			return err
		}
		if d.ID == gone.ID {
			d.ID = keep.ID
		}
		var others []string
		for _, id := range d.Others {
			if id == gone.ID {
				id = keep.ID
			}
			if id != d.ID && !slices.Contains(others, id) {
				others = append(others, id)
			}
		}
		d.Others = others
		if err := ask(t, d); err != nil {
			return err
		}
	}
	return nil
}

// problemsFollow lets the live issues of a submitter find their projects again.
func problemsFollow(t *store.Tx, submitter string) error {
	names, err := projectNames(t, submitter)
	if err != nil {
		return err
	}
	live, err := t.LiveProblems(submitter)
	if err != nil {
		return err
	}
	for _, p := range live {
		if id := names[reporting.NameKey(p.Project)]; id != p.ProjectID {
			p.ProjectID = id
			if err := t.PutProblem(p, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func applyApart(t *store.Tx, e store.Entry) error {
	if err := t.SetApart(e.Project, e.Other); err != nil {
		return err
	}
	for _, x := range [][2]string{{e.Project, e.Other}, {e.Other, e.Project}} {
		d, ok, err := t.Doubt(e.Submitter, x[0])
		if err != nil {
			return err
		}
		if !ok || !slices.Contains(d.Others, x[1]) {
			continue
		}
		if err := t.DropDoubt(d.Submitter, d.ID); err != nil {
			return err
		}
		if err := ask(t, d); err != nil {
			return err
		}
	}
	return nil
}

func applySplit(t *store.Tx, e store.Entry) error {
	p, ok, err := t.Project(e.Project)
	if err != nil || !ok {
		return orUnknown(err, "project", e.Project)
	}
	moved, _, err := splitMonths(t, p, e.Period, e.Name)
	if err != nil {
		return err
	}
	if moved == nil {
		moved = []reporting.Roll{}
	}
	if err := moveRows(t, p, e.Other, moved); err != nil {
		return err
	}
	other := reporting.ProjectRecord{ID: e.Other, Submitter: p.Submitter}
	if e.Name != "" { // what the office said of the name it takes back
		p.Names = slices.DeleteFunc(p.Names, func(a reporting.Alias) bool { return reporting.NameKey(a.Name) == reporting.NameKey(e.Name) })
	}
	if err := remake(t, other); err != nil {
		return err
	}
	if err := remake(t, p); err != nil {
		return err
	}
	if err := t.SetApart(p.ID, other.ID); err != nil {
		return err
	}
	return problemsFollow(t, p.Submitter)
}
