"""docs/rules.md, written from the catalogue: python -m policies.catalogue_page."""

from __future__ import annotations

from collections.abc import Iterator

from policies.catalogue import CATALOGUE
from policies.rule import Family, Rule, Scope
from schemas.locations import REPOSITORY
from schemas.report import Feed

PAGE = REPOSITORY / "docs" / "rules.md"

_HEAD = """<!-- Written by `python -m policies.catalogue_page` from the catalogue; do not edit. -->
# Rules

One rule has one ID on every feed that it judges: the *plan* (`geofleet check`: milliseconds, no credentials), the
Pulumi *preview* and the *state* (the policy pack, `pulumi preview --policy-pack policies`), and the *hosts* that run
(`geofleet verify`). Critical and high failures stop `up` and fail `check`; medium and low ones advise.

Parameters and severities are set in `geofleet.policies.yaml` (all stacks) or `NAME.policies.yaml` beside a spec:

```yaml
schema: geofleet/policies/v1
rules:
  RED011:
    severity_in: {production: high}        # or `severity: high` for every environment
    parameters: {share_max: 0.5}
```

A rule, a parameter or a value that does not exist is refused with its place. What asks for less than the defaults
below is told in every report (OPS010).

A status is one of: passed, failed, waived, not applicable (to this feed, or nothing in the stack is of the kind),
deferred (only creation tells it: listed at preview, judged before `up` ends, else `up` fails), not evaluated (a fact is missing that should be there; it fails
the gate, whatever the severity). Hard latency rules accept measured round trips only; a pair that is only
estimated is a *medium* finding of its own, and what light in fibre cannot do is refused.

## Where it is shown that the rules hold

| claim | shown by |
|---|---|
| 24 post-mortems are refused before their fix, accepted after it | `tests/policies/test_post_mortems.py`, `docs/post-mortems.md` |
| each rule's removal or weakening fails a test | `tests/policies/test_mutations.py`: a fixed share, all of it with `make soak` |
| 12 of 12 ways around policies are blocked | `tests/policies/test_bypasses.py`, through the engine's own servicer |
| plan, state and engine agree finding by finding, on every example | `tests/policies/test_agreement.py`, `test_feeds_agree.py` |
| SARIF is valid by the 2.1.0 schema, also for cloud resources | `tests/operations/test_sarif.py`, `test_checking_state.py` |
| 1,000 hosts: rules in under 1 s, 5 times faster than checkov | `benchmarks/rules.py`, figures in `benchmarks/README.md` |
| 1,000 hosts: the pack takes at most 5 s more | `benchmarks/policy_pack.py`, the same page |
| a page of evidence that a browser shows and prints | `tests/operations/audit/test_report.py`, `docs/evidence.md` |
"""


def page() -> str:
    """Return the whole page."""
    rules = [entry.rule for entry in CATALOGUE]
    return "\n".join([_HEAD, *_table(rules), *_families(rules)])


def write() -> None:
    """Write the page where the repository keeps it."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


def _table(rules: list[Rule]) -> Iterator[str]:
    yield "| ID | holds when it passes | severity | plan | preview | state | hosts |"
    yield "|---|---|---|---|---|---|---|"
    for rule in rules:
        marks = " | ".join("●" if feed in rule.feeds else "" for feed in Feed)
        yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {_severity(rule)} | {marks} |"
    yield ""


def _families(rules: list[Rule]) -> Iterator[str]:
    for family in Family:
        of_family = [rule for rule in rules if rule.family is family]
        if of_family:
            yield f"## {family.value} ({family.name})\n"
            for rule in of_family:
                yield from _section(rule)


def _section(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}\n"
    yield f"**{rule.title}.** Judges {rule.judges}. Severity: {_severity(rule)}.\n"
    if rule.keys:
        yield f"- Points to: `fleets.*.{'.'.join(rule.keys)}`"
    if rule.scope is Scope.STACK:
        yield "- Looks at the whole stack at once"
    if rule.reads_terms:
        yield "- Needs what fleets and network publish of the spec beyond promises; not evaluated without"
    yield f"- Why: {rule.source}"
    yield f"- Remedy: {rule.remedy}"
    if rule.tokens:
        yield f"- Types: {', '.join(f'`{token}`' for token in rule.tokens)}"
    if rule.standards:
        yield f"- Serves: {', '.join(rule.standards)}"
    for parameter in rule.parameters:
        yield (
            f"- Parameter `{parameter.name}` ({'whole, ' * parameter.is_whole}{parameter.minimum:.10g} to "
            f"{parameter.maximum:.10g}, default {parameter.default:.4g}; {parameter.weaker} is weaker): "
            f"{parameter.meaning}"
        )
    yield ""


def _severity(rule: Rule) -> str:
    other = [f"{severity.value} in {name}" for name, severity in sorted(rule.severity_in.items())]
    return ", ".join([rule.severity.value, *other])


if __name__ == "__main__":
    write()
