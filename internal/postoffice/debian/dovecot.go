package debian

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// dovecot23 is what Dovecot 2.3 of Debian 12 wants to read, dovecot24 what
// 2.4 of Debian 13 does; dovecotBoth follows either.
const dovecot23 = `protocols = imap
ssl_cert = <$DIR/cert.pem
ssl_key = <$DIR/key.pem
disable_plaintext_auth = yes
auth_username_format = %Lu
mail_location = maildir:$DIR/mail/%u
passdb {
  driver = static
  args = password=$PASSWORD
}
userdb {
  driver = static
  args = uid=$USER gid=$USER home=$DIR/mail/%u
}
`

const dovecot24 = `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {
  imap = yes
}
ssl_server_cert_file = $DIR/cert.pem
ssl_server_key_file = $DIR/key.pem
auth_allow_cleartext = no
auth_username_format = %{user | lower}
mail_driver = maildir
mail_path = $DIR/mail/%{user}
passdb static {
  password = $PASSWORD
}
userdb static {
  fields {
    uid = $USER
    gid = $USER
    home = $DIR/mail/%{user}
  }
}
`

const dovecotBoth = `listen = 127.0.0.1
base_dir = $DIR/run
state_dir = $DIR/state
log_path = $DIR/dovecot.log
auth_failure_delay = 0
ssl = yes
first_valid_uid = $USER
first_valid_gid = $USER
namespace inbox {
  inbox = yes
}
service imap-login {
  inet_listener imap {
    port = $IMAP
  }
  inet_listener imaps {
    port = $SIMAP
    ssl = yes
  }
}
service auth {
  unix_listener $DIR/queue/private/auth {
    mode = 0666
  }
}
`

func (s *Servers) startDovecot(t testing.TB) {
	t.Helper()
	version, err := exec.Command("/usr/sbin/dovecot", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	conf := dovecot24
	if strings.HasPrefix(string(version), "2.3.") {
		conf = dovecot23
	}
	conf = strings.NewReplacer("$DIR", s.dir, "$PASSWORD", s.Password, "$USER", strconv.Itoa(mailUser),
		"$IMAP", strconv.Itoa(s.IMAPPort), "$SIMAP", strconv.Itoa(s.IMAPSPort)).Replace(conf + dovecotBoth)
	s.run(t, "/usr/sbin/dovecot", "-F", "-c", s.write(t, "dovecot.conf", conf))
}

// Maildir is where an address's letters lie.
func (s *Servers) Maildir(address string) string { return filepath.Join(s.dir, "mail", address) }
