"""Sequencers: etcd elects, CometBFT makes blocks, and a fence stands between node and key."""
