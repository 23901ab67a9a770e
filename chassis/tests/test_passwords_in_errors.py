"""No error text holds any part of a database password, whatever the address looks like."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from specimen.app import Settings

from chassis.database import open_pool
from chassis.errors import CannotStartError

MARK = "Qz7"
"""Stands in every part of a password, so that a part is recognised wherever it turns up."""

FORMS = (
    "postgresql://specimen:{raw}@127.0.0.1:1/specimen",
    "postgresql://specimen:{encoded}@127.0.0.1:1/specimen",
    "postgresql://specimen:{raw}@127.0.0.1:1,127.0.0.1:2/specimen?target_session_attrs=any",
    "postgresql://specimen:{raw}@[::1]:1/specimen",
    "postgres://{raw}:{raw}@127.0.0.1:1/specimen",
    "postgresql://127.0.0.1:1/specimen?user=specimen&password={raw}",
    "postgresql://127.0.0.1:1/specimen?password={encoded}&sslmode=disable",
    "postgresql:///specimen?host=127.0.0.1&port=1&password={raw}",
    "postgresql://specimen:{raw}@127.0.0.1:one/specimen",
    "postgresql://specimen:{raw}@[::1/specimen",
    "postgresql://specimen:{raw}127.0.0.1:1/specimen",
    "postgresql://specimen:{raw}/127.0.0.1:1/specimen",
    "postgresql://specimen:{raw}",
    "postgresql://specimen@127.0.0.1:1/specimen#{raw}",
    "postgresql://specimen@127.0.0.1:1/specimen?sslmode={raw}",
)
WITHOUT_AT = (FORMS[10], FORMS[12])
"""Here an @ of the password can make a sound address of another host, and nobody can tell that it is not meant."""

passwords = st.lists(st.sampled_from("@/#?%:,[]&=;+ \\'\"\t\nclosed\u00e4"), max_size=6).map(
    lambda pieces: MARK + "".join(piece + MARK for piece in pieces)
)


@pytest.fixture(autouse=True)
def _no_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Part of a password can be taken for a host: it is not looked up."""
    resolve = socket.getaddrinfo

    def numeric_only(host: Any, *arguments: Any) -> Any:
        try:
            ip_address(host)
        except ValueError:
            raise socket.gaierror from None
        return resolve(host, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", numeric_only)
        yield


@settings(max_examples=300, deadline=None)
@given(form=st.sampled_from(FORMS), password=passwords)
@example(form=FORMS[0], password=f"{MARK}/{MARK}@{MARK}")
@example(form=FORMS[5], password=f"{MARK}@{MARK}")
def test_no_part_of_a_password_stands_in_what_stops_the_start(form: str, password: str) -> None:
    assume(form not in WITHOUT_AT or password.count("@") != 1)
    text, shown = asyncio.run(_refused(form.format(raw=password, encoded=quote(password, safe=""))))

    assert MARK.lower() not in text.lower()
    assert MARK.lower() not in shown.lower()


async def _refused(url: str) -> tuple[str, str]:
    """Why a service with this database cannot start, and its settings as a traceback would show them."""
    given_settings = Settings(database_url=url, start_timeout_seconds=0.001)
    with pytest.raises(CannotStartError) as refusal:
        await open_pool(given_settings, application_name="specimen")
    assert refusal.value.__cause__ is None
    return str(refusal.value), repr(given_settings)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://specimen:secret@127.0.0.1:1/specimen", "127.0.0.1:1/specimen"),
        ("postgresql://specimen@127.0.0.1:1,[::1]:2/specimen?sslmode=disable", "127.0.0.1:1,[::1]:2/specimen"),
        ("postgresql://specimen:se@cret@127.0.0.1:1/specimen", "the address in DATABASE_URL"),
    ],
)
async def test_a_plain_address_is_named_and_any_other_is_not(url: str, place: str) -> None:
    text, _ = await _refused(url)

    assert text.startswith(f"PostgreSQL at {place} does not answer")


async def test_a_refused_login_is_named_without_the_text_of_the_server(database: str) -> None:
    wrong = database.replace("@", "wrong@", 1)

    text, _ = await _refused(wrong)

    assert "refuses this service: InvalidPasswordError (28P01); correct DATABASE_URL" in text


async def test_an_address_that_cannot_be_read_says_how_to_write_one() -> None:
    text, _ = await _refused("postgresql://specimen:sec/ret@127.0.0.1/specimen")

    assert text == (
        "DATABASE_URL cannot be used: ValueError; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and special "
        "characters of the password percent-encoded"
    )
