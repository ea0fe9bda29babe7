"""What an AWS instance does for itself before anything else: its data volume, its packages, its secrets."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path
from typing import Any

METADATA = "http://169.254.169.254/latest/"
FACTS = Path("/etc/geofleet/host.json")
NAMES = Path("/etc/geofleet/secrets")
CREDENTIALS = Path("/run/credstore")
SERVICE = "secretsmanager"


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def _open(url: str, *, headers: dict[str, str] | None = None, data: bytes | None = None, method: str = "GET") -> bytes:
    request = urllib.request.Request(url, headers=headers or {}, data=data, method=method)  # noqa: S310 - fixed addresses
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return bytes(answer.read())


def data_disk(seconds: float = 600) -> str:
    """Return the one EBS disk without partitions: the root's has some, and no other is ever attached."""
    until = time.monotonic() + seconds
    while True:
        disks = json.loads(_run("lsblk", "--json", "--paths", "--output", "NAME,TYPE,MODEL"))["blockdevices"]
        found = [
            disk["name"]
            for disk in disks
            if disk["type"] == "disk" and "Elastic Block Store" in (disk["model"] or "") and not disk.get("children")
        ]
        if len(found) == 1:
            return str(found[0])
        if time.monotonic() > until:
            raise SystemExit(f"expected one disk for data, found {found}")
        time.sleep(2)


def mount() -> None:
    """Mount the data volume; only one that nothing was ever written to gets a file system."""
    if os.path.ismount("/data"):
        return
    disk = data_disk()
    probe = subprocess.run(["blkid", "--probe", disk], check=False, capture_output=True).returncode
    if probe == 2:
        _run("mkfs.ext4", "-q", "-L", "geofleet-data", disk)
    elif probe:
        raise SystemExit(f"{disk} cannot be read (blkid: {probe})")
    Path("/data").mkdir(exist_ok=True)
    _run("mount", "-o", "nodev,nosuid,noexec", disk, "/data")


def packages(sha256: str) -> None:
    """Install the packages that the image lacks, once: fetched by hash, so no mirror has a say."""
    done = Path("/var/lib/geofleet/packages")
    if done.exists() and done.read_text() == sha256:
        return
    store, until = json.loads(FACTS.read_text())["store_url"], time.monotonic() + 900
    while True:
        try:
            content = _open(f"{store}/artifacts/{sha256}")
            break
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(5)  # the store may be published after this machine was started
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit("the packages are not those that boot data names")
    folder = Path("/var/lib/geofleet/debs")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all.tar").write_bytes(content)
    with tarfile.open(folder / "all.tar") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file:
                (folder / Path(member.name).name).write_bytes(file.read())
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    _run("dpkg", "--force-confold", "-G", "-E", "-i", *sorted(map(str, folder.glob("*.deb"))))
    done.write_text(sha256)


def signed(body: bytes, region: str, keys: dict[str, str], now: datetime.datetime) -> dict[str, str]:
    """Return the headers of a request to Secrets Manager, signed by AWS's Signature Version 4."""
    host, stamp = f"{SERVICE}.{region}.amazonaws.com", now.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": stamp,
        "x-amz-security-token": keys["Token"],
        "x-amz-target": f"{SERVICE}.GetSecretValue",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/{SERVICE}/aws4_request"
    key = b"AWS4" + keys["SecretAccessKey"].encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={keys['AccessKeyId']}/{scope}, SignedHeaders={names}, "
        f"Signature={hmac.digest(key, text.encode(), 'sha256').hex()}"
    )
    return headers


def secrets() -> None:
    """Bring this host's secrets into memory, where systemd hands them to their units; nothing of them is logged."""
    token = _open(f"{METADATA}api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    asked = {"X-aws-ec2-metadata-token": token.decode()}
    region = _open(f"{METADATA}meta-data/placement/region", headers=asked).decode()
    role = _open(f"{METADATA}meta-data/iam/security-credentials/", headers=asked).decode()
    keys: dict[str, Any] = json.loads(_open(f"{METADATA}meta-data/iam/security-credentials/{role}", headers=asked))
    facts = json.loads(FACTS.read_text())
    CREDENTIALS.mkdir(mode=0o700, exist_ok=True)
    for name in NAMES.read_text().split():
        body = json.dumps({"SecretId": f"{facts['stack']}/{facts['host']}/{name}"}).encode()
        headers = signed(body, region, keys, datetime.datetime.now(datetime.UTC))
        answer = json.loads(_open(f"https://{headers['host']}/", headers=headers, data=body, method="POST"))
        handle = os.open(CREDENTIALS / f".{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
        with os.fdopen(handle, "w") as file:
            file.write(answer["SecretString"])
        (CREDENTIALS / f".{name}").replace(CREDENTIALS / name)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "mount":
        mount()
    elif command == "packages":
        packages(*arguments)
    else:
        secrets()
