"""Programs that run on every host: standard library and openssl only, Python 3.11 of Debian 12.

Boot data carries these files as they are; on the host the package is
`/usr/local/lib/geofleet/geofleet_host`.
"""
