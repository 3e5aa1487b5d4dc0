"""A certificate authority for one test run, made by the ``openssl`` command in a directory of its own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

__all__ = ["Authority"]

_VALID_DAYS = "2"
_KEY_OPTIONS = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_REQUEST_CONFIG = "[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = {name}\n"
_AUTHORITY_EXTENSIONS = (
    "[authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\nsubjectKeyIdentifier = hash\n"
)
_LEAF_EXTENSIONS = (
    "[leaf]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n"
    "extendedKeyUsage = serverAuth, clientAuth\nsubjectAltName = IP:127.0.0.1, DNS:localhost\n"
    "subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n"
)


class Authority:
    """A root that no machine trusts of itself, and what it signs for 127.0.0.1.

    Two levels, for some TLS libraries refuse an authority's own certificate as a server's. Skips the test where there
    is no ``openssl``.
    """

    def __init__(self, directory: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("the openssl command, which makes the test certificates, is not installed")
        self._directory = directory
        self.certificate = directory / "authority.pem"
        config = self._write("authority.cnf", _REQUEST_CONFIG.format(name="loopback authority") + _AUTHORITY_EXTENSIONS)
        self._openssl(
            "req", "-x509", *_KEY_OPTIONS, "-days", _VALID_DAYS, "-config", str(config), "-extensions", "authority",
            "-keyout", "authority.key", "-out", self.certificate.name,
        )  # fmt: skip

    def issue(self, name: str) -> Path:
        """Make a certificate for servers and clients; give the path of a PEM file with it and its key."""
        config = self._write(f"{name}.cnf", _REQUEST_CONFIG.format(name=name) + _LEAF_EXTENSIONS)
        self._openssl(
            "req", "-new", *_KEY_OPTIONS, "-config", str(config), "-keyout", f"{name}.key", "-out", f"{name}.csr"
        )
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", self.certificate.name, "-CAkey", "authority.key",
            "-CAcreateserial", "-days", _VALID_DAYS, "-extfile", str(config), "-extensions", "leaf",
            "-out", f"{name}.crt",
        )  # fmt: skip
        parts = [(self._directory / f"{name}.{suffix}").read_text() for suffix in ("key", "crt")]
        return self._write(f"{name}.pem", "".join(parts))

    def server_context(self, *, wants_client_certificate: bool) -> ssl.SSLContext:
        """The TLS settings of a server, which may insist on a client certificate that `issue` made."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue("server"))
        if wants_client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.certificate)
        return context

    def _write(self, filename: str, text: str) -> Path:
        path = self._directory / filename
        path.write_text(text)
        return path

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self._directory, check=True, capture_output=True)
