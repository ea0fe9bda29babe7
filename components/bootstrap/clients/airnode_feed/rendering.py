"""The Airnode feed and the oracle: the declaration made into two units and their configuration."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from components.bootstrap.clients.airnode_feed.config import feed_config, oracle_config
from components.bootstrap.clients.rendering import HostProgram, Rendering, UnitSections, View
from components.bootstrap.programs import PACKAGE, PROGRAMS_DIR
from components.bootstrap.unit import SANDBOX, Section
from schemas import workloads
from schemas.plan import HostPlan
from schemas.readings import CONFIGURATION_DIR
from schemas.workloads import Service

_FOLDER = "components.bootstrap.clients.airnode_feed"
_PREPARE, _ORACLE, _PRICE = (
    HostProgram(name=name, text=files(_FOLDER).joinpath(name).read_text(encoding="utf-8"))
    for name in ("airnode_prepare.mjs", "oracle.mjs", "oracle_price.mjs")
)
# V8 writes machine code while it runs.
_SANDBOX: Section = tuple(
    ("MemoryDenyWriteExecute", "no") if key == "MemoryDenyWriteExecute" else (key, value) for key, value in SANDBOX
)


def _units(service: Service, address: str) -> Mapping[str, UnitSections]:
    del address
    [program] = service.workload.programs
    node = f"{program.path}/bin/node --max-old-space-size=96"
    feed, oracle = service.unit_names
    scripts, files_dir, run = f"{PROGRAMS_DIR}/{PACKAGE}", CONFIGURATION_DIR, f"/run/{feed}"
    prepare = f"{node} {scripts}/{_PREPARE.name} {files_dir}/{feed}/feed.json {run}"
    return {
        f"{feed}.service": {
            "Unit": _unit("API3 Airnode feed", program.path),
            "Service": (
                *_service(service),
                ("LoadCredential", "airnode.env:/run/credstore/airnode.env"),
                ("RuntimeDirectory", feed),
                ("WorkingDirectory", run),
                # Its values are in the oracle's metrics; its own log would have a line for each.
                ("Environment", "LOG_LEVEL=warn"),
                ("ExecStartPre", prepare),
                ("ExecStart", f"{node} {program.path}/airnode-feed.cjs"),
            ),
        },
        f"{oracle}.service": {
            "Unit": _unit("Oracle: decides, reports and serves prices", program.path),
            "Service": (
                *_service(service),
                ("LoadCredential", "wallet.mnemonic:/run/credstore/wallet.mnemonic"),
                ("ExecStart", f"{node} {scripts}/{_ORACLE.name} {files_dir}/{oracle}/oracle.json"),
            ),
        },
    }


def _unit(description: str, program: str) -> Section:
    return (
        ("Description", description),
        ("ConditionPathExists", program),
        ("After", "network-online.target"),
        ("StartLimitIntervalSec", "0"),
    )


def _service(service: Service) -> Section:
    return (
        *_SANDBOX,
        ("User", service.workload.user),
        ("Restart", "always"),
        ("RestartSec", "2"),
        ("TasksMax", "64"),
        ("MemoryMax", "256M"),
    )


def _files(view: View, host: HostPlan, service: Service) -> Mapping[str, str]:
    feed, oracle = service.unit_names
    return {
        f"{feed}/feed.json": feed_config(view.plan, host, service, stand_ins=view.stand_ins).to_json(),
        f"{oracle}/oracle.json": oracle_config(view.plan, host, service, stand_ins=view.stand_ins).to_json(),
    }


AIRNODE_FEED = Rendering(
    workload=workloads.AIRNODE_FEED, units=_units, files=_files, programs=(_PREPARE, _ORACLE, _PRICE)
)
