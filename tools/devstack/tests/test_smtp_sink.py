"""The mail server keeps what it accepts, and shows the faults it is given."""

import json
import smtplib
from pathlib import Path

import pytest

from devstack.outside.faults import Fault
from devstack.outside.smtp_sink import write_whole
from devstack.outside.world import OutsideWorld

MESSAGE = (
    b"From: claims@insurer.example\r\nTo: ada@example.nl\r\nSubject: Uw schademelding\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    b"\r\n.Een regel met een punt vooraan\r\n\xe2\x82\xac 1.250\r\n"
)


def send(world: OutsideWorld, *recipients: str) -> None:
    with smtplib.SMTP(world.smtp.host, world.smtp.port, timeout=10) as client:
        client.sendmail("claims@insurer.example", recipients, MESSAGE)


def kept(directory: Path) -> list[Path]:
    return sorted((directory / "mailbox").glob("*.eml"))


def test_a_message_is_kept_byte_for_byte(world: OutsideWorld, world_directory: Path) -> None:
    before = kept(world_directory)
    send(world, "ada@example.nl")

    [new] = [path for path in kept(world_directory) if path not in before]
    assert new.read_bytes() == MESSAGE


def test_no_reader_finds_a_message_that_is_still_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mailbox").mkdir()
    found = []
    write = Path.write_bytes

    def write_and_look(path: Path, content: bytes) -> int:
        written = write(path, content)
        found.append(kept(tmp_path))
        return written

    monkeypatch.setattr(Path, "write_bytes", write_and_look)
    write_whole(tmp_path / "mailbox" / "1.eml", MESSAGE)

    assert found == [[]]
    assert len(kept(tmp_path)) == 1


def test_messages_sort_in_the_order_of_their_arrival(world: OutsideWorld, world_directory: Path) -> None:
    before = len(kept(world_directory))
    for number in range(12):
        send(world, f"{number}@example.nl")

    arrivals = [json.loads(line) for line in (world_directory / "mail.jsonl").read_text().splitlines()]
    assert [f"mailbox/{path.name}" for path in kept(world_directory)] == [arrival["file"] for arrival in arrivals]
    assert [arrival["recipients"] for arrival in arrivals[before:]] == [[f"{n}@example.nl"] for n in range(12)]


def test_a_recipient_is_refused_for_now_and_accepted_later(world: OutsideWorld, world_directory: Path) -> None:
    world.set_mail_faults(Fault("*@slow.example", "451", times=2))

    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(world, "ada@slow.example")
        assert refused.value.recipients["ada@slow.example"][0] == 451
    before = len(kept(world_directory))
    send(world, "ada@slow.example")
    assert len(kept(world_directory)) == before + 1


def test_an_unknown_recipient_is_refused_for_good(world: OutsideWorld, world_directory: Path) -> None:
    world.set_mail_faults(Fault("nobody@*", "550"))

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(world, "nobody@example.nl")
    assert refused.value.recipients["nobody@example.nl"][0] == 550
    before = len(kept(world_directory))
    send(world, "ada@example.nl")
    assert len(kept(world_directory)) == before + 1


@pytest.mark.parametrize(("action", "messages_kept"), [("drop", 0), ("keep-and-drop", 1)])
def test_the_connection_is_cut_after_the_data(
    world: OutsideWorld, world_directory: Path, action: str, messages_kept: int
) -> None:
    before = len(kept(world_directory))
    world.set_mail_faults(Fault("*", action))

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(world, "ada@example.nl")
    assert len(kept(world_directory)) - before == messages_kept


def test_the_server_comes_back_on_its_port(world: OutsideWorld, world_directory: Path) -> None:
    world.smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        send(world, "ada@example.nl")

    world.smtp.start()
    before = len(kept(world_directory))
    send(world, "ada@example.nl")
    assert len(kept(world_directory)) == before + 1
