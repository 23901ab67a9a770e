from __future__ import annotations

import pytest

from notify_svc.channels.sms_parts import TooLongError, split

HEADER = 6


def lengths(text: str) -> tuple[int, list[int]]:
    sms = split(text, reference=7)
    return sms.data_coding, [len(part) for part in sms.parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, [0])),
        ("a" * 160, (0, [160])),
        ("€" * 80, (0, [160])),
        ("a" * 161, (0, [159, 14])),
        ("a" * 306, (0, [159, 159])),
        ("a" * 307, (0, [159, 159, 7])),
        ("č" * 70, (8, [140])),
        ("č" * 71, (8, [140, 14])),
        ("č" * 134, (8, [140, 140])),
        ("😀" * 35, (8, [140])),
    ],
)
def test_a_text_takes_as_few_parts_as_hold_it(text: str, expected: tuple[int, list[int]]) -> None:
    assert lengths(text) == expected


def test_a_character_of_two_septets_stays_whole() -> None:
    text = "a" * 152 + "€" * 100

    first, second, third = split(text, reference=7).parts

    assert first[HEADER:] == b"a" * 152
    assert second[HEADER:] == b"\x1b\x65" * 76
    assert third[HEADER:] == b"\x1b\x65" * 24


def test_a_character_of_two_units_stays_whole() -> None:
    text = "č" * 66 + "😀" * 10

    sms = split(text, reference=7)

    assert [part[HEADER:].decode("utf-16-be") for part in sms.parts] == ["č" * 66, "😀" * 10]


def test_every_part_says_where_it_belongs() -> None:
    sms = split("a" * 400, reference=200)

    assert sms.have_header
    assert [part[:HEADER] for part in sms.parts] == [bytes([5, 0, 3, 200, 3, number]) for number in (1, 2, 3)]
    assert b"".join(part[HEADER:] for part in sms.parts) == b"a" * 400


def test_more_parts_than_can_be_numbered_are_refused() -> None:
    assert len(split("a" * 153 * 255, reference=0).parts) == 255
    with pytest.raises(TooLongError):
        split("a" * (153 * 255 + 1), reference=0)
