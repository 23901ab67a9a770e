"""Every message with made-up data, without a database, a mail server or a secret."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.command_line import run_main
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from contracts.vocabulary import Language
from notify_svc.app import build
from notify_svc.commands.preview import OFFLINE_COMMANDS
from notify_svc.domain.notice import NoticeKind
from notify_svc.settings import Settings
from notify_svc.texts.languages import texts_version


def preview(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        run_main("notify-svc", Settings, build, ("preview", *words), offline=OFFLINE_COMMANDS)
    return ended.value.code


def test_every_message_is_written_in_every_language(tmp_path: Path) -> None:
    assert preview("--to", str(tmp_path)) == 0

    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    for language in Language:
        files = {file.name for file in (tmp_path / language.value).iterdir()}
        for kind in NoticeKind:
            assert {f"notices.{kind}.{suffix}" for suffix in ("html", "txt", "sms.txt", "post.html")} <= files
        assert {f"claim.mails.{occasion}.html" for occasion in ClaimOccasion} <= files
        for occasion in Occasion:
            assert {f"account.mails.{occasion}.html", f"account.sms.{occasion}.sms.txt"} & files
        assert all(f"{language.value}/{name}" in index for name in files if name.endswith(".html"))
        assert f"{language.value}, version {texts_version(language)}" in index


def test_an_sms_is_shown_with_its_length(tmp_path: Path) -> None:
    preview("--to", str(tmp_path), "--language", "nl")

    lengths = re.findall(r"(\d+) characters, 1 part<", (tmp_path / "index.html").read_text(encoding="utf-8"))

    assert len(lengths) == len(NoticeKind) + 3
    assert max(map(int, lengths)) <= 160
    assert not (tmp_path / "en").exists()


def test_it_needs_nothing_from_its_environment(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "notify_svc", "preview", "--to", str(tmp_path / "all")],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "index.html" in done.stdout


def test_a_message_that_lacks_a_value_is_named_and_the_others_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("notify_svc.examples.occasions.POLICY_NUMBER", "")

    assert preview("--to", str(tmp_path), "--language", "nl") == 1

    assert "nl: account.mails.policy_changed needs policy_number, which is missing\n" in capsys.readouterr().err
    assert (tmp_path / "nl/account.mails.activated.html").exists()
