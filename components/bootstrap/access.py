"""Who gets in: the operator by SSH key, with the readings that verification needs and nothing else."""

from __future__ import annotations

from schemas.readings import SUDO_READINGS

OPERATOR = "operator"
"""The one user that opens sessions."""


def sudoers() -> str:
    """Return `/etc/sudoers.d/geofleet`; commands with other arguments are refused. The journal needs no sudo, but a group."""
    lines = [
        f"Defaults:{OPERATOR} !requiretty, !lecture, use_pty, logfile=/var/log/sudo.log",
        *(f"{OPERATOR} ALL=(root) NOPASSWD: {_escaped(command)}" for command in SUDO_READINGS),
    ]
    return "\n".join(lines) + "\n"


def _escaped(command: str) -> str:
    assert not set(command) & set("*?[]!,:=\\"), f"sudoers would read a pattern in '{command}'"
    return command


def sshd(address: str) -> str:
    """Return the sshd drop-in: keys only, one user, this address only. Source: research/reliability.md 6.2.

    No banner: it would stand in the standard error of every check.
    """
    settings = {
        "ListenAddress": address,
        "HostKey": "/run/credstore/ssh_host_ed25519_key",
        "AllowUsers": OPERATOR,
        "AuthorizedKeysFile": "/etc/ssh/authorized_keys.d/%u",
        "AuthenticationMethods": "publickey",
        "PermitRootLogin": "no",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitEmptyPasswords": "no",
        "HostbasedAuthentication": "no",
        "GSSAPIAuthentication": "no",
        "DisableForwarding": "yes",
        "AllowTcpForwarding": "no",
        "AllowAgentForwarding": "no",
        "X11Forwarding": "no",
        "PermitTunnel": "no",
        "GatewayPorts": "no",
        "PermitUserEnvironment": "no",
        "AcceptEnv": "none",
        "MaxAuthTries": "3",
        "MaxSessions": "10",
        "MaxStartups": "10:30:60",
        "LoginGraceTime": "30",
        "ClientAliveInterval": "300",
        "ClientAliveCountMax": "3",
        "LogLevel": "VERBOSE",
        "UseDNS": "no",
        "PrintMotd": "no",
        "PrintLastLog": "no",
        "Ciphers": "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,"
        "aes256-ctr,aes192-ctr,aes128-ctr",
        "KexAlgorithms": "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org",
        "MACs": "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
        "HostKeyAlgorithms": "ssh-ed25519",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())
