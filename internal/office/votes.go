package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
	"tongbao/internal/form"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

func votesNote(p reporting.Period) string { return "votes/" + p.String() }

func awardsNote(p reporting.Period) string { return "awards/" + p.String() }

// Votes takes a quarter's votes (一季一观摩) from a spreadsheet or csv file. They
// replace what was taken before; a published ranking stands as it is.
func (o *Office) Votes(ctx context.Context, q reporting.Quarter, name string, raw []byte, by string, now time.Time) ([]reporting.Vote, error) {
	opened, err := o.Opener.Open(ctx, name, raw)
	if err != nil {
		return nil, err
	}
	var votes []reporting.Vote
	var refused error
	for _, d := range opened.Documents {
		for _, g := range d.Book.Grids {
			v, err := form.ReadVotes(g)
			if err != nil {
				if refused == nil {
					refused = err
				}
				continue
			}
			if votes != nil {
				return nil, wrong("%s 里有几张表都像投票表，请只留一张", name)
			}
			votes = v
		}
	}
	switch {
	case votes != nil:
	case refused != nil:
		return nil, wrong("%s：%v", name, refused)
	case len(opened.Findings) > 0:
		return nil, wrong("%s：%s", name, opened.Findings[0].Message)
	default:
		return nil, wrong("%s 里没有表格", name)
	}
	return votes, o.journalled(store.Entry{At: now, By: by, Action: "votes", Period: q.Last(), Votes: votes, Reason: name})
}

// maxAward bounds what the office gives or takes at once.
const maxAward = 20

// Award gives a unit points for a quarter or, where they are negative, takes
// them, with the reason that the ranking prints.
func (o *Office) Award(q reporting.Quarter, unit, points, reason, by string, now time.Time) error {
	s, ok := o.Rules.Register.ByName(unit)
	if !ok {
		return wrong("没有名为“%s”的报送单位", unit)
	}
	if s.Group == reporting.Central {
		return wrong("%s是中心城区责任单位，不参加季度排位", unit)
	}
	d, err := decimal.NewFromString(strings.TrimPrefix(strings.TrimSpace(points), "+"))
	if err != nil || d.IsZero() || !d.Equal(d.Round(2)) || d.Abs().GreaterThan(decimal.NewFromInt(maxAward)) {
		return wrong("分数“%s”应写成 0.5（加分）或 -1（扣分），最多2位小数，绝对值不超过%d", points, maxAward)
	}
	if strings.TrimSpace(reason) == "" {
		return wrong("请写明事由：--reason 承办集中开工主会场")
	}
	return o.journalled(store.Entry{At: now, By: by, Action: "award", Period: q.Last(), Submitter: unit, Points: &bulletin.Number{Decimal: d}, Reason: strings.TrimSpace(reason)})
}

func applyAward(t *store.Tx, e store.Entry) error {
	var all []bulletin.Award
	if _, err := t.Note(awardsNote(e.Period), &all); err != nil || e.Points == nil {
		return err
	}
	return t.SetNote(awardsNote(e.Period), append(all, bulletin.Award{Unit: e.Submitter, Points: *e.Points, Reason: e.Reason}))
}

// awardText says an award of the journal.
func awardText(e store.Entry) string {
	if e.Points == nil {
		return ""
	}
	what, n := "加", e.Points.Decimal
	if n.IsNegative() {
		what, n = "扣", n.Neg()
	}
	return fmt.Sprintf("%s%s排位%s%s分", e.Submitter, reporting.QuarterOf(e.Period).Chinese(), what, n)
}
