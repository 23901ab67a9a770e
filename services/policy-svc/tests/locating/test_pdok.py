"""PDOK answers, does not, or answers nonsense: a look-up always ends in a place or in a problem."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pdok_server import Answer, Pdok, address, found, pdok, postcode_area

from contracts.vocabulary import Location, PostalAddress
from policy_svc.domain.positions import ADDRESS_METRES, POSTCODE_METRES
from policy_svc.locating import pdok as adapter
from policy_svc.locating.pdok import Problem, locate, open_client

STREET = [
    address("6011RA", 12, "5.79 51.19"),
    address("6011RA", 12, "5.7901 51.19", letter="a", addition="02"),
    address("6011RA", 14, "5.8 51.2"),
    postcode_area("6011RA", "5.795 51.195"),
]


@pytest.fixture
async def server() -> AsyncIterator[Pdok]:
    async with pdok() as running:
        running.documents = list(STREET)
        yield running


async def ask(server: Pdok, house_number: str = "12", *, postcode: str = "6011RA") -> Location | Problem:
    async with open_client(2) as client:
        wanted = PostalAddress(postcode=postcode, house_number=house_number)
        return await locate(client, url=server.url, address=wanted, timeout_seconds=2)


def place(latitude: int, longitude: int, accuracy: int) -> Location:
    return Location(latitude_microdegrees=latitude, longitude_microdegrees=longitude, accuracy_metres=accuracy)


async def test_an_address_is_asked_for_by_postcode_and_number_and_nothing_else(server: Pdok) -> None:
    assert await ask(server) == place(51_190_000, 5_790_000, ADDRESS_METRES)
    (query,) = server.asked
    assert server.paths == ["/bzk/locatieserver/search/v3_1/free"]
    filters = [value for name, value in query if name == "fq"]
    assert filters == ["type:adres", "postcode:6011RA", "huisnummer:12"]
    assert dict(query)["q"] == "6011RA 12"


async def test_letter_and_addition_are_told_apart_in_either_case(server: Pdok) -> None:
    assert await ask(server, "12A-02") == place(51_190_000, 5_790_100, ADDRESS_METRES)
    server.documents.append(address("6011RA", 16, "5.81 51.21", addition="bis"))
    assert await ask(server, "16 bis") == place(51_210_000, 5_810_000, ADDRESS_METRES)


async def test_several_homes_of_one_number_are_one_place_with_its_width(server: Pdok) -> None:
    server.documents += [
        address("6011RB", 1, "5.79 51.19", letter="A"),
        address("6011RB", 1, "5.79 51.1902", letter="B"),
    ]
    assert await ask(server, "1", postcode="6011RB") == place(51_190_100, 5_790_000, 12 + ADDRESS_METRES)
    server.documents.append(address("6011RB", 1, "5.79 51.3", letter="C"))
    assert await ask(server, "1", postcode="6011RB") is Problem.AMBIGUOUS


async def test_an_unknown_number_is_as_sure_as_its_postcode_and_an_unknown_postcode_is_none(server: Pdok) -> None:
    of_postcode = place(51_195_000, 5_795_000, POSTCODE_METRES)
    assert await ask(server, "99") == of_postcode
    assert await ask(server, "t/o 12") == of_postcode
    assert await ask(server, postcode="9999ZZ") is Problem.UNKNOWN_ADDRESS


async def test_hits_that_were_not_asked_for_count_for_nothing(server: Pdok) -> None:
    server.faults.append(found(address("1011AB", 12, "4.9 52.37"), address("6011RA", 13, "4.9 52.37")))
    assert await ask(server) == place(51_195_000, 5_795_000, POSTCODE_METRES)


def document(**changed: object) -> dict[str, object]:
    return {**address("6011RA", 12, "5.79 51.19"), **changed}


async def test_every_fault_ends_in_a_problem_with_its_name(server: Pdok) -> None:
    for problem, answer in [
        (Problem.UNREACHABLE, Answer(status=503)),
        (Problem.UNREACHABLE, Answer(body=b"{}", sends=0)),
        (Problem.UNREACHABLE, Answer(body=b'{"response"' + b" " * 100, sends=20)),
        (Problem.REFUSED, Answer(status=429)),
        (Problem.REFUSED, Answer(status=403, body=b"no")),
        (Problem.REFUSED, Answer(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"})),
        (Problem.UNREADABLE, Answer(body=b"<html>maintenance</html>")),
        (Problem.UNREADABLE, Answer(body=b"")),
        (Problem.UNREADABLE, Answer(body=b'{"response": {"docs": null}}')),
        (Problem.UNREADABLE, Answer(body=b"[" * 100_000)),
        (Problem.UNREADABLE, Answer(body=b" " * (adapter.MOST_BYTES + 1))),
        (Problem.UNREADABLE, Answer(body=b"{}", headers={"Content-Encoding": "gzip"})),
        (Problem.UNREADABLE, found(*[document()] * 101)),
        (Problem.UNREADABLE, found(document(centroide_ll="POINT(51.19 5.79)"))),
        (Problem.UNREADABLE, found(document(centroide_ll="POINT(NaN 1e9)"))),
        (Problem.UNREADABLE, found(document(centroide_ll=None))),
        (Problem.UNREADABLE, found(document(huisletter=7.5))),
    ]:
        server.faults.append(answer)
        assert await ask(server) is problem, answer.body[:60]


async def test_whoever_is_too_slow_or_away_is_unreachable(server: Pdok) -> None:
    server.faults.append(Answer(after=0.5))
    async with open_client(30) as client:
        wanted = PostalAddress(postcode="6011RA", house_number="12")
        slow = await locate(client, url=server.url, address=wanted, timeout_seconds=0.1)
        away = await locate(client, url="http://127.0.0.1:1/search/v3_1", address=wanted, timeout_seconds=2)
    assert (slow, away) == (Problem.UNREACHABLE, Problem.UNREACHABLE)
