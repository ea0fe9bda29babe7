"""Rules on change safety: planned work, versions, alarms, and what a chain keeps of its past."""
