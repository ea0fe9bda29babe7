"""Rules on redundancy: what a fleet goes on without."""
