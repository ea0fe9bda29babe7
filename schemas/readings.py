r"""What verification reads on a host: the list that the host's sudo rules and the checks share.

Verification logs in as `operator`, who may run exactly `SUDO_READINGS` as root
and nothing else. Each prints public things only: a private key never leaves its
host. The commands hold no character that sudoers would treat as a pattern or
as syntax (`*?[]!,:=\\`), so each can be written into a rule as it stands; a
test keeps it so.
"""

from __future__ import annotations

CONFIGURATION_DIR = "/var/lib/geofleet-configuration/current"
"""Symlink to the network configuration in force: its files, and the document itself."""

CONFIGURATION_DOCUMENT = f"{CONFIGURATION_DIR}/configuration.json"
"""Exact bytes of the signed document that was applied; its SHA-256 is compared with the published one."""

SECRETS_DIR = "/run/credstore"
"""Where a host's secrets are mounted, readable by root only."""

PRIVATE_KEY_DIRS = (SECRETS_DIR, "/run/credentials", "/etc/ssh")
"""A private key anywhere else on a host is a finding. `/run/credentials`: systemd's own copy, per unit."""

_SEARCHED = "/data /etc /home /opt /root /run /srv /tmp /usr/local /var"
"""Where a stray key would be; programs and their documentation (`/usr`) are the image's."""

FIREWALL = "/usr/sbin/nft --json list ruleset"
SSHD_SETTINGS = "/usr/sbin/sshd -T"
PASSWORDS = "/usr/bin/passwd -S -a"
LISTENERS = "/usr/bin/ss -Hltnp"
BOOT_WARNINGS = "/usr/bin/grep -h -e WARNING -e ERROR -e CRITICAL /var/log/cloud-init.log"
CONFIGURATION_SUMS = f"/usr/bin/find {CONFIGURATION_DIR}/ -type f -exec /usr/bin/sha256sum {{}} +"
KEY_FILE_MODES = f"/usr/bin/find {SECRETS_DIR} /etc/ssh -type f -ls"
"""Mode, owner and path of each file; `-ls` because a format string would need escapes in sudoers."""
_PRIVATE_KEY = "BEGIN.(OPENSSH.|RSA.|EC.|DSA.|ENCRYPTED.|)PRIVATE.KEY"
_CHAIN_KEY = "PrivKey.{3}5519"
"""`PrivKeyEd25519` in CometBFT's JSON. Neither pattern matches its own text, which is in the sudo rules."""

KEY_FILES = f"/usr/bin/grep -rIlsE -e {_PRIVATE_KEY} -e {_CHAIN_KEY} {_SEARCHED}"
"""Paths of files that hold a private key."""
KEY_ADDRESSES = f"/usr/bin/grep -rIosE address.{{44}} {_SEARCHED}"
"""`path:address": "<40 hex>`: the public name of a consensus key; other files match too and are not used."""

SUDO_READINGS = (
    FIREWALL,
    SSHD_SETTINGS,
    PASSWORDS,
    LISTENERS,
    BOOT_WARNINGS,
    CONFIGURATION_SUMS,
    KEY_FILE_MODES,
    KEY_FILES,
    KEY_ADDRESSES,
)
"""Exact commands, arguments included, that `operator` may run as root without a password.

Beside them verification needs, as `operator` and without sudo: `systemctl`,
`systemd-analyze security`, `curl` to loopback, `ping` (echo requests between
hosts of the network must be let in, 100 a second and more), and a shell. A
host's own name must be in `/etc/hosts`: sudo looks it up, and waits 20 s for a
name server that is not there.
"""
