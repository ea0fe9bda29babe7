"""Stands for leader with this host's node, and serves the key to it while it leads: `sequencer_signer CONFIGURATION`.

Leadership is a key in etcd, bound to a lease; its revision is the term. Leading is
only permission to try: what is signed is decided by the record (`sequencer_desk`).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import own_node, watermark
from .documents import CONFIGURATION_DIR, RefusedError, json_object, log, write_whole
from .etcd import Etcd, EtcdError, is_absent
from .own_node import NodeSeen
from .privval import ProtocolError
from .sequencer_desk import HOLDS, LEAD, WATERMARK, Desk, holders, key_of

HANDOVER = "geofleet/handover"
"""Written by whoever wants the leader to go: its term, in decimal."""
TICK_S = 0.1
STARTS_MAX = 4
"""Of a leader's node without a new block; then another host may try."""
HIGH_WATER = "high-water"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`signer.json` of the network configuration."""

    host: str
    chain_id: str
    hosts: int
    lease_s: int
    block_time_s: float
    etcd: str
    rpc: str
    socket: str

    @property
    def stuck_s(self) -> float:
        """Return how long a leader's node may make no block before it is started anew."""
        return 8.0 + 2 * self.block_time_s


@dataclass(kw_only=True)
class Campaign:
    """One host's attempt to lead, over and over."""

    settings: Settings
    run: Path
    memory: Path
    etcd: Etcd
    term: int = 0
    lease: int = 0
    renewed_s: float = 0.0
    """When the last renewal that was answered was sent, monotonic."""
    stands_again_s: float = 0.0
    has_lost_lease: bool = False
    awaited: str = ""
    """`HEIGHT BLOCK` that a vote was refused for, until a majority holds it; empty: none."""
    moved: tuple[int, float] = (0, 0.0)
    """Last height of the node, and since when."""
    starts: int = 0
    told: str = ""
    said: str = field(default="")

    def tick(self) -> None:
        """Do what is due now."""
        now = time.monotonic()
        seen = own_node.look(self.settings.rpc, timeout_s=0.5)
        try:
            self._tell(seen)
            if self.term:
                self._lead(seen, now)
            elif now >= self.stands_again_s and self.etcd.get(LEAD) is None:
                self._stand(seen, now)
        except EtcdError as error:
            self._say(str(error))
            if self.term and now - self.renewed_s > self.settings.lease_s:
                self._step_down("its lease could not be renewed")

    def _tell(self, seen: NodeSeen | None) -> None:
        """Tell the fleet which height this host's node works on, and which undecided block it holds."""
        holds = f"{seen.open_height} {seen.holds}" if seen and not seen.catching_up else ""
        if holds and holds != self.told:
            self.etcd.put(HOLDS + self.settings.host, holds.encode())
            self.told = holds

    def _stand(self, seen: NodeSeen | None, now: float) -> None:
        reason = self._unready(seen)
        if reason:
            self._say(f"does not stand for leader: {reason}")
            return
        lease = self.etcd.grant(self.settings.lease_s)
        value = json.dumps({"host": self.settings.host}).encode()
        term = self.etcd.put_if(LEAD, value, conditions=[is_absent(LEAD)], lease=lease)
        if term is None:
            self.etcd.revoke(lease)
            return
        self.lease, self.renewed_s, self.moved = lease, now, (seen.height if seen else 0, now)
        self.has_lost_lease = False
        self.term = term
        self._start_node()
        self._say(f"leads, term {term}")

    def _unready(self, seen: NodeSeen | None) -> str:
        peers_min = self.settings.hosts // 2
        reason = own_node.unready(seen, now_s=time.time(), peers_min=peers_min)
        if reason or seen is None:
            return reason
        entry = self.etcd.get(WATERMARK)
        remembered = self._remembered()
        if entry is None:
            # Only a chain that never was may begin without a record.
            return "" if not seen.height and not remembered else "etcd has no record of what was signed"
        record = watermark.read(entry.value)
        if record.height < remembered:
            return f"etcd's record is of height {record.height}, {remembered} was seen before: it was taken back"
        if seen.height < record.height - 1:
            return f"its node is at height {seen.height}, {record.height} was signed"
        needed = watermark.needs(record, height=seen.height)
        if needed and seen.holds != needed:
            return f"its node does not hold block {needed[:12]} of height {record.height}, which was voted for"
        return ""

    def _lead(self, seen: NodeSeen | None, now: float) -> None:
        if self.has_lost_lease:
            self._step_down("its lease ended")
            return
        asked = self.etcd.get(HANDOVER)
        if asked is not None and asked.value == str(self.term).encode():
            self._step_down("it was asked to hand over", pause_s=10.0)
            return
        if self.awaited and holders(self.etcd.below(HOLDS), self.awaited) > self.settings.hosts // 2:
            self._say(f"a majority now holds {self.awaited[:24]}: the node is started anew")
            self.moved = (self.moved[0], now)
            self._start_node()
            return
        height, since = self.moved
        if seen is not None and seen.height > height:
            self.moved, self.starts, self.awaited = (seen.height, now), min(self.starts, 1), ""
        elif now - since > self.settings.stuck_s:
            if self.starts > STARTS_MAX:
                self._step_down(f"its node stays at height {height}", pause_s=10.0)
                return
            self._say(f"its node stays at height {height}: it is started anew")
            self.moved = (height, now)
            self._start_node()

    def _start_node(self) -> None:
        """Have the node started as the one that asks for signatures; another text means another start."""
        self.starts, self.awaited = self.starts + 1, ""
        write_whole(self.run / "lead", f"{self.term} {self.starts}\n".encode(), mode=0o600)

    def _step_down(self, why: str, *, pause_s: float = 0.0) -> None:
        """Sign nothing more, then end the lease, so that another leads at once."""
        term, self.term, self.starts = self.term, 0, 0
        (self.run / "lead").unlink(missing_ok=True)
        self.stands_again_s = time.monotonic() + pause_s
        self._say(f"leads no longer, term {term}: {why}")
        try:
            self.etcd.revoke(self.lease)
        except EtcdError as error:
            log(f"its lease ends by itself: {error}")

    def await_block(self, block: str) -> None:
        """Have the node started anew once a majority holds a block; until then it passes the block on."""
        self.awaited = block

    def connected(self) -> bool:
        """Return whether the node has peers for a majority."""
        return own_node.peers_of(self.settings.rpc) >= self.settings.hosts // 2

    def renew(self, etcd: Etcd) -> None:
        """Renew the lease if there is one, whatever the node and the rest of this program wait for."""
        term, lease, sent_s = self.term, self.lease, time.monotonic()
        if not term or self.has_lost_lease:
            return
        try:
            is_there = etcd.renew(lease)
        except EtcdError:
            return  # how long that may go on is judged by when the last renewal was sent
        if term == self.term:
            self.renewed_s, self.has_lost_lease = sent_s, not is_there

    def keep(self, height: int) -> None:
        """Remember how high the record was, once a height; a lost or restored etcd is noticed by it."""
        if height > self._remembered():
            write_whole(self.memory / HIGH_WATER, f"{height}\n".encode(), mode=0o600)

    def _remembered(self) -> int:
        path = self.memory / HIGH_WATER
        return int(path.read_text()) if path.exists() else 0

    def _say(self, line: str) -> None:
        if line != self.said:
            log(line)
        self.said = line


def _serve(desk: Desk, path: str) -> None:
    """Answer the node whenever it listens; it does while this host leads."""
    while True:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.connect(path)
                desk.serve(connection)
        except (OSError, ProtocolError) as error:
            if isinstance(error, ProtocolError):
                log(f"the node is not understood: {error}")
            time.sleep(0.05)


def _renew(campaign: Campaign) -> None:
    settings = campaign.settings
    etcd = Etcd(settings.etcd, timeout_s=settings.lease_s / 2)
    while True:
        campaign.renew(etcd)
        time.sleep(settings.lease_s / 5)


def main() -> None:
    """Run until it is stopped."""
    os.umask(0o077)
    text = (CONFIGURATION_DIR / "current" / sys.argv[1]).read_bytes()
    settings = Settings(**json_object(text, sys.argv[1]))
    campaign = Campaign(
        settings=settings,
        run=Path(os.environ["RUNTIME_DIRECTORY"]),
        memory=Path(os.environ["STATE_DIRECTORY"]),
        etcd=Etcd(settings.etcd, timeout_s=settings.lease_s / 2),
    )
    desk = Desk(
        host=settings.host,
        chain_id=settings.chain_id,
        hosts=settings.hosts,
        key=key_of(Path(os.environ["CREDENTIALS_DIRECTORY"]) / "sequencer.json"),
        etcd=Etcd(settings.etcd, timeout_s=settings.lease_s / 2),
        term=lambda: campaign.term,
        keep=campaign.keep,
        connected=campaign.connected,
        await_block=campaign.await_block,
    )
    threading.Thread(target=_serve, args=(desk, settings.socket), daemon=True).start()
    threading.Thread(target=_renew, args=(campaign,), daemon=True).start()
    while True:
        try:
            campaign.tick()
        except RefusedError as error:
            log(f"does not stand for leader: {error}")
        time.sleep(TICK_S)


if __name__ == "__main__":
    main()
