from __future__ import annotations

import gzip
import random
import struct
import zlib
from datetime import UTC, datetime

import pytest
from knmi_files import HEADER, READ_AT, ROWS, figures, publication, read, refusals, zipped
from rain_samples import at

from weather_svc.domain.publication import PublishedBy
from weather_svc.reading import archive
from weather_svc.reading.refusal import UnreadableError

TEXT = HEADER + ROWS
MAASTRICHT = TEXT.replace("377", "380")


def extended_timestamp(moment: datetime) -> bytes:
    return struct.pack("<HHBl", 0x5455, 5, 1, int(moment.timestamp()))


def test_every_member_of_a_zip_is_read() -> None:
    contents = read(zipped({"377.txt": TEXT, "folder/380.txt": MAASTRICHT}))
    assert [each.member for each in contents.publications] == ["377.txt", "folder/380.txt"]
    assert {station for station, _ in figures(contents)} == {377, 380}


def test_folders_in_a_zip_are_no_members() -> None:
    assert publication(read(zipped({"folder/": "", "folder/377.txt": TEXT}))).member == "folder/377.txt"


def test_a_gzip_file_is_read_also_when_it_was_written_in_parts() -> None:
    packed = gzip.compress(TEXT[:50].encode()) + gzip.compress(TEXT[50:].encode())
    assert figures(read(packed)) == figures(read(TEXT))


@pytest.mark.parametrize(
    ("extra", "published_at"),
    [
        pytest.param(b"", "2021-07-15T06:00:02", id="DOS time"),
        pytest.param(extended_timestamp(at("2021-07-15T04:00:03")), "2021-07-15T04:00:03", id="extended timestamp"),
        pytest.param(
            struct.pack("<HHL", 0x7875, 4, 0) + extended_timestamp(at("2021-07-15T04:00:03")),
            "2021-07-15T04:00:03",
            id="extended timestamp behind another field",
        ),
        pytest.param(struct.pack("<HHB", 0x5455, 1, 0), "2021-07-15T06:00:02", id="extended without a time"),
    ],
)
def test_a_member_of_a_zip_was_published_at_its_time(extra: bytes, published_at: str) -> None:
    found = publication(read(zipped({"377.txt": TEXT}, extra=extra)))
    assert (found.published_at, found.published_by) == (at(published_at), PublishedBy.MEMBER)


def test_a_gzip_file_was_published_at_the_time_in_its_header() -> None:
    found = publication(read(gzip.compress(TEXT.encode(), mtime=int(at("2021-07-15T04:00:03").timestamp()))))
    assert (found.published_at, found.published_by) == (at("2021-07-15T04:00:03"), PublishedBy.MEMBER)


def test_what_says_no_time_was_published_when_its_last_hour_ended() -> None:
    for body in (
        TEXT.encode(),
        gzip.compress(TEXT.encode(), mtime=0),
        zipped({"a": TEXT}, time=(2021, 2, 31, 0, 0, 0)),
    ):
        found = publication(read(body))
        assert (found.published_at, found.published_by) == (at("2021-07-14T06:00"), PublishedBy.LAST_HOUR)


def test_nothing_was_published_before_its_last_figure_or_after_it_was_received() -> None:
    early, late = zipped({"a": TEXT}, time=(2021, 7, 14, 3, 0, 0)), zipped({"a": TEXT}, time=(2026, 11, 27, 0, 0, 0))
    assert publication(read(early)).published_at == at("2021-07-14T05:00")
    assert publication(read(late)).published_at == READ_AT


def test_who_imports_a_file_knows_better_when_it_was_published() -> None:
    told = datetime(2021, 8, 1, tzinfo=UTC)
    for body in (TEXT.encode(), zipped({"a": TEXT})):
        found = publication(read(body, published_at=told))
        assert (found.published_at, found.published_by) == (told, PublishedBy.STATED)


def damaged() -> dict[str, bytes]:
    packed, pressed = zipped({"377.txt": TEXT}), gzip.compress(TEXT.encode())
    crc = struct.pack("<L", zlib.crc32(TEXT.encode()))
    return {
        "zip with another crc": packed.replace(crc, b"\0\0\0\0"),
        "zip without its end": packed[:-30],
        "zip of nothing but its beginning": b"PK\x03\x04",
        "gzip with another crc": pressed.replace(crc, b"\0\0\0\0"),
        "gzip without its end": pressed[:-12],
        "gzip of nothing but its beginning": b"\x1f\x8b",
        "gzip with something behind it": pressed + b"something",
    }


@pytest.mark.parametrize("body", damaged().values(), ids=damaged().keys())
def test_a_damaged_archive_is_refused(body: bytes) -> None:
    (reason,) = refusals(body)
    assert "the archive is damaged (" in reason
    assert reason.endswith("; fetch it again")


def test_the_damage_is_told_and_not_the_rows_that_came_of_it() -> None:
    garbled = TEXT.replace("STN", "STM") + "# many rows more\n" * 30_000
    crc = struct.pack("<L", zlib.crc32(garbled.encode()))
    (reason,) = refusals(zipped({"377.txt": garbled}).replace(crc, b"\0\0\0\0"))
    assert reason.startswith("377.txt: the archive is damaged (Bad CRC-32")


def test_an_archive_with_any_byte_changed_gives_the_same_figures_or_is_refused() -> None:
    chosen = random.Random(11)  # noqa: S311 - an example, no secret
    true_figures = figures(read(TEXT))
    for whole in (zipped({"377.txt": TEXT}), gzip.compress(TEXT.encode())):
        for place in range(len(whole)):
            body = bytearray(whole)
            body[place] ^= 1 << chosen.randrange(8)
            try:
                found = figures(read(bytes(body)))
            except UnreadableError:
                continue
            assert found == true_figures


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (zipped({}), "the archive is empty; fetch it again"),
        (zipped({"folder/": ""}), "the archive is empty; fetch it again"),
        (zipped({"377.zip": zipped({"377.txt": TEXT}).decode("latin-1")}), "377.zip: it is an archive in an archive"),
        (zipped({"377.txt": ""}), "377.txt: it is empty; fetch it again"),
    ],
)
def test_an_archive_without_texts_is_refused(body: bytes, complaint: str) -> None:
    (reason,) = refusals(body)
    assert reason.startswith(complaint)


def test_an_encrypted_archive_is_refused() -> None:
    body = bytearray(zipped({"377.txt": TEXT}))
    body[body.index(b"PK\x01\x02") + 8] |= 1
    assert refusals(bytes(body)) == ("the archive is encrypted; unpack it and give what it holds",)


def test_an_archive_packed_in_an_unusual_way_is_refused() -> None:
    body = bytearray(zipped({"377.txt": TEXT}))
    for header, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        body[body.index(header) + place] = 97
    (reason,) = refusals(bytes(body))
    assert reason.startswith("377.txt: the archive is packed in an unusual way")


def test_two_members_of_one_name_are_refused() -> None:
    packed = zipped({"377.txt": TEXT, "380.txt": MAASTRICHT}).replace(b"380.txt", b"377.txt")
    assert refusals(packed) == ("the archive holds two files of one name; pack each by itself",)


def test_what_unpacks_to_more_than_a_file_of_knmi_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_UNPACKED_AT_MOST", 1 << 20)
    text = HEADER + "# dry\n" * 200_000
    for body in (
        zipped({"377.txt": text}),
        gzip.compress(text.encode()),
        zipped({str(n): text[:400_000] for n in range(3)}),
    ):
        (reason,) = refusals(body)
        assert reason == "it unpacks to more than 1 GB; that is no file of KNMI"


def test_a_line_without_end_is_refused() -> None:
    (reason,) = refusals(HEADER + "9" * 400_000)
    assert reason == "it has a line of more than 64 KB; that is no text of KNMI"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_the_same_wherever_chunks_end(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("\n", end)
    whole = figures(read(text))
    assert len(whole) == 3
    for size in range(1, 80):
        monkeypatch.setattr(archive, "_CHUNK_BYTES", size)
        assert figures(read(text)) == whole


def test_whoever_watches_is_told_how_much_was_unpacked() -> None:
    told: list[int] = []
    (member,) = archive.members(zipped({"377.txt": TEXT}))
    assert len(list(member.lines(told.append))) == 4
    assert sum(told) == len(TEXT)


@pytest.mark.parametrize(
    "body",
    [
        zipped({"377.txt": TEXT}) + zipped({"380.txt": MAASTRICHT}),
        zipped({"377.txt": TEXT}) + MAASTRICHT.encode(),
        zipped({"377.txt": TEXT})[:80] + zipped({"380.txt": MAASTRICHT}),
    ],
    ids=["archives", "a text behind", "a part before"],
)
def test_an_archive_with_something_before_or_behind_is_refused_as_half_of_it_would_be_read(body: bytes) -> None:
    (reason,) = refusals(body)
    assert "before or after the archive" in reason


def test_json_that_unpacks_to_more_than_a_reply_is_refused_before_it_fills_the_memory() -> None:
    (reason,) = refusals(gzip.compress(b"[" + b"[]," * 12_000_000, 1))
    assert "JSON of more than 32 MB" in reason
