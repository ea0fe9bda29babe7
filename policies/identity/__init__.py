"""Rules on identity: keys, their one holder, and what hosts publish about themselves."""
