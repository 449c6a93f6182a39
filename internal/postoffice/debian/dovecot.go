package debian

import (
	"fmt"
	"path/filepath"
	"testing"
)

func (s *Servers) startDovecot(t testing.TB) {
	t.Helper()
	conf := fmt.Sprintf(`protocols = imap
listen = 127.0.0.1
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/dovecot.log
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
disable_plaintext_auth = yes
auth_username_format = %%Lu
mail_location = maildir:%[1]s/mail/%%u
first_valid_uid = %[4]d
first_valid_gid = %[4]d
passdb {
  driver = static
  args = password=%[5]s
}
userdb {
  driver = static
  args = uid=%[4]d gid=%[4]d home=%[1]s/mail/%%u
}
namespace inbox {
  inbox = yes
}
service imap-login {
  inet_listener imap {
    port = %[2]d
  }
  inet_listener imaps {
    port = %[3]d
    ssl = yes
  }
}
service auth {
  unix_listener %[1]s/queue/private/auth {
    mode = 0666
  }
}
`, s.dir, s.IMAPPort, s.IMAPSPort, mailUser, s.Password)
	s.run(t, "/usr/sbin/dovecot", "-F", "-c", s.write(t, "dovecot.conf", conf))
}

// Maildir is where an address's letters lie.
func (s *Servers) Maildir(address string) string { return filepath.Join(s.dir, "mail", address) }
