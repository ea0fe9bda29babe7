"""Validators: their chain, their power, their signers, how they start and what they keep."""

from __future__ import annotations

from schemas.diagnostics import Path
from schemas.loading.judged import Judged, Problems
from schemas.loading.meaning_chains import unmade_problems
from schemas.loading.meaning_places import pattern_problems
from schemas.spec import CometbftChain, ValidatorFleet
from schemas.spec.validators import ThresholdSigner, ValidatorKeys


def validator_problems(judged: Judged, fleet: ValidatorFleet, at: Path) -> Problems:
    """Yield what is wrong with a fleet of validators."""
    yield from unmade_problems(judged, fleet.chain, (*at, "chain"))
    yield from _chain(judged, fleet, at)
    yield from _power(judged, fleet, at)
    if isinstance(fleet.signer, ThresholdSigner):
        yield from _signer(judged, fleet, fleet.signer, at)
    if fleet.sentries is not None:
        yield from pattern_problems(judged, fleet.sentries.regions, (*at, "sentries", "regions"))
    yield from _history(judged, fleet, at)


def _chain(judged: Judged, fleet: ValidatorFleet, at: Path) -> Problems:
    chain = judged.network.chains.get(fleet.chain)
    if isinstance(chain, CometbftChain) and chain.operated == "elsewhere" and chain.genesis is None:
        yield judged.problem(
            "SPEC330", f"chain '{fleet.chain}' is operated elsewhere, and its genesis is not known", (*at, "chain"),
            remedy=f"Add 'genesis: {{url, sha256}}' to chain '{fleet.chain}'.",
        )  # fmt: skip


def _power(judged: Judged, fleet: ValidatorFleet, at: Path) -> Problems:
    if not isinstance(fleet.power, tuple):
        return
    if fleet.members:
        yield judged.problem(
            "SPEC326", "is a list, but the fleet lists its members one by one", (*at, "power"),
            remedy="Give each member its own 'power'.",
        )  # fmt: skip
    elif fleet.count != len(fleet.power):
        size = f"{fleet.count} members" if fleet.count else "no 'count'"
        yield judged.problem(
            "SPEC326", f"has {len(fleet.power)} values, but the fleet has {size}", (*at, "power"),
            remedy=f"Give one value for each member, or set 'count' to {len(fleet.power)}.",
        )  # fmt: skip


def _signer(judged: Judged, fleet: ValidatorFleet, signer: ThresholdSigner, at: Path) -> Problems:
    path: Path = (*at, "signer", "threshold")
    least, most = signer.shares // 2 + 1, signer.shares - 1
    if signer.threshold < least:
        yield judged.problem(
            "SPEC335", f"{signer.threshold} of {signer.shares} shares are not more than half", path,
            remedy=f"Raise it to {least}: else two halves that do not see each other could both sign.",
        )  # fmt: skip
    elif signer.threshold > most:
        yield judged.problem(
            "SPEC335", f"{signer.threshold} of {signer.shares} shares leave none that may be lost", path,
            remedy=f"Lower it to {most}, or add shares.",
        )  # fmt: skip
    between, timeout = signer.between_shares_ms_max, signer.timeout_ms
    if between is not None and timeout < 2 * between:
        yield judged.problem(
            "SPEC336", f"is {timeout:g} ms, less than two round trips of up to {between:g} ms",
            (*at, "signer", "timeout_ms"), remedy=f"Raise it to {2 * between:g} or more.",
        )  # fmt: skip
    held: list[tuple[ValidatorKeys | None, Path]] = [(fleet.keys, (*at, "keys"))]
    held += [(member.keys, (*at, "members", n, "keys")) for n, member in enumerate(fleet.members)]
    for keys, where in held:
        if keys is not None and keys.consensus is not None:
            yield judged.problem(
                "SPEC339", "is held by no host: the signer holds shares of it", (*where, "consensus"), of_key=True,
                remedy="Remove it, and say under 'signer' where each 'share' is kept.",
            )  # fmt: skip


def _history(judged: Judged, fleet: ValidatorFleet, at: Path) -> Problems:
    pruning = fleet.pruning
    if pruning is not None:
        for key in ("keep_blocks", "interval_blocks"):
            given = getattr(pruning, key) is not None
            if pruning.strategy == "custom" and not given:
                yield judged.problem(
                    "SPEC365", f"strategy 'custom' needs '{key}'", (*at, "pruning"), of_key=True,
                    remedy=f"Add '{key}:' under 'pruning'.",
                )  # fmt: skip
            elif pruning.strategy != "custom" and given:
                yield judged.problem(
                    "SPEC365", f"is for strategy 'custom', not '{pruning.strategy}'", (*at, "pruning", key), of_key=True,
                    remedy=f"Remove '{key}', or choose 'custom'.",
                )  # fmt: skip
    chain = judged.network.chains.get(fleet.chain)
    unbonding = chain.unbonding_period_s if isinstance(chain, CometbftChain) else None
    if fleet.state_sync is not None and unbonding is not None and fleet.state_sync.trust_period_s >= unbonding:
        yield judged.problem(
            "SPEC333", f"is {fleet.state_sync.trust_period_s:.12g} s, but stake is liable for {unbonding:.12g} s only",
            (*at, "state_sync", "trust_period_s") if "trust_period_s" in fleet.state_sync.model_fields_set
            else (*at, "state_sync"),
            remedy=f"Two thirds of the chain's 'unbonding_period_s' are usual: {unbonding * 2 / 3:.0f}.",
        )  # fmt: skip
