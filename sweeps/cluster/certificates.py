"""Certificates of a sweep, made for it alone and kept in memory: its scheduler and workers talk to nobody without one.

A scheduler of Dask runs what it is sent. Without TLS whoever may open a connection to it, which on the loopback
interface is every user of the machine, can run code as the user whose sweep it is.
"""

from __future__ import annotations

import ssl
from datetime import datetime
from typing import Any

NAME = "tredegar-sweep"
BEGIN, END = datetime(2000, 1, 1), datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001  certificates are in UTC
"""Valid at all times: a clock that is set back, or that of another node, must not part workers from their scheduler.
The key is forgotten when the sweep ends."""


def made_for_one_sweep() -> Any:
    """Return a Security of Dask by which scheduler, workers and client know each other, and nobody else.

    Nothing of it comes from Dask's configuration: what a user has set there is for clusters of their own.
    """
    from distributed.security import Security

    key, certificate = _key_and_certificate()
    roles = ("client", "scheduler", "worker")
    return Security(
        require_encryption=True,
        tls_ca_file=certificate,
        # Said although they are None: what is left out Dask takes from the configuration of the user.
        tls_ciphers=None,
        tls_min_version=ssl.TLSVersion.TLSv1_3,
        tls_max_version=None,
        **{f"tls_{role}_key": key for role in roles},
        **{f"tls_{role}_cert": certificate for role in roles},
    )


def _key_and_certificate() -> tuple[str, str]:
    """Return a new key and a certificate that it signs itself, as PEM: who trusts the one trusts no other key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_uses(x509), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret.decode(), built.public_bytes(serialization.Encoding.PEM).decode()


def _uses(x509: Any) -> Any:
    """Return what the key is for: to sign its own certificate and what is said when a connection begins."""
    yes, no = {"digital_signature", "key_cert_sign"}, {"content_commitment", "key_encipherment", "data_encipherment"}
    no |= {"key_agreement", "crl_sign", "encipher_only", "decipher_only"}
    return x509.KeyUsage(**dict.fromkeys(yes, True), **dict.fromkeys(no, False))
