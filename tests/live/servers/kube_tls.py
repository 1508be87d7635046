"""A certificate authority of the tests' own: one key pair for every server on loopback."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority, a server's certificate and key, and a key for signing tokens."""

    authority: Path
    server: Path
    key: Path
    signing: Path


def _private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _write_key(path: Path, key: rsa.RSAPrivateKey) -> Path:
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    path.write_bytes(text)
    path.chmod(0o600)
    return path


def _write_certificate(path: Path, certificate: x509.Certificate) -> Path:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=2))
    )


def make_certificates(folder: Path) -> Certificates:
    """Write an authority that signs one server certificate for loopback, and the keys."""
    ours = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    theirs = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    root, server = _private(), _private()
    authority = (
        _builder(ours, ours, root)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), False)
        .sign(root, hashes.SHA256())
    )
    addresses = [x509.IPAddress(ipaddress.ip_address(one)) for one in ("127.0.0.1", "10.96.0.1")]
    names = x509.SubjectAlternativeName([*map(x509.DNSName, _NAMES), *addresses])
    certificate = (
        _builder(theirs, ours, server)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), False)
        .sign(root, hashes.SHA256())
    )
    return Certificates(
        authority=_write_certificate(folder / "ca.crt", authority),
        server=_write_certificate(folder / "server.crt", certificate),
        key=_write_key(folder / "server.key", server),
        signing=_write_key(folder / "signing.key", _private()),
    )
