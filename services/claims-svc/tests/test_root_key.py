from __future__ import annotations

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr, ValidationError
from root_keys import ROOT_KEY, ROOT_KEY_TEXT

from claims_svc.domain.checkpoint import Checkpoint, checkpoint_text, read_checkpoint, signed_checkpoint
from claims_svc.root_key import NotAKeyError, PublicKey, RootKey
from claims_svc.settings import Settings
from contracts.proof_roots import PROOF_ROOT

TEXT = checkpoint_text(size=3, root=bytes(32))
OTHER_KEY = RootKey.read(b64encode(bytes(32)).decode())


def signed_by(key: RootKey, text: str = TEXT) -> Checkpoint:
    return read_checkpoint(signed_checkpoint(text, signature=key.sign(text)))


def pem_of(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_a_root_is_known_by_the_key_that_signed_it_and_by_no_other() -> None:
    assert ROOT_KEY.public_key.has_signed(signed_by(ROOT_KEY))
    assert not OTHER_KEY.public_key.has_signed(signed_by(ROOT_KEY))


def test_a_signature_of_another_text_is_none() -> None:
    forged = signed_checkpoint(TEXT.replace("\n3\n", "\n2\n"), signature=ROOT_KEY.sign(TEXT))

    assert not ROOT_KEY.public_key.has_signed(read_checkpoint(forged))


def test_the_example_of_the_contract_is_signed_by_its_key() -> None:
    (example,) = PROOF_ROOT.examples

    assert PublicKey.read(example.public_key).has_signed(read_checkpoint(example.checkpoint))


def test_a_key_is_read_from_pem_and_from_base64() -> None:
    pem = pem_of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    assert RootKey.read(pem).public_key == RootKey.read(ROOT_KEY_TEXT).public_key


def test_a_public_key_is_read_as_it_is_shown() -> None:
    shown = ROOT_KEY.public_key.text

    assert PublicKey.read(f"{shown}\n") == ROOT_KEY.public_key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "c2VjcmV0",
        "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n",
        pem_of(ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_what_is_no_private_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NotAKeyError) as refused:
        RootKey.read(text)

    assert str(refused.value) == "must be a private Ed25519 key: PKCS #8 in PEM, or its 32 bytes in base64"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key",
        "a+b+c",
        ROOT_KEY.public_key.text.replace("waterschade.nl", "elsewhere.nl"),
        ROOT_KEY.public_key.text.replace("+5626fe1b+", "+00000000+"),
        OTHER_KEY.public_key.text[:-4] + "AAAA",
    ],
)
def test_what_is_no_public_key_of_the_tree_is_refused(text: str) -> None:
    with pytest.raises(NotAKeyError):
        PublicKey.read(text)


def test_settings_refuse_what_is_no_key() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(database_url="postgresql://unused.invalid/claims", proof_root_key=SecretStr("hunter2"))

    assert "hunter2" not in str(refused.value)


def test_a_service_does_not_run_without_a_key() -> None:
    assert "proof_root_key" in Settings.needed_to_run
