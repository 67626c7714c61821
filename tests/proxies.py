"""The samples of proxies in deploy/, with the ports and the certificate of a test."""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.processes import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
HOST = "api.example.org"


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, secrecy = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "cert.key").write_bytes(key.private_bytes(pem, form, secrecy))


def write_nginx(folder: Path, port: int, services: list[int]) -> Path:
    """Write the sample with this test's ports and certificate, and what Debian's nginx.conf has
    around it.
    """
    sample = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "    server 127.0.0.1:8000 max_fails=0;": "\n".join(
            f"    server 127.0.0.1:{each} max_fails=0;" for each in services
        ),
        f"/etc/ssl/certs/{HOST}.pem": str(folder / "cert.pem"),
        f"/etc/ssl/private/{HOST}.key": str(folder / "cert.key"),
    }
    for old, new in changes.items():
        assert old in sample
        sample = sample.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {places}\n{sample}\n}}\n",
        encoding="utf-8",
    )
    return path
