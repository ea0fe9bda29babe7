"""Drills: faults done to a stack on purpose, watched by a process that sees every signature, and always healed."""
