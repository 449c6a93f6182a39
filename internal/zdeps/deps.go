// Package zdeps holds the modules in go.mod while the rooms are being built.
package zdeps

import (
	_ "github.com/bodgit/sevenzip"
	_ "github.com/emersion/go-imap/v2"
	_ "github.com/emersion/go-imap/v2/imapclient"
	_ "github.com/emersion/go-imap/v2/imapserver"
	_ "github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	_ "github.com/emersion/go-message"
	_ "github.com/emersion/go-msgauth/authres"
	_ "github.com/emersion/go-sasl"
	_ "github.com/emersion/go-smtp"
	_ "github.com/go-analyze/charts"
	_ "github.com/nwaples/rardecode/v2"
	_ "github.com/richardlehane/mscfb"
	_ "github.com/robfig/cron/v3"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/shopspring/decimal"
	_ "github.com/spf13/cobra"
	_ "github.com/xuri/excelize/v2"
	_ "go.etcd.io/bbolt"
	_ "go.yaml.in/yaml/v4"
	_ "golang.org/x/net/html"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/text/encoding/simplifiedchinese"
)
