from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from components.bootstrap.boot import BootData, user_data
from components.bootstrap.cloud_config import written_files
from components.bootstrap.firewall import ruleset
from components.bootstrap.fragments_gcp import PACKAGES, STORE_URL, GcpHost, gcp_fragment, startup_script
from schemas.locations import REPOSITORY

HOST = GcpHost(project="example-perps", bucket="perps-store", secrets={"node.json": "perps-validators-1-node-json"})
FRAGMENT = gcp_fragment(HOST)
UNITS = [path for path in FRAGMENT.files if path.endswith((".service", ".conf")) and "/systemd/" in path]


def test_the_core_is_the_labs_and_googles_part_comes_beside_it(boot: Callable[..., BootData]) -> None:
    lab, google = written_files(user_data(boot())), written_files(user_data(boot(), FRAGMENT))
    assert {path: google[path] for path in lab} == lab
    assert set(google) - set(lab) == {*FRAGMENT.files, *FRAGMENT.links}


def test_names_of_secrets_are_told_and_nothing_secret() -> None:
    unit = FRAGMENT.files["/etc/systemd/system/geofleet-secrets.service"]
    assert "gcp_machine.py secrets example-perps node.json=perps-validators-1-node-json\n" in unit


def test_the_image_gets_what_the_labs_image_has() -> None:
    lines = (REPOSITORY / "tools/image/packages.txt").read_text(encoding="utf-8").splitlines()
    wanted = {line for line in lines if line and not line.startswith("#")} - {"systemd", "systemd-sysv", "dbus"}
    assert wanted <= set(PACKAGES)
    assert all(f" {package}" in startup_script() for package in wanted)


def test_the_startup_script_is_a_shell_script_that_acts_once(tmp_path: Path) -> None:
    path = tmp_path / "startup.sh"
    path.write_text(startup_script().replace("/var/lib/", f"{tmp_path}/"), encoding="utf-8")
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0
    (tmp_path / "geofleet-image-is-ready").touch()
    assert subprocess.run(["sh", str(path)], check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["geofleet-store.service", "geofleet-secrets.service"])
def test_units_are_well_formed_and_sandboxed(unit: str, tmp_path: Path) -> None:
    path = tmp_path / unit
    path.write_text(FRAGMENT.files[f"/etc/systemd/system/{unit}"], encoding="utf-8")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(path)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-300:]
    verified = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    assert not re.findall(rf"{unit}:\d+", verified.stderr), verified.stderr


def test_names_time_and_sessions_pass_the_hosts_own_firewall(tmp_path: Path) -> None:
    rules = FRAGMENT.files["/etc/geofleet/gcp.nft"]
    assert "ip daddr 169.254.169.254 udp dport { 53, 123 } accept" in rules
    assert "ip saddr 35.235.240.0/20 tcp dport 22 accept" in rules
    whole = ruleset((), network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24") + rules
    path = tmp_path / "rules.nft"
    path.write_text(whole, encoding="utf-8")
    if not shutil.which("nft"):
        pytest.skip("nft is not installed")
    judged = subprocess.run(["nft", "--check", "--file", str(path)], capture_output=True, text=True, check=False)
    if "Operation not permitted" in judged.stderr:
        pytest.skip("nft --check needs root")
    assert judged.returncode == 0, judged.stderr


def test_the_rules_are_loaded_again_with_every_load_of_the_core() -> None:
    unit = FRAGMENT.files["/etc/systemd/system/nftables.service.d/10-gcp.conf"]
    assert unit.count("/usr/sbin/nft --file /etc/geofleet/gcp.nft") == 2
    assert "ExecStartPost=" in unit
    assert "ExecReload=" in unit


def test_hosts_find_the_store_at_their_own_door() -> None:
    assert STORE_URL == "http://127.0.0.1:8079"
    assert "store perps-store 8079\n" in FRAGMENT.files["/etc/systemd/system/geofleet-store.service"]


def test_cloud_init_listens_to_googles_metadata_and_leaves_the_network_alone(tmp_path: Path) -> None:
    lines = [line for line in startup_script().splitlines() if line.startswith("printf")]
    told = tmp_path / "99-geofleet.cfg"
    subprocess.run(["sh", "-c", lines[0].replace("/etc/cloud/cloud.cfg.d", str(tmp_path))], check=True)
    assert yaml.safe_load(told.read_text(encoding="utf-8")) == {
        "network": {"config": "disabled"}, "datasource_list": ["GCE"],
    }  # fmt: skip
