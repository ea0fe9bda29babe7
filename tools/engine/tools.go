//go:build tools

// Package engine pins the command line of Pulumi: go.sum holds the checksums of everything it is built from.
// `go install` refuses the command's own module, because that has replace directives.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
