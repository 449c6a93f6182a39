package bulletin

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Number is an exact amount in 万元, or a percentage in percent. In JSON it is
// a number, not a text.
type Number struct{ decimal.Decimal }

// MarshalJSON writes a plain decimal: 6.25.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n.Decimal.String()), nil }

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(b []byte) (err error) {
	if n.Decimal, err = decimal.NewFromString(string(b)); err != nil {
		return fmt.Errorf("number %q: %w", b, err)
	}
	return nil
}

var hundred = decimal.NewFromInt(100)

// percentDigits is the precision at which percentages are published, and
// therefore ranked: figures that read the same share their rank.
const percentDigits = 2

// percent is part of whole in percent, rounded once; nil where there is no whole.
func percent(part, whole decimal.Decimal) *Number {
	if !whole.IsPositive() {
		return nil
	}
	return &Number{part.Mul(hundred).DivRound(whole, percentDigits)}
}

func ratio(part, whole int) *Number {
	return percent(decimal.NewFromInt(int64(part)), decimal.NewFromInt(int64(whole)))
}
