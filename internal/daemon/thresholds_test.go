package daemon

import (
	"fmt"
	"testing"

	"tongbao/internal/config"
	"tongbao/internal/review"
)

// TestThresholds: an office that set nothing is checked by review's own
// thresholds.
func TestThresholds(t *testing.T) {
	want := review.DefaultThresholds()
	got := thresholds(config.Default().Checks)
	got.Slack = want.Slack // not for the office to say
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("configured %v, want %v", got, want)
	}
}
