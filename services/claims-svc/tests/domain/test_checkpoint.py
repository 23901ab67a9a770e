from __future__ import annotations

import pytest

from claims_svc.domain.checkpoint import (
    PROOF_TREE,
    UnreadableTextError,
    checkpoint_text,
    inclusion_text,
    read_checkpoint,
    read_inclusion,
    signed_checkpoint,
)
from contracts.proof_roots import PROOF_ROOT

ROOT = bytes(range(32))
SIGNED = signed_checkpoint(checkpoint_text(size=42, root=ROOT), signature=b"id..signature")


def test_a_checkpoint_is_written_as_c2sp_says() -> None:
    assert SIGNED == (
        "waterschade.nl/claims-svc/proofs\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "\n— waterschade.nl/claims-svc/proofs aWQuLnNpZ25hdHVyZQ==\n"
    )


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    checkpoint = read_checkpoint(SIGNED)

    assert (checkpoint.tree, checkpoint.size, checkpoint.root) == (PROOF_TREE, 42, ROOT)
    assert checkpoint.text == checkpoint_text(size=42, root=ROOT)
    assert checkpoint.signatures == ((PROOF_TREE, b"id..signature"),)


def test_signatures_of_witnesses_may_follow() -> None:
    checkpoint = read_checkpoint(SIGNED + "— witness.example c2VlbiE=\n")

    assert checkpoint.signatures[1:] == (("witness.example", b"seen!"),)


def test_an_inclusion_proof_is_read_as_it_was_written() -> None:
    inclusion = read_inclusion(inclusion_text(index=7, path=[ROOT, ROOT[::-1]], checkpoint=SIGNED))

    assert (inclusion.index, inclusion.path) == (7, (ROOT, ROOT[::-1]))
    assert inclusion.checkpoint == read_checkpoint(SIGNED)


def test_the_only_leaf_has_an_empty_path() -> None:
    assert read_inclusion(inclusion_text(index=0, path=[], checkpoint=SIGNED)).path == ()


def test_the_example_of_the_contract_is_a_checkpoint() -> None:
    (example,) = PROOF_ROOT.examples
    checkpoint = read_checkpoint(example.checkpoint)

    assert (checkpoint.tree, checkpoint.size, checkpoint.root.hex()) == (PROOF_TREE, 1, example.root_sha256)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no checkpoint",
        SIGNED.replace("\n42\n", "\n042\n"),
        SIGNED.replace("AAEC", "AAE"),
        SIGNED.replace("— ", "- "),
        SIGNED.partition("— ")[0],
        SIGNED.replace("\n\n", "\nan extension line that our roots do not have\n\n"),
        SIGNED.replace("aWQu", "aWQ"),
        SIGNED + "more",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTextError):
        read_checkpoint(text)


@pytest.mark.parametrize("text", ["", SIGNED, inclusion_text(index=0, path=[ROOT[1:]], checkpoint=SIGNED)])
def test_what_is_no_inclusion_proof_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTextError):
        read_inclusion(text)
