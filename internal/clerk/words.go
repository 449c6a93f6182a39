package clerk

// What the sender is told: what is wrong, then what to send instead.

// fileWords is for what sheet could not open, by its code.
var fileWords = map[string]string{
	"encrypted":         "文件设有打开密码，无法读取。请取消密码后重新发送。",
	"damaged":           "文件已损坏或传输不完整。请用 Excel 或 WPS 打开原文件确认完好，另存为 .xlsx 后重新发送。",
	"too-large":         "文件过大或内容过多，无法读取。请只保留当月的表格，删去空白行和图片后重新发送。",
	"unsupported":       "这种格式无法读取。请另存为 .xlsx 后重新发送。",
	"legacy-word":       "旧版 Word 或 WPS 文字文件（.doc、.wps）无法读取。请另存为 .docx，或改用 Excel 表格后重新发送。",
	"scan":              "这是扫描件或图片，数据无法读取。请另附 Excel 电子表。",
	"empty-file":        "文件是空的（0 字节）。请确认原文件有内容后重新发送。",
	"truncated":         "附件没有传完，内容不全，未予采用。请重新发送。",
	"msg":               "Outlook 邮件文件（.msg）无法读取。请把其中的表格取出，作为附件直接发送。",
	"sealed":            "文件经数字证书或 PGP 加密，无法读取。请不加密重新发送。",
	"program":           "程序文件（.exe）不会打开。如是自解压包，请改用 zip 打包，或直接发送表格。",
	"not-what-it-says":  "文件内容与扩展名不符，无法读取，可能已损坏，或被单位的文档加密软件加密。请解密并用 Excel 或 WPS 打开确认后，另存为 .xlsx 重新发送。",
	"archive-damaged":   "压缩包已损坏，或扩展名不对。请重新打包，或直接发送表格。",
	"picture":           "正文里的图片，数据无法读取。请另附 Excel 电子表。",
	"embedded-too-deep": "文档里嵌套的文件层数过多，里面的内容没有读取。请把表格作为附件直接发送。",
}

const otherWords = "文件无法读取。请另存为 .xlsx 后重新发送。"

// archiveWords is for an archive as a whole, entryWords for a file in one.
var (
	archiveWords = map[string]string{
		"encrypted":   "压缩包设有密码，无法打开。请不加密码重新打包，或直接发送表格。",
		"damaged":     "压缩包已损坏或没有传完，其中内容可能缺失。请重新打包，或直接发送表格。",
		"too-large":   "压缩包解开后过大，没有读完。请只放当月的表格，或直接发送表格。",
		"too-many":    "压缩包里文件过多，没有读完。请只放当月的表格，或直接发送表格。",
		"volume":      "这是分卷压缩包中的一卷，无法单独打开。请打成一个 zip，或直接发送表格。",
		"unsupported": "这种压缩格式无法打开。请改用 zip 打包，或直接发送表格。",
		"empty":       "压缩包里没有文件。请重新打包，或直接发送表格。",
		"too-deep":    "压缩包里套压缩包，层数过多。请直接发送表格。",
	}
	entryWords = map[string]string{
		"encrypted":   "压缩包里的这个文件设有密码，无法打开。请不加密码重新打包，或直接发送表格。",
		"damaged":     "压缩包里的这个文件已损坏。请重新打包，或直接发送表格。",
		"unsupported": "压缩包里的这个文件用了无法解开的压缩方法。请改用普通的 zip 打包，或直接发送表格。",
	}
)

// letterWords is for a letter, by letter's codes.
var letterWords = map[string]string{
	"not-a-letter":    "邮件内容无法识别。请重新发送。",
	"truncated":       "邮件传输不完整，内容可能缺失。请重新发送。",
	"no-boundary":     "邮件结构损坏，附件无法取出。请重新发送。",
	"too-many-parts":  "邮件的附件或层次过多，没有读完。请只附当月的表格，分几封发送。",
	"too-many-files":  "邮件里文件过多，没有读完。请只附当月的表格，分几封发送。",
	"too-deep":        "邮件层层转发，层数过多，没有读完。请把表格作为附件直接发送。",
	"sealed":          "邮件经数字证书或 PGP 加密，无法读取。请不加密重新发送。",
	"partial":         "邮件被拆成几封发送，无法合并读取。请只附当月的表格，用一封邮件重新发送。",
	"classified":      "主题或文件名写有密级字样。公网邮箱不得传输涉密信息，本信没有读取。如确属涉密，请立即报告办公室，改走保密渠道；如不涉密，请改正后重新发送。",
	"several-senders": "邮件写有几个发件人，无法确认是谁报送。请只用登记的邮箱发送。",
}

// faultWords is for what a child died of.
var faultWords = map[fault]string{
	crashed:   "读取时出错，无法打开。请把表格另存为普通的 Excel 文件后重新发送。",
	overTime:  "读取时间过长，无法打开。请只保留当月的表格，另存为普通的 Excel 文件后重新发送。",
	exhausted: "内容过大，无法打开。请只保留当月的表格，删去空白行和图片后重新发送。",
}

const restWords = "其余附件没有读取。请把每张表另存为普通的 Excel 文件，分开重新发送。"
