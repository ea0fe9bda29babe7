"""Fleets of hosts, and the network that holds them."""
