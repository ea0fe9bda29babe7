"""The codes of mistakes in a file: stable, never used again for something else.

Locks and ledgers use the same numbers under `LOCK` and `KEYS`.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "SPEC100": "The file cannot be read.",
    "SPEC101": "The file is larger than 1 MiB.",
    "SPEC102": "The file is not UTF-8 text.",
    "SPEC103": "A control character, or one that turns the direction of text around.",
    "SPEC104": "The text is not YAML.",
    "SPEC105": "More than one document in the file.",
    "SPEC106": "The file is empty.",
    "SPEC107": "More than 100,000 values, aliases counted by what they stand for.",
    "SPEC108": "A YAML tag, such as `!!python/object` or `!vault`.",
    "SPEC109": "Nested deeper than 32 levels.",
    "SPEC110": "A key that is not text: a number, a boolean, null, a list, a mapping or an alias.",
    "SPEC111": "A merge key (`<<`).",
    "SPEC112": "A key that is given twice.",
    "SPEC113": "More than 50 aliases.",
    "SPEC114": "An alias to nothing, or to the value that it stands in.",
    "SPEC115": "A number that is infinite, not a number, or of more than 18 digits.",
    "SPEC201": "A key that the format does not know.",
    "SPEC202": "A key that is missing.",
    "SPEC203": "A value of the wrong type.",
    "SPEC204": "A value of the right type that is not allowed.",
    "SPEC301": "A region, or a pattern of regions, that the atlas does not know.",
    "SPEC302": "A fleet that says both `client` and `workload: none`, or neither.",
    "SPEC303": "A fleet that gives its size in two ways.",
    "SPEC304": "`per_hub` without a hub under `near`.",
    "SPEC305": "A hub that is not under `hubs`.",
    "SPEC306": "A chain that is not under `chains`.",
    "SPEC307": "A key that the fleet's role needs is missing.",
    "SPEC308": "A key that is for another role.",
    "SPEC309": "`reports_min` is more than the fleet has members.",
    "SPEC310": "A region that `regions` does not allow.",
    "SPEC311": "A zone that is not one of its region.",
    "SPEC312": "A client that does not serve the fleet's role.",
    "SPEC313": "A hub that one fleet names twice.",
    "SPEC314": "A spec that allows no region at all.",
}
"""Code to what it says; the reference (`docs/spec.md`) and the tests read this list."""
