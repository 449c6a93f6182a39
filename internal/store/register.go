package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/reporting"
)

// PutProject writes a project's record.
func (t *Tx) PutProject(p reporting.ProjectRecord) error {
	if err := t.put("ids", p.ID, []byte(p.Submitter)); err != nil {
		return err
	}
	return save(t, "projects", p.Submitter+"/"+p.ID, p)
}

// Projects lists a submitter's projects in the order of their ids.
func (t *Tx) Projects(submitter string) ([]reporting.ProjectRecord, error) {
	return list[reporting.ProjectRecord](t, "projects", submitter+"/")
}

// Project finds a project by its id.
func (t *Tx) Project(id string) (reporting.ProjectRecord, bool, error) {
	return load[reporting.ProjectRecord](t, "projects", t.ownerOf(id)+"/"+id)
}

// DropProject takes a record out that no table names any more.
func (t *Tx) DropProject(p reporting.ProjectRecord) error {
	if err := t.remove("ids", p.ID); err != nil {
		return err
	}
	return t.remove("projects", p.Submitter+"/"+p.ID)
}

// Taken reports whether a project or problem has the id.
func (t *Tx) Taken(id string) bool { return t.get("ids", id) != nil }

func (t *Tx) ownerOf(id string) string { return string(t.get("ids", id)) }

func rollKey(submitter string, k reporting.Kind, p reporting.Period) string {
	return submitter + "/" + string(k) + "/" + p.String()
}

// PutRoll writes which record each row of a counting table is; one without
// rows is no table and is taken out.
func (t *Tx) PutRoll(r reporting.Roll) error {
	key := rollKey(r.Submitter, r.Kind, r.Period)
	if r.Version == 0 {
		return t.remove("rolls", key)
	}
	return save(t, "rolls", key, r)
}

// Roll finds a month's roll; false where no table counts.
func (t *Tx) Roll(submitter string, k reporting.Kind, p reporting.Period) (reporting.Roll, bool, error) {
	return load[reporting.Roll](t, "rolls", rollKey(submitter, k, p))
}

// Rolls lists a submitter's rolls of a table, oldest month first.
func (t *Tx) Rolls(submitter string, k reporting.Kind) ([]reporting.Roll, error) {
	return list[reporting.Roll](t, "rolls", submitter+"/"+string(k)+"/")
}

// RollMonths is the months of which the submitter's table counts.
func (t *Tx) RollMonths(submitter string, k reporting.Kind) map[reporting.Period]bool {
	out := map[reporting.Period]bool{}
	prefix := submitter + "/" + string(k) + "/"
	t.scan("rolls", prefix, "", func(key string, _ []byte) bool {
		if p, err := reporting.ParsePeriod(strings.TrimPrefix(key, prefix)); err == nil {
			out[p] = true
		}
		return true
	})
	return out
}

// Version finds one version; false where there is none of that number.
func (t *Tx) Version(p reporting.Period, submitter string, k reporting.Kind, n int) (reporting.Version, bool, error) {
	return load[reporting.Version](t, "versions", fmt.Sprintf("%s%04d", versionKey(p, submitter, k), n))
}

// PutProblem writes an issue's record. Live ones are those that a coming ledger
// may name: a closed one is dropped from them some months later.
func (t *Tx) PutProblem(p reporting.ProblemRecord, live bool) error {
	if err := t.put("ids", p.ID, []byte(p.Submitter)); err != nil {
		return err
	}
	key := p.Submitter + "/" + p.ID
	if err := t.indexProblem(p); err != nil {
		return err
	}
	if !live {
		if err := t.remove("live", key); err != nil {
			return err
		}
	} else if err := t.put("live", key, nil); err != nil {
		return err
	}
	return save(t, "problems", key, p)
}

// DropProblem takes a record out that no ledger names any more.
func (t *Tx) DropProblem(p reporting.ProblemRecord) error {
	key := p.Submitter + "/" + p.ID
	for bucket, k := range map[string]string{"ids": p.ID, "live": key, "open": key, "problems": key} {
		if err := t.remove(bucket, k); err != nil {
			return err
		}
	}
	return nil
}

// Problems lists a submitter's issues of all months.
func (t *Tx) Problems(submitter string) ([]reporting.ProblemRecord, error) {
	return list[reporting.ProblemRecord](t, "problems", submitter+"/")
}

// FreshProblems lists the issues that are open by the last ledger that names
// them, however long ago, and those that a coming ledger may name. All others
// were closed more than three months before the newest ledger.
func (t *Tx) FreshProblems(submitter string) (out []reporting.ProblemRecord, err error) {
	out, err = t.LiveProblems(submitter)
	t.scan("open", submitter+"/", "", func(key string, _ []byte) bool {
		if err != nil || t.has("live", key) {
			return err == nil
		}
		p, ok, e := load[reporting.ProblemRecord](t, "problems", key)
		if err = e; ok {
			out = append(out, p)
		}
		return err == nil
	})
	slices.SortFunc(out, func(a, b reporting.ProblemRecord) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// Problem finds an issue by its id.
func (t *Tx) Problem(id string) (reporting.ProblemRecord, bool, error) {
	return load[reporting.ProblemRecord](t, "problems", t.ownerOf(id)+"/"+id)
}

// LiveProblems lists those that a coming ledger may name.
func (t *Tx) LiveProblems(submitter string) (out []reporting.ProblemRecord, err error) {
	t.scan("live", submitter+"/", "", func(key string, _ []byte) bool {
		p, ok, e := load[reporting.ProblemRecord](t, "problems", key)
		if e != nil || !ok {
			err = fmt.Errorf("live problem %q: %w", key, e)
			return false
		}
		out = append(out, p)
		return true
	})
	return out, err
}

// PutDoubt asks the office whether two projects are one.
func (t *Tx) PutDoubt(d reporting.Doubt) error { return save(t, "doubts", d.Submitter+"/"+d.ID, d) }

// DropDoubt takes the question about a project back.
func (t *Tx) DropDoubt(submitter, id string) error { return t.remove("doubts", submitter+"/"+id) }

// Doubts lists the open questions of a submitter; "" lists all.
func (t *Tx) Doubts(submitter string) ([]reporting.Doubt, error) {
	if submitter != "" {
		submitter += "/"
	}
	return list[reporting.Doubt](t, "doubts", submitter)
}

// Doubt finds the question about a project.
func (t *Tx) Doubt(submitter, id string) (reporting.Doubt, bool, error) {
	return load[reporting.Doubt](t, "doubts", submitter+"/"+id)
}

// SetApart notes the office's answer that two projects are not one.
func (t *Tx) SetApart(a, b string) error { return t.put("apart", min(a, b)+"/"+max(a, b), nil) }

// Apart reports whether the office said so.
func (t *Tx) Apart(a, b string) bool { return t.get("apart", min(a, b)+"/"+max(a, b)) != nil }

// RegisterStale reports whether the database is of before the register: its
// versions are there and their projects are not.
func (t *Tx) RegisterStale() bool { return t.get("meta", "register") != nil }

// SetRegisterFilled says that it is not any more.
func (t *Tx) SetRegisterFilled() error { return t.remove("meta", "register") }

// VersionPlace names a table of a submitter and month of which versions came.
type VersionPlace struct {
	Period    reporting.Period
	Submitter string
	Kind      reporting.Kind
}

// VersionPlaces lists all of them, oldest month first. It reads every key.
func (t *Tx) VersionPlaces() (out []VersionPlace) {
	t.scan("versions", "", "", func(key string, _ []byte) bool {
		parts := strings.Split(key, "/")
		if len(parts) < 4 {
			return true
		}
		p, err := reporting.ParsePeriod(parts[0])
		// A submitter's name may have a slash in it.
		v := VersionPlace{p, strings.Join(parts[1:len(parts)-2], "/"), reporting.Kind(parts[len(parts)-2])}
		if err == nil && (len(out) == 0 || out[len(out)-1] != v) {
			out = append(out, v)
		}
		return true
	})
	return out
}
