"""What every part of the spec has in common: frozen, strict, no unknown keys, and the forms of names."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NAME = r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$"
CHAIN_ID = r"^[a-z][a-z0-9-]{1,48}$"
REGION = r"^[a-z][a-z0-9]{1,15}:[a-z0-9-]{1,40}$"
REGION_PATTERN = r"^[a-z][a-z0-9]{1,15}:[a-z0-9*-]{1,40}$"
VERSION = r"^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$"
ANY_VERSION = r"^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$"
URL = r"^(https?|wss?|tcp)://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[^ @]{0,500})?$"
DOWNLOAD_URL = r"^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[^ @]{1,500}$"
SHA256 = r"^[0-9a-f]{64}$"
REFERENCE = r"^(store|aws|gcp|vault|hsm):[A-Za-z0-9/_.:{}-]{1,200}$"
CHANNEL = r"^[a-z][a-z0-9.]{1,99}/channel-[0-9]{1,9}$"
PAIR = r"^[A-Z0-9]{2,12}-[A-Z0-9]{2,12}$"
PATH = r"^/[A-Za-z0-9/_.-]{0,200}$"
PEER = r"^[0-9a-f]{40}@[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$"
DENOMINATION = r"^[a-zA-Z][a-zA-Z0-9/:._-]{1,127}$"
MACHINE_TYPE = r"^[a-z0-9][a-z0-9.-]{1,40}$"
PREFIX = r"^[a-z]{1,20}$"
TEXT = r"^[^\n]{1,200}$"

FORMS: dict[str, tuple[str, str]] = {
    NAME: ("a name: 2 to 32 lower-case letters, digits and dashes, a letter first, no dash last", "eu-validators"),
    CHAIN_ID: ("a chain ID: 2 to 49 lower-case letters, digits and dashes, a letter first", "perps-1"),
    REGION: ("'provider:name': aws, gcp, or the provider of a site", "aws:eu-west-2"),
    REGION_PATTERN: ("'provider:pattern', `*` in the pattern for any text", "aws:eu-*"),
    VERSION: ("an exact version of three numbers", '"0.38.26"'),
    ANY_VERSION: ("a version: letters, digits, `.`, `+`, `_` and `-`", '"1.16.7-stable"'),
    URL: ("a URL without credentials: http, https, ws, wss or tcp", "https://rpc.osmosis.example"),
    DOWNLOAD_URL: ("an https URL of a file, without credentials", "https://releases.example/geth-1.16.7.tar.gz"),
    SHA256: ("a SHA-256: 64 lower-case hexadecimal digits", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    REFERENCE: ("a reference to a secret: store, aws, gcp, vault or hsm, a colon, and its name", "store:{host}-consensus"),
    CHANNEL: ("a port and a channel", "transfer/channel-0"),
    PAIR: ("a pair of assets in capitals", "BTC-USD"),
    PATH: ("an absolute path", "/healthz"),
    PEER: ("a peer: node ID, @, address, colon, port", f"{'0123456789' * 4}@seed.example:26656"),
    DENOMINATION: ("a denomination of a chain", "uosmo"),
    MACHINE_TYPE: ("a machine type as its provider writes it", "m7i.xlarge"),
    PREFIX: ("an address prefix: 1 to 20 lower-case letters", "osmo"),
    TEXT: ("one line of 1 to 200 characters", "Perpetual futures"),
}  # fmt: skip
"""Pattern to what it means in words, and an example: what a message says instead of the pattern."""

HIDDEN = {REFERENCE: "", URL: "@", DOWNLOAD_URL: "@"}
"""Forms of values that messages never repeat when the text is in them: what is written there may be the secret itself,
or hold a password."""

Name = Annotated[str, StringConstraints(pattern=NAME), Field(examples=["eu-validators"])]
"""Fits DNS, tags, labels and unit names."""

ChainId = Annotated[str, StringConstraints(pattern=CHAIN_ID), Field(examples=["perps-1"])]
RegionName = Annotated[str, StringConstraints(pattern=REGION), Field(examples=["aws:eu-west-2"])]
RegionPattern = Annotated[str, StringConstraints(pattern=REGION_PATTERN), Field(examples=["aws:eu-*"])]
ZoneName = Annotated[str, StringConstraints(pattern=REGION), Field(examples=["aws:euw2-az1", "gcp:europe-west2-a"])]
Version = Annotated[str, StringConstraints(pattern=VERSION), Field(examples=["0.38.26"])]
AnyVersion = Annotated[str, StringConstraints(pattern=ANY_VERSION), Field(examples=["1.16.7-stable"])]
Url = Annotated[str, StringConstraints(pattern=URL), Field(examples=["https://rpc.osmosis.example"])]
DownloadUrl = Annotated[
    str, StringConstraints(pattern=DOWNLOAD_URL), Field(examples=["https://releases.example/geth-1.16.7.tar.gz"])
]
Sha256 = Annotated[str, StringConstraints(pattern=SHA256)]
SecretReference = Annotated[
    str,
    StringConstraints(pattern=REFERENCE),
    Field(examples=["store:{host}-consensus", "vault:prod/validator-1"]),
]
"""Where a secret is kept, never the secret; `{host}` stands for each host's name."""

Channel = Annotated[str, StringConstraints(pattern=CHANNEL), Field(examples=["transfer/channel-0"])]
PairName = Annotated[str, StringConstraints(pattern=PAIR), Field(examples=["BTC-USD"])]
UrlPath = Annotated[str, StringConstraints(pattern=PATH), Field(examples=["/healthz"])]
Peer = Annotated[str, StringConstraints(pattern=PEER)]
Denomination = Annotated[str, StringConstraints(pattern=DENOMINATION), Field(examples=["uosmo"])]
MachineType = Annotated[str, StringConstraints(pattern=MACHINE_TYPE), Field(examples=["m7i.xlarge"])]
AddressPrefix = Annotated[str, StringConstraints(pattern=PREFIX), Field(examples=["osmo"])]
Text = Annotated[str, StringConstraints(pattern=TEXT), Field(examples=["Perpetual futures"])]
Milliseconds = Annotated[float, Field(gt=0, le=60_000, examples=[160])]
Seconds = Annotated[float, Field(gt=0, le=31_536_000, examples=[60])]
Count = Annotated[int, Field(ge=1, le=1000, examples=[4])]
Power = Annotated[int, Field(ge=1, le=1_000_000_000, examples=[10])]
Height = Annotated[int, Field(ge=1, le=1_000_000_000_000, examples=[8_640_000])]
Usd = Annotated[float, Field(gt=0, le=100_000_000, examples=[9000])]


class Model(BaseModel):
    """Frozen, strict, and closed: a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)


class Budget(Model):
    """What the hosts may cost."""

    cost_usd_per_month_max: Usd
    """Most that all hosts together may cost, in US dollars a month."""
