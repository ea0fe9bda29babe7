//go:build tools

// Package simd pins the Cosmos SDK node that hosts run: go.sum holds the checksums of everything it is built from.
package simd

import _ "github.com/cosmos/ibc-go/v8/testing/simapp/simd/cmd"
