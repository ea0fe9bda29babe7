//go:build tools

// Package nodesoftware pins the node software that hosts run: go.sum holds the checksums of everything it is built from.
package nodesoftware

import _ "go.etcd.io/etcd/server/v3"
