"""What of a key or an id is told: what identifies a thing, and nothing that may be somebody's."""

from __future__ import annotations

import pytest

from chassis.consuming.identifiers import identifier_in


@pytest.mark.parametrize(
    "text",
    [
        *(
            "order-7",
            "2026WD00123",
            "4512ab99",
            "31000000001",
            "123456-531-04",
            "312345-531-04",
            "012345-531-04",
            "1234567",
            "1234567890",
        ),
        *("00000000-0000-0000-0000-000000000031", "claims-svc", "upstream", "nl.insurer.app", "Report-A1"),
    ],
)
def test_an_identifier_is_told(text: str) -> None:
    assert identifier_in(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "jan@example.nl", "Jan Jansen", "06-12345678", "31612345678", "31-6-12345678", "0031612345678"),
        *("061-234-56-78", "0612-345-678", "316-123-456-78"),
        *("1012AB", "1012ab", "1012AB17", "1012AB17bis", "1012ab-17a", "1012AB-17-2", "x" * 101, "a\x1b[2J"),
        *("NL91ABNA0417164300", "nl91abna0417164300", "NL91-ABNA-0417-1643-00", "123456782", "12345678", "612345678"),
        *("Jan.Jansen", "jan.jansen", "jan_jansen", "Jan-Jansen", "JAN-JANSEN", "Jan.de.Vries", "Jan-van-der-Berg"),
    ],
)
def test_what_may_be_an_address_or_a_number_of_somebody_is_not(text: str) -> None:
    assert identifier_in(text) == ""
