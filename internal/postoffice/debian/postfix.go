package debian

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
)

const masterConf = `127.0.0.1:%d inet n - n - - smtpd
127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`

func (s *Servers) startPostfix(t testing.TB, addresses []string) {
	t.Helper()
	dir := filepath.Join(s.dir, "postfix")
	main := fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = %[1]s/postfix.log
maillog_file_prefixes = %[1]s
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.%[2]s
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = regexp:%[1]s/postfix/domains
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = texthash:%[1]s/postfix/boxes
virtual_minimum_uid = %[3]d
virtual_uid_maps = static:%[3]d
virtual_gid_maps = static:%[3]d
smtpd_tls_cert_file = %[1]s/cert.pem
smtpd_tls_key_file = %[1]s/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
message_size_limit = 71680000
virtual_mailbox_limit = 0
`, s.dir, Domain, mailUser)
	s.write(t, "postfix/main.cf", main)
	s.write(t, "postfix/master.cf", fmt.Sprintf(masterConf, s.SMTPPort, s.SMTPSPort))
	s.write(t, "postfix/domains", fmt.Sprintf("/^(.*\\.)?%s$/ local\n", "example\\.com"))
	boxes := ""
	for _, a := range addresses {
		boxes += a + " " + a + "/\n"
	}
	s.write(t, "postfix/boxes", boxes)
	if err := s.queue(); err != nil {
		t.Fatal(err)
	}
	s.run(t, "/usr/lib/postfix/sbin/master", "-d", "-c", dir)
}

// queue makes the queue's directories, as "postfix check" does with a hundred
// processes and in seconds.
func (s *Servers) queue() error {
	owner, err := user.Lookup("postfix")
	if err != nil {
		return err
	}
	drop, err := user.LookupGroup("postdrop")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(owner.Uid)
	own, _ := strconv.Atoi(owner.Gid)
	gid, _ := strconv.Atoi(drop.Gid)
	mk := func(name string, mode os.FileMode, uid, gid int) {
		path := filepath.Join(s.dir, name)
		// Chmod last: making heeds the umask, and changing the owner clears bits.
		err = errors.Join(err, os.MkdirAll(path, 0o755), os.Chown(path, uid, gid), os.Chmod(path, mode))
	}
	mk("queue", 0o755, 0, 0)
	mk("queue/pid", 0o755, 0, 0)
	mk("data", 0o700, uid, own)
	for _, name := range []string{"active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"} {
		mk("queue/"+name, 0o700, uid, own)
	}
	mk("queue/maildrop", 0o730|os.ModeSticky, uid, gid)
	mk("queue/public", 0o710|os.ModeSetgid, uid, gid)
	return err
}
