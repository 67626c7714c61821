"""A key that cannot be used ends the start with one message that shows nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from auth_jwt.checks import check_keys
from auth_jwt.keys import generate_key
from tests.keys import encode_pem
from tests.processes import run_python

CLEAR = ec.generate_private_key(ec.SECP256R1())
FAULTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no private key in PEM"),
    "text": (b"s3cret", "no private key in PEM"),
    "binary": (b"\xff\0" * 100, "no private key in PEM"),
    "cut": (generate_key("ES256")[:-60], "no private key in PEM"),
    "public": (
        CLEAR.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "no private key in PEM",
    ),
    "encrypted": (
        CLEAR.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
        "it is encrypted",
    ),
    "another curve": (encode_pem(ec.generate_private_key(ec.SECP384R1())), "it must be Ed25519"),
    "secp256k1": (encode_pem(ec.generate_private_key(ec.SECP256K1())), "it must be Ed25519"),
    "Ed448": (encode_pem(ed448.Ed448PrivateKey.generate()), "it must be Ed25519"),
    "a short RSA key": (
        encode_pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505 (it is to be refused)
        "it must be Ed25519",
    ),
}


def assert_told(message: str, pem: bytes) -> None:
    assert "Traceback" not in message
    assert "s3cret" not in message
    assert not any(line in message for line in pem.decode("latin-1").splitlines() if len(line) > 16)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_used_is_reported_by_its_name(
    settings: Any, tmp_path: Path, fault: str
) -> None:
    pem, text = FAULTS[fault]
    (tmp_path / "active.pem").write_bytes(generate_key("EdDSA"))
    (tmp_path / "standby.pem").write_bytes(pem)
    settings.JWT_KEYS_DIR = str(tmp_path)
    (message,) = check_keys()
    assert f"{tmp_path / 'standby.pem'} cannot be used: " in message.msg
    assert text in message.msg
    assert_told(message.msg, pem)


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in ("empty", "binary")])
def test_a_key_of_the_environment_that_cannot_be_used_is_reported(
    settings: Any, fault: str
) -> None:
    pem, _ = FAULTS[fault]
    settings.JWT_PRIVATE_KEYS = pem.decode()
    (message,) = check_keys()
    assert message.id == "auth_jwt.E001"
    assert "JWT_PRIVATE_KEYS" in message.msg
    assert_told(message.msg, pem)


def test_a_ring_without_an_active_key_is_reported_with_the_remedy(
    settings: Any, tmp_path: Path
) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path)
    (tmp_path / "standby.pem").write_bytes(generate_key("EdDSA"))
    (message,) = check_keys()
    assert "there is no active key; make one with `manage.py rotate_keys`" in message.msg


def test_a_directory_that_is_not_there_is_reported(settings: Any, tmp_path: Path) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path / "nowhere")
    (message,) = check_keys()
    assert (
        message.msg
        == f"JWT_KEYS_DIR: {tmp_path / 'nowhere'} cannot be read: No such file or directory."
    )


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.parametrize("arguments", [("manage.py", "check"), ("-c", "import config.wsgi")])
def test_every_entry_point_refuses_to_start(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    process = run_python(*arguments, JWT_KEYS_DIR=str(tmp_path))
    assert process.returncode == 1
    assert "(auth_jwt.E001)" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_private_keys_need_no_secret(tmp_path: Path) -> None:
    (tmp_path / "active.pem").write_bytes(generate_key("EdDSA"))
    process = run_python("manage.py", "check", JWT_KEYS_DIR=str(tmp_path), JWT_SECRET_KEY="")
    assert process.returncode == 0, process.stderr


def test_keys_in_two_places_are_refused(tmp_path: Path) -> None:
    pem = generate_key("EdDSA")
    process = run_python(
        "manage.py", "check", JWT_KEYS_DIR=str(tmp_path), JWT_PRIVATE_KEYS=pem.decode()
    )
    assert process.returncode == 1
    assert (
        "JWT_PRIVATE_KEYS holds a value that cannot be used; it may hold private keys in PEM only"
        in process.stderr
    )
    assert_told(process.stderr, pem)
