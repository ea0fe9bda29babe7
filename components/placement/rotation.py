"""How long members take to agree when each leads in its turn: exact for given members, a lower bound for ranges of them.

The same floors as `schemas.commit_latency`, in whole half-microseconds, for all leaders at once. With a range
of members per region every vote is taken to come as early as the ranges allow, so that no choice within them is faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from components.placement.aims import Agreement, Cap

Array = NDArray[np.int64]

NEVER = 10**12
"""Half-microseconds for what never happens: too few votes."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """An agreement among members whose places are open."""

    agreement: Agreement

    @cached_property
    def _weight(self) -> Array:
        return np.array([group.weight for group in self.agreement.groups], dtype=np.int64)

    @cached_property
    def _one_way(self) -> Array:
        """Return the half round trip between groups, in half-microseconds."""
        regions = [group.region for group in self.agreement.groups]
        known = {(a, b): self.agreement.round_trip_us(a, b) for a in set(regions) for b in set(regions) if a <= b}
        return np.array([[known[min(a, b), max(a, b)] for b in regions] for a in regions], dtype=np.int64)

    def times(self, low: Sequence[int], high: Sequence[int], count: int) -> list[int]:
        """Return for each placed group the least time, in half-microseconds, in which one of its members leads.

        Args:
            low: Members that each placed group has at least.
            high: Members that it has at most; a group of none gets `NEVER`.
            count: Members that are placed in all.
        """
        every_low, every_high = np.array(self._every(low)), np.array(self._every(high))
        alive = np.flatnonzero(every_high)
        total = sum(g.weight * g.fixed for g in self.agreement.groups if g.fixed) + count * int(self._weight[0])
        part = _Part(
            weight=self._weight[alive], low=every_low[alive], high=every_high[alive], total=total,
            one_way=self._one_way[np.ix_(alive, alive)], needed=self.agreement.needed,
            families=tuple(self._binding(family, alive, every_high) for family in self.agreement.families),
        )  # fmt: skip
        found = [NEVER] * len(self.agreement.groups)
        for position, took in zip(
            alive, part.three_delays() if self.agreement.delays == 3 else part.answers(), strict=True
        ):
            found[int(position)] = int(took)
        return found

    def _binding(self, family: tuple[Cap, ...], alive: Array, high: Array) -> list[tuple[Array, int]]:
        """Return the caps that say more than the ranges: where they are among the groups alive, and their weight."""
        found = []
        for cap in family:
            inside = np.isin(alive, list(cap.groups))
            if int(high[alive][inside].sum()) > cap.members_max:
                found.append((inside.astype(np.int64), cap.members_max * int(self._weight[0])))
        return found

    def _every(self, placed: Sequence[int]) -> list[int]:
        return [*placed, *(group.fixed or 0 for group in self.agreement.groups[len(placed) :])]

    def leads(self) -> list[int]:
        """Return how often one member of each group leads: by its power in BFT, else as often as any other."""
        return [group.weight if self.agreement.delays == 3 else 1 for group in self.agreement.groups]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The groups that have members, as arrays; every group leads at once (first axis)."""

    weight: Array
    low: Array
    high: Array
    one_way: Array
    needed: int
    total: int
    families: tuple[list[tuple[Array, int]], ...]
    """Per family the caps that bind: which groups (one or zero), and the most weight of them."""

    @cached_property
    def _size(self) -> int:
        return len(self.weight)

    @cached_property
    def _less_leader(self) -> tuple[Array, Array]:
        """Return the ranges of each group without the leader: [leader, group]."""
        own = np.eye(self._size, dtype=np.int64)
        return np.maximum(self.low - own, 0), np.maximum(self.high - own, 0)

    def answers(self) -> Array:
        """Return when the nearest have answered: once there and back."""
        low, high = self._less_leader
        times = np.concatenate([np.zeros((self._size, 1), dtype=np.int64), 2 * self.one_way], axis=1)
        return self._final(times, low, high)

    def three_delays(self) -> Array:
        size = self._size
        # Receivers: the leader, then a member of each group. At first each has the proposal.
        times = np.concatenate([np.zeros((size, 1), dtype=np.int64), self.one_way], axis=1)
        for _vote in ("prevote", "precommit"):
            times = self._vote(times)
        return self._final(times, *self._less_leader)

    @cached_property
    def _vote_ranges(self) -> tuple[Array, Array]:
        """Return the weights of arrivals, least and most: [leader, receiver, (own, leader's, each group's)]."""
        size = self._size
        ranges = []
        for less in self._less_leader:
            found = np.zeros((size, size + 1, size + 2), dtype=np.int64)
            own = np.zeros((size + 1, size), dtype=np.int64)
            own[1:] = np.eye(size, dtype=np.int64)
            found[:, :, 2:] = np.maximum(less[:, None, :] - own[None], 0) * self.weight
            found[:, 0, 0] = self.weight
            found[:, 1:, 0] = self.weight[None, :]
            found[:, 1:, 1] = self.weight[:, None]
            ranges.append(found)
        return ranges[0], ranges[1]

    def _vote(self, times: Array) -> Array:
        """Return when each receiver has votes enough, given when each has cast its own."""
        size = self._size
        arrivals = np.empty((size, size + 1, size + 2), dtype=np.int64)
        arrivals[:, :, 0] = times
        arrivals[:, 0, 1] = times[:, 0]
        arrivals[:, 1:, 1] = times[:, :1] + self.one_way
        arrivals[:, 0, 2:] = times[:, 1:] + self.one_way
        arrivals[:, 1:, 2:] = times[:, None, 1:] + self.one_way.T[None]
        low, high = self._vote_ranges
        return self._reached(arrivals, low, high)

    def _final(self, times: Array, low: Array, high: Array) -> Array:
        lead = self.weight[:, None]
        return self._reached(
            times, np.concatenate([lead, low * self.weight], axis=1), np.concatenate([lead, high * self.weight], axis=1)
        )

    def _reached(self, arrivals: Array, low: Array, high: Array) -> Array:
        """Return when more than is needed can have arrived, along the last axis.

        So much can have by then: all that may be among those within, and all but what must be among those beyond.
        """
        order = np.argsort(arrivals, axis=-1, kind="stable")
        when = np.take_along_axis(arrivals, order, axis=-1)
        most = np.cumsum(np.take_along_axis(high, order, axis=-1), axis=-1)
        least = np.cumsum(np.take_along_axis(low, order, axis=-1), axis=-1)
        beyond = least[..., -1:] - least
        have = np.minimum(most, self.total - beyond)
        for family in self.families:
            if family:
                over = sum(self._over(high * self._inside(inside, high.shape), cap, order) for inside, cap in family)
                have = np.minimum(have, most - over)
        enough = have > self.needed
        first = np.argmax(enough, axis=-1)
        found = np.take_along_axis(when, first[..., None], axis=-1)[..., 0]
        return np.where(enough.any(axis=-1), np.minimum(found, NEVER), NEVER)

    def _inside(self, groups: Array, shape: tuple[int, ...]) -> Array:
        """Return which arrivals are of some groups, in the form of `_final`'s or `_vote`'s arrivals."""
        if len(shape) == 2:
            return np.concatenate([groups[:, None], np.broadcast_to(groups, (self._size, self._size))], axis=1)
        found = np.zeros(shape, dtype=np.int64)
        found[:, :, 2:] = groups
        found[:, 0, 0] = groups
        found[:, 1:, 0] = groups[None, :]
        found[:, 1:, 1] = groups[:, None]
        return found

    @staticmethod
    def _over(high: Array, cap: int, order: Array) -> Array:
        """Return by how much the most that can have arrived is more than a cap lets be."""
        return np.maximum(np.cumsum(np.take_along_axis(high, order, axis=-1), axis=-1) - cap, 0)
