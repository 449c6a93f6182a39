package reporting

// Field is the key of a column: the name in JSON and in code.
type Field string

// The fields of the three tables; see Fields for their names and types.
const (
	FSeq              Field = "seq"
	FProjectName      Field = "project_name"
	FParentName       Field = "parent_name"
	FCategory         Field = "category"
	FProjectCode      Field = "project_code"
	FArea             Field = "area"
	FLocation         Field = "location"
	FContent          Field = "content"
	FNature           Field = "nature"
	FPeriod           Field = "period"
	FTotalInvest      Field = "total_invest"
	FFundSource       Field = "fund_source"
	FDoneToLastYear   Field = "done_to_last_year"
	FYearPlan         Field = "year_plan"
	FMonthPlan        Field = "month_plan"
	FMonthDone        Field = "month_done"
	FYTDDone          Field = "ytd_done"
	FYTDPct           Field = "ytd_pct"
	FAllDone          Field = "all_done"
	FAllPct           Field = "all_pct"
	FFundArrivedMonth Field = "fund_arrived_month"
	FFundArrivedYTD   Field = "fund_arrived_ytd"
	FProgressText     Field = "progress_text"
	FYearGoal         Field = "year_goal"
	FNextPlan         Field = "next_plan"
	FPlanStart        Field = "plan_start"
	FActualStart      Field = "actual_start"
	FPlanFinish       Field = "plan_finish"
	FActualFinish     Field = "actual_finish"
	FIsStarted        Field = "is_started"
	FIsFinished       Field = "is_finished"
	FInStats          Field = "in_stats"
	FStatsCode        Field = "stats_code"
	FStatsInvest      Field = "stats_invest"
	FProblemText      Field = "problem_text"
	FNeedHelp         Field = "need_help"
	FMeasureText      Field = "measure_text"
	FRespUnit         Field = "resp_unit"
	FOwnerUnit        Field = "owner_unit"
	FContractor       Field = "contractor"
	FLeader           Field = "leader"
	FPerson           Field = "person"
	FPhone            Field = "phone"
	FRemark           Field = "remark"
	FLight            Field = "light"
	FProblem          Field = "problem"
	FSource           Field = "source"
	FRaisedAt         Field = "raised_at"
	FLevel            Field = "level"
	FCoordUnit        Field = "coord_unit"
	FMeasure          Field = "measure"
	FDeadline         Field = "deadline"
	FProgress         Field = "progress"
	FStatus           Field = "status"
	FClosedAt         Field = "closed_at"
	FImpact           Field = "impact"
	FSeqPct           Field = "seq_pct"
	FGap              Field = "gap"
	FPlanProgress     Field = "plan_progress"
	FActualProgress   Field = "actual_progress"
	FReason           Field = "reason"
	FReasonType       Field = "reason_type"
	FCatchUpAt        Field = "catch_up_at"
)

// Type says how a field's cells are read.
type Type uint8

// The types of fields.
const (
	TypeText    Type = iota
	TypeMoney        // 万元
	TypePercent      // in percent: 85% is 85
	TypeDate
	TypeFlag
	TypeNature // new, renewed, expand, prep, finish, paused
	TypeStatus // open, partial, done, closed
)

type definition struct {
	title string
	typ   Type
}

var definitions = map[Field]definition{
	FSeq:              {"序号", TypeText},
	FProjectName:      {"项目名称", TypeText},
	FParentName:       {"所属项目", TypeText},
	FCategory:         {"项目类别", TypeText},
	FProjectCode:      {"项目代码", TypeText},
	FArea:             {"县（市、区）", TypeText},
	FLocation:         {"建设地点", TypeText},
	FContent:          {"建设规模及内容", TypeText},
	FNature:           {"建设性质", TypeNature},
	FPeriod:           {"建设年限", TypeText},
	FTotalInvest:      {"总投资", TypeMoney},
	FFundSource:       {"资金来源", TypeText},
	FDoneToLastYear:   {"至上年底累计完成投资", TypeMoney},
	FYearPlan:         {"年度计划投资", TypeMoney},
	FMonthPlan:        {"本月计划投资", TypeMoney},
	FMonthDone:        {"本月完成投资", TypeMoney},
	FYTDDone:          {"年初至今累计完成投资", TypeMoney},
	FYTDPct:           {"占年度计划比例", TypePercent},
	FAllDone:          {"开工以来累计完成投资", TypeMoney},
	FAllPct:           {"占总投资比例", TypePercent},
	FFundArrivedMonth: {"本月到位资金", TypeMoney},
	FFundArrivedYTD:   {"本年到位资金", TypeMoney},
	FProgressText:     {"形象进度", TypeText},
	FYearGoal:         {"年度建设目标", TypeText},
	FNextPlan:         {"下一步计划", TypeText},
	FPlanStart:        {"计划开工时间", TypeDate},
	FActualStart:      {"实际开工时间", TypeDate},
	FPlanFinish:       {"计划竣工时间", TypeDate},
	FActualFinish:     {"实际竣工时间", TypeDate},
	FIsStarted:        {"是否开工", TypeFlag},
	FIsFinished:       {"是否竣工", TypeFlag},
	FInStats:          {"是否入统", TypeFlag},
	FStatsCode:        {"入统代码", TypeText},
	FStatsInvest:      {"入统投资", TypeMoney},
	FProblemText:      {"存在问题", TypeText},
	FNeedHelp:         {"需协调事项", TypeText},
	FMeasureText:      {"解决措施", TypeText},
	FRespUnit:         {"责任单位", TypeText},
	FOwnerUnit:        {"建设单位", TypeText},
	FContractor:       {"参建单位", TypeText},
	FLeader:           {"责任领导", TypeText},
	FPerson:           {"责任人", TypeText},
	FPhone:            {"联系电话", TypeText},
	FRemark:           {"备注", TypeText},
	FLight:            {"进度评价", TypeText},
	FProblem:          {"问题描述", TypeText},
	FSource:           {"问题来源", TypeText},
	FRaisedAt:         {"提出时间", TypeDate},
	FLevel:            {"协调层级", TypeText},
	FCoordUnit:        {"需协调单位", TypeText},
	FMeasure:          {"整改措施", TypeText},
	FDeadline:         {"整改时限", TypeDate},
	FProgress:         {"整改进展", TypeText},
	FStatus:           {"销号状态", TypeStatus},
	FClosedAt:         {"销号时间", TypeDate},
	FImpact:           {"影响", TypeText},
	FSeqPct:           {"序时应完成", TypePercent},
	FGap:              {"滞后幅度", TypeText},
	FPlanProgress:     {"计划进度", TypeText},
	FActualProgress:   {"实际进度", TypeText},
	FReason:           {"滞后原因", TypeText},
	FReasonType:       {"原因类别", TypeText},
	FCatchUpAt:        {"预计赶上时间", TypeDate},
}

// Fields lists the fields of each table in the order of the usual form.
var Fields = map[Kind][]Field{
	Progress: {FSeq, FProjectName, FParentName, FCategory, FProjectCode, FArea, FLocation, FContent, FNature, FPeriod, FTotalInvest, FFundSource, FDoneToLastYear, FYearPlan, FMonthPlan, FMonthDone, FYTDDone, FYTDPct, FAllDone, FAllPct, FFundArrivedMonth, FFundArrivedYTD, FProgressText, FYearGoal, FNextPlan, FPlanStart, FActualStart, FPlanFinish, FActualFinish, FIsStarted, FIsFinished, FInStats, FStatsCode, FStatsInvest, FProblemText, FNeedHelp, FMeasureText, FRespUnit, FOwnerUnit, FContractor, FLeader, FPerson, FPhone, FRemark, FLight},
	Issues:   {FSeq, FArea, FProjectName, FProblem, FCategory, FSource, FRaisedAt, FLevel, FCoordUnit, FLeader, FPerson, FPhone, FMeasure, FDeadline, FProgress, FStatus, FClosedAt, FImpact, FRemark},
	Lagging:  {FSeq, FArea, FProjectName, FRespUnit, FYearPlan, FYTDDone, FYTDPct, FSeqPct, FGap, FPlanProgress, FActualProgress, FReason, FReasonType, FMeasure, FCatchUpAt, FLeader, FPerson, FPhone, FRemark},
}

// Title is the usual Chinese name of the field.
func (f Field) Title() string { return definitions[f].title }

// Type says how the field's cells are read.
func (f Field) Type() Type { return definitions[f].typ }

// words are how a sheet writes the codes of nature and status.
var words = map[Type]map[string]string{
	TypeNature: {"new": "新建", "renewed": "续建", "expand": "改扩建", "prep": "前期", "finish": "竣工", "paused": "停缓建"},
	TypeStatus: {"open": "推进中", "partial": "部分解决", "done": "已办结", "closed": "已销号"},
}

// Word is a value of the field as a sheet writes it: 续建 for renewed, 已销号
// for closed, anything else as a person reads it.
func (f Field) Word(v Value) string {
	if w, ok := words[f.Type()][v.String()]; ok {
		return w
	}
	return v.String()
}
