"""Rules on proximity: round trips and jitter, between members and to hubs."""
