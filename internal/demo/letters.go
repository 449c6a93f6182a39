package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tongbao/internal/reporting"
)

// WriteLetters writes one letter of each of the cast with its tables of any
// month, for who wants to try his own mailbox with them. It returns how many.
func WriteLetters(out string, p reporting.Period, sent time.Time) (int, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, fmt.Errorf("demo: %w", err)
	}
	for i, who := range cast {
		who.year = p.Year
		files := who.three(int(p.Month), false)
		if who.group == string(reporting.Central) {
			files = files[:1]
		}
		raw := who.mail(subject(who, int(p.Month)), "附件请查收。", files...).raw(sent, i+1)
		name := filepath.Join(out, fmt.Sprintf("%02d-%s.eml", i+1, who.name))
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			return 0, fmt.Errorf("demo: %w", err)
		}
	}
	return len(cast), nil
}
