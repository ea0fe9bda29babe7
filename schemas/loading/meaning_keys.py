"""Keys and wallets by reference: each has one live holder, and never two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.diagnostics import Diagnostic, Path, dotted
from schemas.loading.judged import Judged, Problems, size_of
from schemas.spec import Fleet, MemberSpec, OracleFleet, RelayerFleet, SequencerFleet, ValidatorFleet
from schemas.spec.oracles import OracleMember
from schemas.spec.relayers import RelayerMember
from schemas.spec.validators import ThresholdSigner, ValidatorKeys, ValidatorMember

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, kw_only=True)
class Use:
    """One place where the spec refers to a secret."""

    reference: str
    path: Path
    fleet: str
    holder: str
    """Who holds it: uses by the same holder may share a reference."""
    needs: frozenset[str]
    """Placeholders without which several hosts would hold the same secret."""
    may: frozenset[str]
    """Placeholders that mean something here."""

    @property
    def is_template(self) -> bool:
        """Return whether the reference stands for several."""
        return "{" in self.reference


def key_problems(judged: Judged) -> Problems:
    """Yield every reference that would give a secret two live holders, or whose placeholders say nothing."""
    uses = [use for name, fleet, at in judged.fleets() for use in _uses(name, fleet, at)]
    taken: dict[tuple[str, str], Use] = {}
    for use in uses:
        yield from _placeholders(judged, use)
        first = taken.setdefault((use.reference, use.fleet if use.is_template else ""), use)
        if first.holder != use.holder:
            yield _shared(judged, use, first)
    templates = [(use, _pattern(use)) for use in uses if use.is_template]
    for use in uses:
        if not use.is_template:
            made = next((other for other, pattern in templates if pattern.fullmatch(use.reference)), None)
            if made is not None:
                yield _shared(judged, use, made)


def _shared(judged: Judged, use: Use, first: Use) -> Diagnostic:
    return judged.problem(
        "SPEC337", f"'{use.reference}' is the secret of '{dotted(first.path)}' already", use.path,
        remedy="Give each its own: a key has one live holder, or it signs twice.",
    )  # fmt: skip


def _placeholders(judged: Judged, use: Use) -> Problems:
    found = set(_PLACEHOLDER.findall(use.reference))
    rest = _PLACEHOLDER.sub("", use.reference)
    unknown = sorted(found - use.may)
    if unknown or "{" in rest or "}" in rest:
        said = f"'{{{unknown[0]}}}' stands for nothing here" if unknown else "a brace stands alone"
        may = " and ".join(f"'{{{word}}}'" for word in sorted(use.may)) or "none"
        yield judged.problem(
            "SPEC338", said, use.path, remedy=f"Placeholders that mean something here: {may}.",
        )  # fmt: skip
    for word in sorted(use.needs - found):
        whom = "hosts" if word == "host" else "shares"
        yield judged.problem(
            "SPEC338", f"one reference for several {whom}: '{{{word}}}' is missing", use.path,
            remedy=f"Put '{{{word}}}' into the name, so that each has its own.",
        )  # fmt: skip


def _pattern(use: Use) -> re.Pattern[str]:
    """Return what matches every reference that a template stands for."""
    text = re.escape(use.reference)
    text = text.replace(re.escape("{host}"), re.escape(use.fleet) + "-[1-9][0-9]*")
    return re.compile(text.replace(re.escape("{share}"), "[1-9][0-9]*"))


def _uses(name: str, fleet: Fleet, at: Path) -> Iterator[Use]:
    many = frozenset() if size_of(fleet) == 1 else frozenset({"host"})
    host = frozenset({"host"})
    for purpose, reference, path in _of_fleet(fleet, at):
        yield Use(
            reference=reference, path=path, fleet=name, holder=f"{name} {purpose}", needs=many, may=host
        )  # fmt: skip
    for position, member in enumerate(fleet.members):
        for purpose, reference, path in _of_member(member, (*at, "members", position)):
            yield Use(
                reference=reference, path=path, fleet=name, holder=f"{name} {position} {purpose}",
                needs=frozenset(), may=frozenset(),
            )  # fmt: skip
    if isinstance(fleet, ValidatorFleet) and isinstance(fleet.signer, ThresholdSigner) and fleet.signer.share:
        yield Use(
            reference=fleet.signer.share, path=(*at, "signer", "share"), fleet=name, holder=f"{name} share",
            needs=many | {"share"}, may=host | {"share"},
        )  # fmt: skip
    if isinstance(fleet, SequencerFleet):
        poster = fleet.batches.wallet if fleet.batches else None
        of_leader: tuple[tuple[str | None, Path], ...] = (
            (poster, ("batches", "wallet")),
            (fleet.signing_key, ("signing_key",)),
        )
        for shared, keys in of_leader:
            if shared:
                yield Use(
                    reference=shared, path=(*at, *keys), fleet=name, holder=f"{name} {keys[0]}",
                    needs=frozenset(), may=frozenset(),
                )  # fmt: skip


def _of_fleet(fleet: Fleet, at: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield purpose, reference and place of every secret that each host of a fleet has."""
    if isinstance(fleet, ValidatorFleet):
        yield from _of_keys(fleet.keys, (*at, "keys"))
    elif isinstance(fleet, RelayerFleet):
        yield from (("wallet", reference, (*at, "wallets", chain)) for chain, reference in fleet.wallets.items())
    elif isinstance(fleet, OracleFleet) and fleet.wallet:
        yield "wallet", fleet.wallet, (*at, "wallet")


def _of_member(member: MemberSpec, at: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield purpose, reference and place of every secret that one member has of its own."""
    if isinstance(member, ValidatorMember):
        if member.keys is not None:
            yield from _of_keys(member.keys, (*at, "keys"))
    elif isinstance(member, RelayerMember):
        yield from (("wallet", reference, (*at, "wallets", chain)) for chain, reference in member.wallets.items())
    elif isinstance(member, OracleMember) and member.wallet:
        yield "wallet", member.wallet, (*at, "wallet")


def _of_keys(keys: ValidatorKeys, at: Path) -> Iterator[tuple[str, str, Path]]:
    for purpose in ("consensus", "node", "account"):
        reference = getattr(keys, purpose)
        if reference:
            yield purpose, reference, (*at, purpose)
