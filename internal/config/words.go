package config

// word is what an editor shows of a key, and the values that it may have.
type word struct {
	text    string
	allowed []string
}

// words are the keys in Chinese, for the schema. A list's elements stand under
// the list's key with [].
var words = map[string]word{
	"data":      {text: "数据目录：来信原件、数据库、日志都在这里"},
	"templates": {text: "自己的模板目录，逐个文件代替内置的"},

	"office":           {text: "办公室：谁在发信"},
	"office.name":      {text: "落款"},
	"office.city":      {text: "全市的名称，如九江市"},
	"office.contact":   {text: "县里有疑问找谁"},
	"office.phone":     {text: "联系电话"},
	"office.addresses": {text: "收送审稿、待认领清单和告警的人"},

	"mailbox":               {text: "收报邮箱；不写就不收信"},
	"mailbox.provider":      {text: "邮箱服务商，写了就不必写服务器、端口和文件夹", allowed: Providers()},
	"mailbox.host":          {text: "IMAP 服务器"},
	"mailbox.port":          {text: "IMAP 端口，不写按 security 取 993 或 143"},
	"mailbox.security":      {text: "连接怎样加密；none 只用于本机试验", allowed: securities},
	"mailbox.ca_file":       {text: "自建服务器的 CA 证书"},
	"mailbox.user":          {text: "完整的邮箱地址"},
	"mailbox.password":      {text: "密码（授权码）从哪里来"},
	"mailbox.folders":       {text: "要读的文件夹"},
	"mailbox.id":            {text: "登录后自报的名称（RFC 2971），163 没有它不放行"},
	"mailbox.poll":          {text: "多久看一次"},
	"mailbox.night_poll":    {text: "22:00 至 07:00 多久看一次"},
	"mailbox.idle":          {text: "服务器支持时来信即知"},
	"mailbox.since":         {text: "更早的来信不读"},
	"mailbox.answer_within": {text: "只给这段时间内到达的来信发回执"},
	"mailbox.alarm_after":   {text: "收信中断这么久就告知办公室"},

	"smtp":               {text: "发信；不写就只留在发件箱里"},
	"smtp.host":          {text: "SMTP 服务器"},
	"smtp.port":          {text: "SMTP 端口，不写按 security 取 465、587 或 25"},
	"smtp.security":      {text: "连接怎样加密；none 只用于本机试验", allowed: securities},
	"smtp.ca_file":       {text: "自建服务器的 CA 证书"},
	"smtp.user":          {text: "登录名，不写与 mailbox 相同"},
	"smtp.password":      {text: "密码（授权码）从哪里来，不写与 mailbox 相同"},
	"smtp.from":          {text: "发件地址，必须等于登录名，否则 163 拒收"},
	"smtp.from_name":     {text: "发件人显示名"},
	"smtp.hello":         {text: "EHLO 时自报的主机名"},
	"smtp.rates":         {text: "最多发几封，超过的顺延"},
	"smtp.rates.minute":  {text: "每分钟"},
	"smtp.rates.quarter": {text: "每15分钟"},
	"smtp.rates.day":     {text: "每天"},

	"password.env":        {text: "环境变量名"},
	"password.file":       {text: "文件名，第一行是密码，权限 0600"},
	"password.credential": {text: "systemd 凭据名（LoadCredential）"},

	"reporting":                  {text: "报送规则"},
	"reporting.zone":             {text: "时区"},
	"reporting.deadline":         {text: "每月截止"},
	"reporting.deadline.day":     {text: "几日"},
	"reporting.deadline.time":    {text: "几点，含当日"},
	"reporting.deadline.holiday": {text: "逢假：none 不变，next 顺延，previous 提前", allowed: []string{"none", "next", "previous"}},
	"reporting.freeze":           {text: "冻结：通报按此刻的数据计算"},
	"reporting.freeze.workdays":  {text: "截止后第几个工作日"},
	"reporting.freeze.time":      {text: "几点"},
	"reporting.pace":             {text: "序时进度：month 按月份÷12，day 按天", allowed: []string{"month", "day"}},
	"reporting.lights":           {text: "亮灯：落后序时多少个百分点"},
	"reporting.lights.yellow":    {text: "达到这么多亮黄灯"},
	"reporting.lights.red":       {text: "超过这么多亮红灯"},
	"reporting.target":           {text: "全市年度投资目标，万元"},
	"reporting.holidays":         {text: "以后年份的放假安排文件"},
	"reporting.aliases":          {text: "本地特有的列名：字段名: [列名, …]"},

	"submitters":             {text: "报送单位"},
	"submitters[].name":      {text: "单位名称"},
	"submitters[].group":     {text: "组别：县（市、区）、功能区、市直单位", allowed: []string{"counties", "zones", "central"}},
	"submitters[].addresses": {text: "登记的邮箱：只有从这里来的信算数"},
	"submitters[].tables":    {text: "应报的表", allowed: []string{"progress", "issues", "lagging"}},
	"submitters[].aliases":   {text: "单位的其他写法"},
	"submitters[].columns":   {text: "这家自己的列名：字段名对列名，如 ytd_done: [今年完成投资]；也用来写明“累计完成投资”一类的口径"},
	"submitters[].copies":    {text: "最后一次催报抄送的上级"},

	"reminders":                  {text: "提醒与催报"},
	"reminders.enabled":          {text: "是否提醒和催报"},
	"reminders.prefilled":        {text: "截止前的提醒是否附上按上月项目预填的表，供直接填写发回"},
	"reminders.quiet":            {text: "不发信的时段"},
	"reminders.quiet.from":       {text: "从几点"},
	"reminders.quiet.to":         {text: "到几点"},
	"reminders.quiet.days_off":   {text: "休息日也发"},
	"reminders.steps":            {text: "各步；不写用默认的五步"},
	"reminders.steps[].name":     {text: "这一步的名称，各不相同"},
	"reminders.steps[].workdays": {text: "离截止日几个工作日，之前写负数"},
	"reminders.steps[].time":     {text: "几点发"},
	"reminders.steps[].kind":     {text: "提醒、当日提醒或催报", allowed: []string{"reminder", "today", "chaser"}},
	"reminders.steps[].template": {text: "用哪个模板的措辞，不写按 kind"},
	"reminders.steps[].everyone": {text: "已报齐的也发"},
	"reminders.steps[].letter":   {text: "附《催报函》；不写则从第二次催报起附"},
	"reminders.steps[].superior": {text: "抄送上级；不写则最后一次抄送"},
	"reminders.steps[].copies":   {text: "另行抄送"},

	"bulletins":              {text: "通报及其定时"},
	"bulletins[].name":       {text: "名称，各不相同"},
	"bulletins[].schedule":   {text: "定时，五段：分 时 日 月 周"},
	"bulletins[].recipients": {text: "收件人"},
	"bulletins[].approvers":  {text: "核签人的邮箱：回复“同意”并带核签码即外发；来信须能核实（收件服务器的验证结果或 DKIM 签名）"},
	"bulletins[].release":    {text: "office-only 只发办公室；on-approval 先送审，核签人回复“同意”后发给各报送单位；automatic 同时发给各报送单位", allowed: releases},

	"bulletins[].layout":   {text: "Word 版式：brief 简报格式，document 文件格式，letter 信函格式", allowed: layouts},
	"bulletins[].head":     {text: "红头"},
	"bulletins[].issue":    {text: "期号或发文字号，如 第{month}期"},
	"bulletins[].dated":    {text: "成文日期，不写则签发时填"},
	"bulletins[].report":   {text: "报："},
	"bulletins[].copy_to":  {text: "送：、抄送："},
	"bulletins[].pictures": {text: "信里是否放图；163 的过滤有时嫌图"},

	"checks":                {text: "审核的界限：超过才提示报送单位核对"},
	"checks.percent_points": {text: "填报的百分比与反算相差多少个百分点"},
	"checks.over_plan":      {text: "年初至今累计超过年度计划多少倍"},
	"checks.over_total":     {text: "开工以来累计超过总投资多少倍"},
	"checks.step":           {text: "累计与“上月累计＋本月完成”等相差多少万元"},
	"checks.step_share":     {text: "或相差多大比例（0.005 即 0.5%），取大者"},
	"checks.total_per_row":  {text: "合计与明细之和，每行容许多少万元的四舍五入"},
	"checks.stats_from":     {text: "总投资多少万元起应当入统"},
	"checks.small_unit":     {text: "整列都小于多少万元，疑为亿元"},
	"checks.large_unit":     {text: "大于多少万元，疑为元"},
	"checks.column_rows":    {text: "整列至少几行才疑心"},
	"checks.behind":         {text: "低于序时进度多少个百分点，应列入滞后清单"},

	"limits":                   {text: "来信的上限，防止一封坏信拖垮程序"},
	"limits.letter":            {text: "一封信"},
	"limits.unpacked":          {text: "解压后"},
	"limits.rows":              {text: "一张表的行"},
	"limits.columns":           {text: "一张表的列"},
	"limits.parts":             {text: "一封信的部分"},
	"limits.depth":             {text: "压缩包和信里套信的层数"},
	"limits.entries":           {text: "一个压缩包的文件"},
	"limits.time":              {text: "一封信的时间"},
	"limits.memory":            {text: "读信子进程的内存"},
	"limits.receipts_per_hour": {text: "每小时给同一发件人的回执"},
	"limits.passwords":         {text: "打开加密表格时依次试的口令"},

	"senders":          {text: "核实来信是否真由登记的地址发出"},
	"senders.verify":   {text: "off 不核实；record 疑似冒名的记下并告知办公室，表照收；require 核实不了的先待认领", allowed: verifies},
	"senders.authserv": {text: "本邮箱服务商写在信头 Authentication-Results 里的服务器名；不写就只看 DKIM 签名"},

	"keep":           {text: "磁盘要留的余地"},
	"keep.disk_warn": {text: "磁盘剩余少于这么多就告知办公室"},
	"keep.disk_stop": {text: "磁盘剩余少于这么多就暂停收信"},

	"backup":          {text: "自动备份"},
	"backup.schedule": {text: "定时，五段：分 时 日 月 周"},
	"backup.dir":      {text: "备份放在哪个目录，最好在另一块磁盘上；不写就不自动备份"},
	"backup.keep":     {text: "留几份"},

	"web":             {text: "网页"},
	"web.listen":      {text: "网页的地址和端口，如 127.0.0.1:8025；不写就没有网页"},
	"web.password":    {text: "登录网页的密码从哪里来"},
	"web.user_header": {text: "前面有统一认证的代理时，写明它用哪个信头说明是谁"},

	"log":        {text: "日志"},
	"log.level":  {text: "详细程度", allowed: []string{"debug", "info", "warn", "error"}},
	"log.format": {text: "格式", allowed: []string{"text", "json"}},
}

var (
	securities = []string{"tls", "starttls", "none"}
	layouts    = []string{"brief", "document", "letter"}
	releases   = []string{"automatic", "on-approval", "office-only"}
)
