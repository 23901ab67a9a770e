"""An operator shows what was said: into files that only their owner may read, and nothing personal beside them."""

from __future__ import annotations

import argparse
import json
import stat
from pathlib import Path
from uuid import UUID

import pytest
from decisions import EMAIL, MOBILE_PHONE, NAME, contact, paid
from message_keys import KEPT_TEXT_KEY, OTHER_PRIVATE_KEY
from notify_desk import Desk

from chassis.vault import Vault
from contracts.vocabulary import Channel
from notify_svc.commands.messages import messages_command

REFERENCE = "W7XK2M9QD4T"


async def run(desk: Desk, *words: object, keys: str = KEPT_TEXT_KEY) -> int:
    command = messages_command(Vault(keys), providers={})
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return await command.run(parser.parse_args([str(word) for word in words]), desk.runtime)


@pytest.fixture
async def told(desk: Desk) -> Desk:
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_tried(2)
    return desk


def modes(directory: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


async def test_what_was_said_about_a_claim_is_written_into_files_of_their_owner(
    told: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "shown"
    capsys.readouterr()

    assert await run(told, "show", "--claim", REFERENCE, "--to", directory) == 0

    printed = capsys.readouterr().out
    lines = {one["channel"]: one for one in map(json.loads, printed.splitlines())}
    assert not any(personal in printed for personal in (NAME, EMAIL, MOBILE_PHONE))
    assert {Path(name).suffix for name in lines["email"]["files"]} == {".txt", ".html"}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert modes(directory) == {0o600}
    (text,) = (name for name in lines["email"]["files"] if name.endswith(".txt"))
    shown = (directory / text).read_text()
    assert shown.startswith(f"To: {EMAIL}\nSubject: Uw waterschade")
    assert f"Beste {NAME}," in shown
    (page,) = (name for name in lines["email"]["files"] if name.endswith(".html"))
    shown = (directory / page).read_text()
    assert 'src="data:image/png;base64,iVBOR' in shown
    assert "cid:" not in shown


async def test_a_picture_that_is_not_kept_is_named_as_it_was(
    told: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of mails that were sent before pictures were kept."""
    await told.harness.pool.execute("ALTER TABLE kept_picture DISABLE TRIGGER USER; DELETE FROM kept_picture")

    assert await run(told, "show", "--claim", REFERENCE, "--to", tmp_path) == 0

    told_of = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (page,) = (name for one in told_of for name in one["files"] if name.endswith(".html"))
    assert 'src="cid:' in (tmp_path / page).read_text()


async def test_one_message_is_shown_and_after_the_erasure_only_that_it_was(
    told: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message_id = await told.harness.pool.fetchval("SELECT message_id FROM message WHERE channel = 'sms'")
    await told.harness.pool.execute("DELETE FROM contact")
    capsys.readouterr()

    assert await run(told, "show", "--message", message_id, "--to", tmp_path / "shown") == 0

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["result"], line["files"]) == ("sent", [])
    assert not (tmp_path / "shown").exists()


async def test_without_its_key_nothing_is_shown_and_it_is_said_why(
    told: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(told, "show", "--claim", REFERENCE, "--to", tmp_path, keys=OTHER_PRIVATE_KEY) == 1
    assert "KEPT_TEXT_KEYS" in capsys.readouterr().err
    assert await run(told, "show", "--claim", "W0000000000", "--to", tmp_path) == 1
    assert "nothing is kept" in capsys.readouterr().err


async def test_an_operator_replaces_a_service_key(
    told: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = f"{OTHER_PRIVATE_KEY},{KEPT_TEXT_KEY}"

    assert await run(told, "rewrap", keys=OTHER_PRIVATE_KEY) == 1
    await told.harness.pool.execute("INSERT INTO kept_key VALUES ($1, 'nobody wrapped this')", UUID(int=1))
    capsys.readouterr()
    assert await run(told, "rewrap", keys=both) == 1
    assert not (said := capsys.readouterr()).out.startswith("0 ")
    assert said.err.startswith("1 keys cannot be opened")
    await told.harness.pool.execute("DELETE FROM kept_key WHERE key_id = $1", UUID(int=1))
    assert await run(told, "rewrap", keys=both) == 0
    assert capsys.readouterr().out == "0 keys wrapped anew\n"

    assert await run(told, "show", "--claim", REFERENCE, "--to", tmp_path, keys=OTHER_PRIVATE_KEY) == 0
