from __future__ import annotations

from base64 import b64decode

from contracts.proof_roots import PROOF_ROOT, short_hash


def test_a_letter_names_a_proof_by_sixteen_digits_in_groups_of_four() -> None:
    assert short_hash("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08") == "9f86 d081 884c 7d65"


def test_the_fields_of_the_example_repeat_its_signed_text() -> None:
    (example,) = PROOF_ROOT.examples
    tree, size, root, *_ = example.checkpoint.splitlines()

    assert (tree, int(size), b64decode(root).hex()) == (example.tree, example.tree_size, example.root_sha256)
    assert example.public_key.startswith(f"{tree}+")
