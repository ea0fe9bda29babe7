"""Where every host goes: spec, atlas and lock in, plan and lock out; nothing else is read or written."""
