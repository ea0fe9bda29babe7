"""The Confio relayer: the declaration made into a unit and its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from components.bootstrap.clients.confio_relayer.config import relayer_config
from components.bootstrap.clients.rendering import HostProgram, Rendering, UnitSections, View
from components.bootstrap.programs import PACKAGE, PROGRAMS_DIR
from components.bootstrap.unit import SANDBOX
from schemas import workloads
from schemas.plan import HostPlan
from schemas.readings import CONFIGURATION_DIR
from schemas.workloads import Service

_PROGRAM = HostProgram(
    name="relayer.mjs",
    text=files("components.bootstrap.clients.confio_relayer").joinpath("relayer.mjs").read_text(encoding="utf-8"),
)


def _units(service: Service, address: str) -> Mapping[str, UnitSections]:
    del address
    [program] = service.workload.programs
    node = f"{program.path}/bin/node --max-old-space-size=160"
    file = f"{CONFIGURATION_DIR}/{service.name}/relayer.json"
    # V8 writes machine code while it runs.
    sandbox = tuple(("MemoryDenyWriteExecute", "no") if key == "MemoryDenyWriteExecute" else (key, value)
                    for key, value in SANDBOX)  # fmt: skip
    sections = {
        "Unit": (
            ("Description", "IBC relayer"),
            ("ConditionPathExists", program.path),
            ("After", "network-online.target"),
            ("StartLimitIntervalSec", "0"),
        ),
        "Service": (
            *sandbox,
            ("User", service.workload.user),
            ("LoadCredential", "wallet.mnemonic:/run/credstore/wallet.mnemonic"),
            ("ExecStart", f"{node} {PROGRAMS_DIR}/{PACKAGE}/{_PROGRAM.name} {file}"),
            ("Restart", "always"),
            ("RestartSec", "2"),
            ("TasksMax", "64"),
            ("MemoryMax", "384M"),
        ),
    }
    return {service.units[0]: sections}


def _files(view: View, host: HostPlan, service: Service) -> Mapping[str, str]:
    config = relayer_config(view.plan, view.ledger, host, service)
    return {f"{service.name}/relayer.json": config.to_json()}


CONFIO_RELAYER = Rendering(workload=workloads.CONFIO_RELAYER, units=_units, files=_files, programs=(_PROGRAM,))
