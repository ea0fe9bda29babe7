"""Evidence as machines bring it, made under roots of our own: good, and broken in one way each."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

AT = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
NONCE = bytes(range(32))
MEASUREMENT = "ab" * 48
PCR = "cd" * 48
BOOT = "ef" * 32
CHIP = bytes(range(64))
TCB = bytes([4, 0, 0, 0, 0, 0, 22, 211])
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


@dataclass
class Signer:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def signer(
    name: str, by: Signer | None = None, *, curve: bool = True, authority: bool = True,
    extensions: dict[str, bytes] | None = None, days: int = 365,
) -> Signer:  # fmt: skip
    """Return a new key with a certificate, by an issuer or by itself."""
    key = ec.generate_private_key(ec.SECP384R1()) if curve else rsa.generate_private_key(65537, 2048)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(by.certificate.subject if by else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - datetime.timedelta(days=30))
        .not_valid_after(AT - datetime.timedelta(days=30) + datetime.timedelta(days=days))
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    for oid, value in (extensions or {}).items():
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.3.6.1.4.1.3704.1.{oid}"), value), critical=False
        )
    issuer_key = by.key if by else key
    pss = PSS if isinstance(issuer_key, rsa.RSAPrivateKey) else None
    return Signer(key, builder.sign(issuer_key, hashes.SHA384(), rsa_padding=pss))


@dataclass
class Amd:
    """AMD's part: a root, an authority, and one chip."""

    ark: Signer = field(default_factory=lambda: signer("ARK-Milan", curve=False))
    product: bytes = b"\x16\x08Milan-B0"
    tcb: bytes = TCB

    def __post_init__(self) -> None:
        self.ask = signer("SEV-Milan", self.ark, curve=False)
        parts = {"3.1": self.tcb[0], "3.2": self.tcb[1], "3.3": self.tcb[6], "3.8": self.tcb[7]}
        extensions = {oid: _der_integer(value) for oid, value in parts.items()} | {"2": self.product, "4": CHIP}
        self.chip = signer("SEV-VCEK", self.ask, authority=False, extensions=extensions)

    @property
    def authorities(self) -> list[x509.Certificate]:
        return [self.ask.certificate, self.ark.certificate]

    def pem(self) -> bytes:
        """Return the file that geofleet has of AMD's certificates."""
        return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in self.authorities)

    def report(
        self, *, policy: int = 0x30000, data: bytes = NONCE, measurement: str = MEASUREMENT, vmpl: int = 0,
        chip: bytes = CHIP, version: int = 2, tcb: bytes | None = None,
    ) -> bytes:  # fmt: skip
        """Return a signed report."""
        body = bytearray(0x2A0)
        body[0:4], body[8:16] = version.to_bytes(4, "little"), policy.to_bytes(8, "little")
        body[0x30:0x34], body[0x34:0x38] = vmpl.to_bytes(4, "little"), (1).to_bytes(4, "little")
        body[0x50:0x90], body[0x90:0xC0] = data.ljust(64, b"\0"), bytes.fromhex(measurement)
        body[0x180:0x188], body[0x1A0:0x1E0] = tcb or self.tcb, chip
        r, s = decode_dss_signature(self.chip.key.sign(bytes(body), ec.ECDSA(hashes.SHA384())))
        signature = r.to_bytes(72, "little") + s.to_bytes(72, "little")
        return bytes(body) + signature + bytes(1184 - 0x2A0 - 144)


def _der_integer(value: int) -> bytes:
    content = value.to_bytes(1 if value < 128 else 2, "big")
    return bytes([2, len(content)]) + content


@dataclass
class Aws:
    """AWS's part: a root, an authority, and one module."""

    root: Signer = field(default_factory=lambda: signer("aws.nitro-enclaves"))

    def __post_init__(self) -> None:
        self.zone = signer("eu-central-1.aws.nitro-enclaves", self.root)
        self.module = signer("i-0.eu-central-1.aws", self.zone, authority=False)

    def document(
        self, *, pcrs: dict[int, str] | None = None, nonce: bytes = NONCE, at: datetime.datetime = AT,
        algorithm: int = -35, digest: str = "SHA384",
    ) -> bytes:  # fmt: skip
        """Return a signed document."""
        registers = {0: PCR, 1: PCR, 2: PCR} if pcrs is None else pcrs
        payload = cbor2.dumps({
            "module_id": "i-0-enc0", "digest": digest, "timestamp": int(at.timestamp() * 1000),
            "pcrs": {register: bytes.fromhex(value) for register, value in registers.items()},
            "certificate": self.module.der, "cabundle": [self.root.der, self.zone.der],
            "public_key": None, "user_data": None, "nonce": nonce,
        })  # fmt: skip
        protected = cbor2.dumps({1: algorithm})
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        r, s = decode_dss_signature(self.module.key.sign(signed, ec.ECDSA(hashes.SHA384())))
        return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, r.to_bytes(48, "big") + s.to_bytes(48, "big")]))


@dataclass
class Tpm:
    """One machine's vTPM."""

    is_rsa: bool = False

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048) if self.is_rsa else ec.generate_private_key(ec.SECP256R1())
        self.pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def quote(
        self, values: dict[int, str], *, nonce: bytes = NONCE, magic: int = 0xFF544347
    ) -> tuple[bytes, bytes]:  # fmt: skip
        """Return a quote over registers, and its signature."""
        bits = sum(1 << register for register in values).to_bytes(3, "little")
        told = b"".join(bytes.fromhex(values[register]) for register in sorted(values))
        message = b"".join([
            magic.to_bytes(4, "big"), (0x8018).to_bytes(2, "big"), _sized(b"name"), _sized(nonce), bytes(25),
            (1).to_bytes(4, "big"), (0x000B).to_bytes(2, "big"), b"\x03", bits, _sized(hashlib.sha256(told).digest()),
        ])  # fmt: skip
        if isinstance(self.key, rsa.RSAPrivateKey):
            signed = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
            return message, bytes.fromhex("0014000b") + _sized(signed)
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return message, bytes.fromhex("0018000b") + _sized(r.to_bytes(32, "big")) + _sized(s.to_bytes(32, "big"))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def write(folder: Path, **files: bytes | dict[int, str]) -> Path:
    """Write an answer: name with `_` for `.` to content."""
    names = {"sev_snp": "sev_snp.bin", "vcek": "vcek.der", "nitro": "nitro.cbor", "quote": "vtpm.quote",
             "signature": "vtpm.signature", "values": "vtpm.pcrs.json", "key": "vtpm.key.pem"}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / names[name]).write_bytes(data)
    return folder
