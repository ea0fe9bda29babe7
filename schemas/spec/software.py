"""The software that the hosts of a fleet run: from the workload catalogue, or one's own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from schemas.spec.base import AnyVersion, DownloadUrl, Model, Name, Sha256, Text, UrlPath, Version
from schemas.workloads import CATALOGUE

if TYPE_CHECKING:
    CatalogueName = str
else:
    CatalogueName = Literal[tuple(sorted(CATALOGUE))]


class PortReach(StrEnum):
    """Who may open a connection to a port."""

    LOOPBACK = "loopback"
    OPERATOR = "operator"
    SIGNERS = "signers"
    SENTRIES = "sentries"
    NETWORK = "network"
    WORLD = "world"


class Port(Model):
    """One port that a host listens on."""

    number: Annotated[int, Field(ge=1, le=65_535, examples=[26656])]
    """Port number."""
    reach: PortReach
    """Who may connect: processes on the host, operators, signers, sentries, every host of the network, anyone."""
    protocol: Literal["tcp", "udp", "both"] = "tcp"
    """Transport."""


class CatalogueClient(Model):
    """A client of the workload catalogue."""

    name: CatalogueName
    """Name in the workload catalogue."""
    version: Version
    """Exact version; the binary is fetched by its SHA-256."""
    url: DownloadUrl | None = None
    """Where the binary is fetched from, instead of the catalogue's place; needs `sha256`."""
    sha256: Sha256 | None = None
    """SHA-256 of what `url` has."""

    @property
    def software(self) -> str:
        """Return the name that failure domains and hosts know the client by."""
        return self.name


class CustomClient(Model):
    """A client that the catalogue lacks: everything that a host must know to run it."""

    name: Literal["custom"]
    """Always `custom`."""
    program: Name
    """Name of the program: of its unit, its user, and its failure domain."""
    version: AnyVersion
    """Exact version, as the program itself writes it."""
    url: DownloadUrl
    """Where the binary or archive is fetched from."""
    sha256: Sha256
    """SHA-256 of what `url` has."""
    arguments: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Command line, without the program's name."""
    health_path: UrlPath | None = None
    """Path on the port `health` that answers 200 when the program does its work."""
    metrics_path: UrlPath = "/metrics"
    """Path on the port `metrics`."""

    @property
    def software(self) -> str:
        """Return the name that failure domains and hosts know the client by."""
        return self.program


Client = Annotated[CatalogueClient | CustomClient, Field(discriminator="name")]
"""What a host runs."""
