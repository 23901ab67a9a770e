"""veraPDF says of every kind of document, in both languages, that it can be read aloud and archived."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import typst
from documents_told import INSURER, every_document

from contracts.vocabulary import Language
from devstack.process.supervisor import Supervisor
from devstack.verapdf import broken_rules
from policy_svc.documents.press import Press

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("java") and shutil.which("mvn")), reason="veraPDF runs on Java and is fetched with Maven"
    ),
]


@pytest.mark.parametrize("flavour", ["ua1", "2a"])
def test_every_kind_of_document_keeps_every_rule(flavour: str, tmp_path: Path) -> None:
    press = Press(INSURER)
    for language in Language:
        for name, document in every_document(language):
            (tmp_path / f"{name}-{language}.pdf").write_bytes(press.print_now(document))
    printed = sorted(tmp_path.iterdir())
    untagged = tmp_path / "untagged.pdf"
    untagged.write_bytes(typst.compile(b"Words", pdf_tags=False))
    with Supervisor(state_dir=tmp_path / "state") as supervisor:
        found = broken_rules([*printed, untagged], flavour=flavour, supervisor=supervisor)
    assert found.pop("untagged.pdf")
    assert found == {file.name: [] for file in printed}
