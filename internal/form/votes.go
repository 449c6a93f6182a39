package form

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Bounds of a table of votes.
const (
	maxCandidates = 1_000
	maxPlaces     = 100
	maxVotes      = 1_000_000
)

// votePlace is a column's head: 第1名, 第一名票数, 1.
var votePlace = regexp.MustCompile(`^第?([0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:名|位)(?:票数?|得票数?)?$`)

// voteNames are the heads of the column of candidates.
var voteNames = []string{"名称", "项目", "项目名称", "观摩项目", "单位", "地区", "县市区", "县(市、区)", "候选", "候选项目", "参评项目", "参评单位"}

// ReadVotes reads the table of a quarter's votes: a row for each candidate, and
// a column for each place with the number of its votes. The error is a Chinese
// sentence with the cell that is to be mended. Nothing is guessed: a table that
// does not add up is refused as a whole.
func ReadVotes(g sheet.Grid) ([]reporting.Vote, error) {
	head, name, places, err := voteHead(g)
	if err != nil {
		return nil, err
	}
	var votes []reporting.Vote
	for _, r := range g.Rows {
		if r.Index <= head {
			continue
		}
		v, ok, err := voteRow(r, name, places)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if slices.ContainsFunc(votes, func(o reporting.Vote) bool { return reporting.NameKey(o.Name) == reporting.NameKey(v.Name) }) {
			return nil, fmt.Errorf("第%d行：“%s”写了两次", r.Index, v.Name)
		}
		if votes = append(votes, v); len(votes) > maxCandidates {
			return nil, fmt.Errorf("超过%d行", maxCandidates)
		}
	}
	return votes, addUp(votes)
}

// voteHead finds the row of heads: where the names stand, and which column is
// which place.
func voteHead(g sheet.Grid) (row, name int, places []int, err error) {
	for _, r := range g.Rows[:min(20, len(g.Rows))] {
		name, places = -1, nil
		found := map[int]int{}
		for _, c := range r.Cells {
			text := strings.Join(strings.Fields(norm.NFKC.String(c.Text)), "")
			if m := votePlace.FindStringSubmatch(text); m != nil {
				n, ok := placeNumber(m[1])
				if _, twice := found[n]; !ok || twice || n < 1 || n > maxPlaces {
					return 0, 0, nil, fmt.Errorf("第%d行：看不懂列名“%s”，或写了两次", r.Index, c.Text)
				}
				found[n] = c.Col
			} else if name < 0 && slices.Contains(voteNames, text) {
				name = c.Col
			}
		}
		if len(found) == 0 || name < 0 {
			continue
		}
		for n := 1; n <= len(found); n++ {
			col, ok := found[n]
			if !ok {
				return 0, 0, nil, fmt.Errorf("第%d行：缺“第%d名”这一列", r.Index, n)
			}
			places = append(places, col)
		}
		return r.Index, name, places, nil
	}
	return 0, 0, nil, fmt.Errorf("没有找到表头：应有“名称、第1名、第2名……”各列，每行一个项目（单位），填得票数")
}

func placeNumber(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, true
	}
	for n := 1; n < maxPlaces; n++ {
		if chineseCount(n) == s {
			return n, true
		}
	}
	return 0, false
}

// chineseCount is 一, 十, 十二, 二十.
func chineseCount(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case n < 10:
		return digits[n]
	case n < 20:
		return "十" + digits[n-10]
	}
	return digits[n/10] + "十" + digits[n%10]
}

// voteRow reads one candidate; false where the row is empty or a sum.
func voteRow(r sheet.Row, name int, places []int) (v reporting.Vote, ok bool, err error) {
	cells := map[int]string{}
	for _, c := range r.Cells {
		cells[c.Col] = strings.TrimSpace(norm.NFKC.String(c.Text))
	}
	v.Name = strings.Join(strings.Fields(cells[name]), "")
	any := false
	for _, col := range places {
		n := 0
		if s := cells[col]; s != "" {
			any = true
			if n, err = strconv.Atoi(s); err != nil || n < 0 || n > maxVotes {
				return v, false, fmt.Errorf("第%d行：“%s”不是票数", r.Index, s)
			}
		}
		v.Counts = append(v.Counts, n)
	}
	switch {
	case v.Name == "" && any:
		return v, false, fmt.Errorf("第%d行：有票数，没有名称", r.Index)
	case v.Name == "" || slices.Contains([]string{"合计", "总计", "小计"}, v.Name):
		return v, false, nil
	}
	return v, true, nil
}

// addUp holds the votes against what ballots can be: each names one candidate
// for a place, and no candidate twice.
func addUp(votes []reporting.Vote) error {
	if len(votes) == 0 {
		return fmt.Errorf("表里没有参评的项目（单位）")
	}
	sums := make([]int, len(votes[0].Counts))
	for _, v := range votes {
		for i, n := range v.Counts {
			sums[i] += n
		}
	}
	ballots := sums[0]
	if ballots == 0 {
		return fmt.Errorf("“第1名”一列没有票数，总票数无从计算")
	}
	for i, n := range sums {
		if n > ballots {
			return fmt.Errorf("“第%d名”共%d票，多于总票数（“第1名”的%d票）", i+1, n, ballots)
		}
	}
	for _, v := range votes {
		own := 0
		for _, n := range v.Counts {
			own += n
		}
		if own > ballots {
			return fmt.Errorf("“%s”共得%d票，多于总票数（“第1名”的%d票）", v.Name, own, ballots)
		}
	}
	return nil
}
