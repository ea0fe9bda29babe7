"""What keys are for: the words that ledger, facts, catalogue and reports share."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a key is for; the values are the names used in facts and reports."""

    CONSENSUS = "consensus"
    """Signs votes. Twice at one height is slashed: one live holder, always."""
    NODE = "node"
    """Identity among peers."""
    OBSERVER = "observer"
    """Stands where a full node must have a consensus key: no chain knows it, so it never votes."""
    ACCOUNT = "account"
    """A validator's own account on its chain: holds its stake, unjails it. Kept off the host."""
    WALLET = "wallet"
    """Pays for the transactions of one relayer, feeder or poster: one per instance."""
    AIRNODE = "airnode"
    """Signs what sources say: one per oracle, so that a value names the host that heard it."""
    PROBE = "probe"
    """Pays for the transfers that verification sends; held by the operator, not by a host."""
    SEQUENCER = "sequencer"
    """Signs the blocks of a chain that one fleet of sequencers makes. The fleet holds it: every host has it, and the
    lease together with the record of what was signed makes that one live holder."""
    SSH_HOST = "ssh_host"
    """Proves the host to operators."""
    DEPLOYER = "deployer"
    """Signs network configurations; held by the deployer, not by a host."""
    OPERATOR = "operator"
    """Opens SSH sessions for verification; held by the operator, not by a host."""


SECRET_FILES: dict[Purpose, str] = {
    Purpose.CONSENSUS: "consensus.json",
    Purpose.NODE: "node.json",
    Purpose.OBSERVER: "observer.json",
    Purpose.SEQUENCER: "sequencer.json",
    Purpose.WALLET: "wallet.mnemonic",
    Purpose.AIRNODE: "airnode.env",
    Purpose.SSH_HOST: "ssh_host_ed25519_key",
}
"""Keys that hosts get, and their file's name in a host's credential store; all others stay where the deployer works."""
