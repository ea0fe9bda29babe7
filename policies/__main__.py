"""What the engine starts: `PolicyPack` serves until the engine ends it, so nothing may come after."""

from policies.pack import serve

serve()
