#!/bin/sh
# Build the root file system of a lab host: sh build.sh OUT.tar
#
# It stands for Debian's cloud image: software that is installed but not configured.
# Users, keys, host names, firewalls and services are cloud-init's work, here as in a cloud.
# GEOFLEET_DEBIAN_MIRROR names another mirror than Debian's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
packages=$(sed -e 's/#.*//' "$here/packages.txt" | tr -s ' \n' ',' | sed -e 's/^,//; s/,$//')
exec mmdebstrap --variant=minbase --mode=root --include="$packages" \
    --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*/LC_MESSAGES/*.mo' \
    --customize-hook="tar -C '$here/overlay' --owner=0 --group=0 --mode=u=rwX,go=rX -c . | tar -C \"\$1\" --no-overwrite-dir -x" \
    --customize-hook="sh '$here/customize.sh' \"\$1\" '$here/masked-units.txt'" \
    bookworm "$1" ${GEOFLEET_DEBIAN_MIRROR:-}
