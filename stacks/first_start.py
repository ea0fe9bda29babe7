"""One-time permissions for signers that have never run: signed, and published beside the configuration.

They are not part of the desired state: a second `up` must find nothing to change
once they are used, so the engine never sees them.
"""

from __future__ import annotations

import datetime

from components.bootstrap.configuration import first_start_document
from schemas.ledger import Ledger
from schemas.plan import HostPlan, Plan
from stacks.signing import deployer_key, signature


def signed_first_start(plan: Plan, ledger: Ledger, host: HostPlan) -> tuple[str, str] | None:
    """Return a host's permission and the deployer's signature on it.

    Returns:
        None when the ledger holds none for the host, or one that has expired.
    """
    found = ledger.first_start(host.host)
    if found is None or datetime.datetime.fromisoformat(found.expires) <= datetime.datetime.now(datetime.UTC):
        return None
    text = first_start_document(ledger, plan, host)
    return text, signature(deployer_key(plan.stack), text)
