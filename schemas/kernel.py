"""Kernel settings of a hardened host. Source: research/reliability.md 6.1, with its deliberate departures."""

from __future__ import annotations

NETWORK: dict[str, str] = {
    "net.ipv4.ip_forward": "0",
    **{
        f"net.ipv4.conf.{scope}.{name}": value
        for scope in ("all", "default")
        for name, value in (
            ("accept_redirects", "0"),
            ("accept_source_route", "0"),
            ("log_martians", "1"),
            ("rp_filter", "1"),
            ("secure_redirects", "0"),
            ("send_redirects", "0"),
        )
    },
    "net.ipv4.icmp_echo_ignore_broadcasts": "1",
    "net.ipv4.icmp_ignore_bogus_error_responses": "1",
    "net.ipv4.tcp_rfc1337": "1",
    "net.ipv4.tcp_syncookies": "1",
    **{
        f"net.ipv6.conf.{scope}.{name}": "0"
        for scope in ("all", "default")
        for name in ("accept_ra", "accept_redirects", "accept_source_route", "forwarding")
    },
}
"""Belong to the network namespace: a virtual machine's own, or the one that the lab made for a container."""

MACHINE: dict[str, str] = {
    "fs.protected_fifos": "2",
    "fs.protected_hardlinks": "1",
    "fs.protected_regular": "2",
    "fs.protected_symlinks": "1",
    "fs.suid_dumpable": "0",
    "kernel.dmesg_restrict": "1",
    "kernel.kexec_load_disabled": "1",
    "kernel.kptr_restrict": "2",
    "kernel.perf_event_paranoid": "3",
    "kernel.randomize_va_space": "2",
    "kernel.sysrq": "0",
    "kernel.unprivileged_bpf_disabled": "1",
    "kernel.yama.ptrace_scope": "2",
    "net.core.bpf_jit_harden": "2",
    "net.core.somaxconn": "4096",
    "vm.swappiness": "1",
}
"""Belong to the whole kernel: a virtual machine sets them, a container must not."""


def sysctl_text(settings: dict[str, str]) -> str:
    """Return a file for `/etc/sysctl.d`; the dash lets a kernel without IPv6 boot."""
    return "".join(f"-{name} = {value}\n" for name, value in sorted(settings.items()))
