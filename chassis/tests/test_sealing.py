"""What is sealed for one reader is opened by nobody else, and not when anything about it was changed."""

from __future__ import annotations

import hashlib
import json
import struct
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from chassis.sealing import CannotOpenError, NotAKeyError, Opener, Sealer

KEY, OLDER_KEY, STRANGE_KEY = (b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))
SECRET = b'{"code": "8305961742"}'


def sealed_for(private_key: str) -> str:
    return Sealer(Opener(private_key).public_keys[0]).seal(SECRET)


def sealed_by_hand(public_key: str) -> str:
    """Seal as RFC 7518 (section 4.6) and RFC 7516 say, without the library that the sealer uses."""
    reader, ephemeral = X25519PublicKey.from_public_bytes(b64decode(public_key)), X25519PrivateKey.generate()
    epk = {"kty": "OKP", "crv": "X25519", "x": encoded(ephemeral.public_key().public_bytes_raw())}
    jwk = {"crv": "X25519", "kty": "OKP", "x": encoded(b64decode(public_key))}
    kid = encoded(hashlib.sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": kid, "epk": epk}
    algorithm = b"ECDH-ES+A256KW"
    other_info = struct.pack(">I", len(algorithm)) + algorithm + struct.pack(">III", 0, 0, 256)
    wrapping = hashlib.sha256(struct.pack(">I", 1) + ephemeral.exchange(reader) + other_info).digest()
    protected, contents_key, nonce = (
        json.dumps(header, separators=(",", ":")).encode(),
        token_bytes(32),
        token_bytes(12),
    )
    text = AESGCM(contents_key).encrypt(nonce, SECRET, encoded(protected).encode())
    parts = (protected, aes_key_wrap(wrapping, contents_key), nonce, text[:-16], text[-16:])
    return ".".join(map(encoded, parts))


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def with_header(sealed: str, **changes: Any) -> str:
    header, *others = sealed.split(".")
    changed = {name: value for name, value in (json.loads(decoded(header)) | changes).items() if value is not ...}
    return ".".join((encoded(json.dumps(changed, separators=(",", ":")).encode()), *others))


def test_what_was_sealed_is_opened_by_its_reader_and_by_no_one_else() -> None:
    sealed = sealed_for(KEY)

    assert Opener(KEY).open(sealed) == SECRET
    with pytest.raises(CannotOpenError):
        Opener(STRANGE_KEY).open(sealed)
    with pytest.raises(CannotOpenError):
        Opener("").open(sealed)


def test_it_is_sealed_by_the_algorithms_that_were_chosen_and_shows_nothing() -> None:
    sealed = sealed_for(KEY)

    header = json.loads(decoded(sealed.split(".")[0]))
    assert (header["alg"], header["enc"], header["epk"]["crv"]) == ("ECDH-ES+A256KW", "A256GCM", "X25519")
    assert header.keys() == {"alg", "enc", "kid", "epk"}
    assert not any(b"8305961742" in decoded(part) for part in sealed.split("."))


def test_the_same_is_sealed_otherwise_each_time() -> None:
    assert len({sealed_for(KEY) for _ in range(20)}) == 20


def test_what_others_seal_by_the_standard_is_opened() -> None:
    assert Opener(KEY).open(sealed_by_hand(Opener(KEY).public_keys[0])) == SECRET


def test_a_key_is_replaced_while_messages_are_on_their_way() -> None:
    sealed_before, sealed_after = sealed_for(OLDER_KEY), sealed_for(KEY)
    between, after = Opener(f"{KEY},{OLDER_KEY}"), Opener(KEY)

    assert [between.open(sealed) for sealed in (sealed_before, sealed_after)] == [SECRET, SECRET]
    assert list(between.public_keys) == [Opener(KEY).public_keys[0], Opener(OLDER_KEY).public_keys[0]]
    with pytest.raises(CannotOpenError):
        after.open(sealed_before)


@pytest.mark.parametrize("part", range(5))
def test_it_is_not_opened_when_a_part_was_changed_cut_or_left_out(part: int) -> None:
    opener, parts = Opener(KEY), sealed_for(KEY).split(".")
    raw = decoded(parts[part])
    changed = [raw[:-1], raw + b"\0", b"", *(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw)))]

    for one in changed:
        with pytest.raises(CannotOpenError):
            opener.open(".".join((*parts[:part], encoded(one), *parts[part + 1 :])))


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "dir"},
        {"alg": "none"},
        {"alg": "ECDH-ES"},
        {"alg": "ECDH-ES+A128KW"},
        {"alg": "RSA1_5"},
        {"alg": "PBES2-HS256+A128KW", "p2c": 2**31, "p2s": "AAAA"},
        {"alg": ...},
        {"alg": 1},
        {"alg": ["ECDH-ES+A256KW"]},
        {"enc": "A128CBC-HS256"},
        {"enc": ...},
        {"enc": {}},
        {"zip": "DEF"},
        {"crit": ["exp"]},
        {"epk": ...},
        {"epk": None},
        {"epk": "X25519"},
        {"epk": {"kty": "OKP", "crv": "X25519"}},
        {"epk": {"kty": "OKP", "crv": "X25519", "x": encoded(bytes(32))}},
        {"epk": {"kty": "OKP", "crv": "X25519", "x": "?"}},
        {"epk": {"kty": "OKP", "crv": "Ed25519", "x": encoded(bytes(32))}},
        {"epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"kid": ...},
        {"kid": 1},
        {"kid": "of nobody"},
        {"apu": 1},
    ],
)
def test_no_header_makes_it_open_otherwise_or_fail_otherwise(changes: dict[str, Any]) -> None:
    with pytest.raises(CannotOpenError):
        Opener(f"{KEY},{OLDER_KEY}").open(with_header(sealed_for(KEY), **changes))


@pytest.mark.parametrize(
    "text", ["", ".", "....", "a.b.c.d.e", "8305961742", "é....", "e30....", "bnVsbA....", "x" * 100_000]
)
def test_what_is_no_such_text_is_not_opened(text: str) -> None:
    with pytest.raises(CannotOpenError) as refused:
        Opener(KEY).open(text)

    assert "8305961742" not in str(refused.value)


@pytest.mark.parametrize("text", ["hunter2", "", KEY[:-4], KEY * 2, f"{KEY},", f",{KEY}", "é" * 32])
def test_a_key_of_another_form_is_refused_without_being_repeated(text: str) -> None:
    if text:
        with pytest.raises(NotAKeyError) as refused:
            Opener(text)
        assert text not in str(refused.value)
    with pytest.raises(NotAKeyError):
        Sealer(text)
