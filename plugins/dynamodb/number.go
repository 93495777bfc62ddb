package dynamodb

import (
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// lastSecond is the end of the year 9999. A number beyond it is no time, but
// most likely one in milliseconds.
const lastSecond = 253402300799

// seconds reads Unix seconds, to the microsecond. A float64 would not do: it
// cannot hold every microsecond of our time. Whole ones, as nearly all are, need
// no big number.
func seconds(text string) (time.Time, bool) {
	if whole, err := strconv.ParseUint(text, 10, 63); err == nil {
		return time.Unix(int64(whole), 0).UTC(), whole <= lastSecond
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || n.Sign() < 0 || n.Cmp(big.NewRat(lastSecond, 1)) > 0 {
		return time.Time{}, false
	}
	n.Mul(n, big.NewRat(int64(time.Second/time.Microsecond), 1))
	micros := new(big.Int).Quo(n.Num(), n.Denom())
	return time.UnixMicro(micros.Int64()).UTC(), true
}

// integer reads a fence.
func integer(text string) (uint64, bool) {
	if n, err := strconv.ParseUint(text, 10, 63); err == nil {
		return n, true
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || !n.IsInt() || n.Sign() < 0 || n.Num().Cmp(big.NewInt(math.MaxInt64)) > 0 {
		return 0, false
	}
	return n.Num().Uint64(), true
}

func numberOf(n int64) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
