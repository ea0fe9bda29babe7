"""Versions of the spec's format, and how a spec of an older one becomes one of the current."""

from schemas.migrations.versions import CURRENT, OLDER, older_version

__all__ = ["CURRENT", "OLDER", "older_version"]
