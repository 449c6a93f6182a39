package reporting

import "strings"

// Group is whom a submitter is ranked with.
type Group string

// The groups. Central units are listed and not ranked with the counties.
const (
	Counties Group = "counties" // 县（市、区）
	Zones    Group = "zones"    // 功能区
	Central  Group = "central"  // 中心城区责任单位
)

// Groups lists the groups in the order in which bulletins print them.
var Groups = []Group{Counties, Zones, Central}

// Title is the group's Chinese name.
func (g Group) Title() string {
	switch g {
	case Counties:
		return "县（市、区）"
	case Zones:
		return "功能区"
	case Central:
		return "中心城区责任单位"
	}
	return string(g)
}

// Submitter is one that owes tables.
type Submitter struct {
	Name      string   // as bulletins print it: 修水县
	Group     Group    //
	Code      string   // GB/T 2260, 360424; orders lists; "" for others
	Aliases   []string // other names that letters and sheets use
	Addresses []string // lower case; a letter from one of them decides who sends
	Tables    []Kind   // owed each month
	Copies    []string // who gets a copy when the last step of the ladder is reached
}

// Owes reports whether the submitter owes the table.
func (s Submitter) Owes(k Kind) bool {
	for _, t := range s.Tables {
		if t == k {
			return true
		}
	}
	return false
}

// MayTell reports whether the submitter may report in words: the plan asks the
// units of the central city for 项目进展情况及存在的困难 and prescribes no table.
func (s Submitter) MayTell() bool { return s.Group == Central && s.Owes(Progress) }

// Register is all submitters in the order in which the office lists them.
type Register struct {
	list   []Submitter
	byName map[string]int
	byAddr map[string]int
}

// NewRegister keeps the order of list. Where an address or a name stands
// twice, the first submitter has it; config refuses such a list.
func NewRegister(list []Submitter) *Register {
	r := &Register{list: list, byName: map[string]int{}, byAddr: map[string]int{}}
	for i, s := range list {
		if _, ok := r.byName[s.Name]; !ok {
			r.byName[s.Name] = i
		}
		for _, a := range s.Addresses {
			if _, ok := r.byAddr[strings.ToLower(a)]; !ok {
				r.byAddr[strings.ToLower(a)] = i
			}
		}
	}
	return r
}

// All lists the submitters; the slice is not to be changed.
func (r *Register) All() []Submitter { return r.list }

// ByName finds the submitter with exactly this name.
func (r *Register) ByName(name string) (Submitter, bool) {
	i, ok := r.byName[name]
	if !ok {
		return Submitter{}, false
	}
	return r.list[i], true
}

// ByAddress finds whose registered address this is.
func (r *Register) ByAddress(addr string) (Submitter, bool) {
	i, ok := r.byAddr[strings.ToLower(strings.TrimSpace(addr))]
	if !ok {
		return Submitter{}, false
	}
	return r.list[i], true
}

// JiujiangCounties are the city's thirteen counties (3 区, 7 县, 3 市) in the
// order of GB/T 2260, with the names that old forms still carry. They have no
// addresses and owe all three tables.
func JiujiangCounties() []Submitter {
	var out []Submitter
	for _, c := range []struct{ code, name, aliases string }{
		{"360402", "濂溪区", "濂溪 庐山区"},
		{"360403", "浔阳区", "浔阳"},
		{"360404", "柴桑区", "柴桑 九江县"},
		{"360423", "武宁县", "武宁"},
		{"360424", "修水县", "修水"},
		{"360425", "永修县", "永修"},
		{"360426", "德安县", "德安"},
		{"360428", "都昌县", "都昌"},
		{"360429", "湖口县", "湖口"},
		{"360430", "彭泽县", "彭泽"},
		{"360481", "瑞昌市", "瑞昌"},
		{"360482", "共青城市", "共青城 共青"},
		{"360483", "庐山市", "星子县 星子"},
	} {
		out = append(out, Submitter{Name: c.name, Group: Counties, Code: c.code, Aliases: strings.Fields(c.aliases), Tables: Kinds})
	}
	return out
}
