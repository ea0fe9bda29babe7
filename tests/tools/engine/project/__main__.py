"""Three things and a component; configuration makes it fail in the ways that programs do."""

import sys

import pulumi

config = pulumi.Config()


class Thing(pulumi.CustomResource):
    def __init__(self, name: str, size: int) -> None:
        super().__init__("trial:index:Thing", name, {"size": size, "made_at": None})


class Place(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("trial:index:Place", name, {"zone": "a"})
        self.register_outputs({"zone": "a"})


if config.get("fail") == "exit":
    raise SystemExit(3)
Place("place")
for size in range(config.get_int("things") or 3):
    Thing(f"thing-{size}", size)
sys.stdout.write("hello from the program\n")
if config.get("fail") == "error":
    raise ValueError("the program says no")
pulumi.export("secret_length", len(config.require("secret")))
