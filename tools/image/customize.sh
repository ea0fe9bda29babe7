#!/bin/sh
# Last touches on the unpacked system at $1: take away what must be made on each host anew.
set -eu
root=$1
# Host keys and the machine's ID are made at first boot; two hosts never share them. An *empty*
# machine-id makes systemd choose one; "uninitialized" would also apply presets, as on a first boot.
rm -f "$root"/etc/ssh/ssh_host_*
: > "$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
sed -e 's/#.*//' -e '/^ *$/d' "$2" | while read -r unit; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
chroot "$root" apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/log/apt/* "$root"/var/log/*.log
