"""Everything a host is told: boot data once, network configuration whenever it changes. Pure; no file is written."""
