"""Fixtures for tests against real servers; load it with `-p devstack.pytest_plugin`."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from devstack.errors import DevstackError
from devstack.kafka.topics import TopicLike
from devstack.outside.issuer import Issuer
from devstack.postgres.copies import Copies, Template
from devstack.postgres.databases import create_database, drop_database
from devstack.stack import Stack, StackKind, kafka_is_real, resolve_kind
from devstack.waiting import run_blocking

NEEDS_REAL_KAFKA = "needs real Apache Kafka: STACK=jvm"

LENT_DATABASES = "DEVSTACK_LENT_DATABASES"
"""Environment variable: URL of a PostgreSQL that runs already, whose login may create databases and roles.

Tests that ask for a database and for no `stack`, whose servers they might stop, have their databases there.
"""

TopicMaker = Callable[..., list[str]]

_KIND = pytest.StashKey[StackKind]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, so that strict markers accept it, and settle which stack this session has.

    Later a test may have changed the environment: the stack starts when the first test needs it.
    """
    config.stash[_KIND] = resolve_kind(StackKind.AUTO)
    config.addinivalue_line("markers", "real_kafka: shows what the embedded broker cannot; runs on Apache Kafka only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests of what the embedded broker cannot show."""
    if kafka_is_real(config.stash[_KIND]):
        return
    for item in items:
        if item.get_closest_marker("real_kafka") is not None:
            item.add_marker(pytest.mark.skip(reason=NEEDS_REAL_KAFKA))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many tests were skipped for want of a real broker."""
    reports = terminalreporter.getreports("skipped")
    count = sum(NEEDS_REAL_KAFKA in str(report.longrepr) for report in reports)
    if count:
        terminalreporter.section("not shown on the embedded stack")
        terminalreporter.line(f"{count} test(s) skipped: {NEEDS_REAL_KAFKA}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config) -> Iterator[Stack]:
    """Kafka and PostgreSQL for the whole session, started when the first test asks."""
    try:
        running = Stack(kind=pytestconfig.stash[_KIND])
        running.start()
    except DevstackError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    yield running
    running.stop()


@pytest.fixture
def kafka_bootstrap(stack: Stack) -> str:
    return stack.kafka_bootstrap_servers


@pytest.fixture
def make_topics(stack: Stack) -> TopicMaker:
    """Create topics from specs and return their names."""

    def make(*specs: TopicLike) -> list[str]:
        stack.create_topics(specs)
        return [spec.name for spec in specs]

    return make


@pytest.fixture
def database(empty_database: str) -> str:
    """URL of a database that this test alone uses; empty, unless tests say otherwise by a fixture of this name."""
    return empty_database


@pytest.fixture
def empty_database(make_database: Callable[[], str]) -> str:
    """URL of an empty database that this test alone uses, logged in as its owner."""
    return make_database()


@pytest.fixture(scope="session")
def _copies() -> Iterator[Callable[[str], Copies]]:
    """Copies on the server of an administrator's URL; a stack that is started again is another server."""
    with ExitStack() as cleanup:

        @cache
        def on(admin_url: str) -> Copies:
            copies = Copies(admin_url=admin_url, kept=admin_url == os.environ.get(LENT_DATABASES))
            cleanup.callback(copies.close)
            return copies

        yield on


@pytest.fixture
def copy_database(_database_server: str, _copies: Callable[[str], Copies]) -> Iterator[Callable[[Template], str]]:
    """Make copies of a template for one test; they are dropped afterwards."""
    copies = _copies(_database_server)
    with ExitStack() as cleanup:

        def make(template: Template) -> str:
            url = copies.make(template)
            cleanup.callback(copies.drop, url)
            return url

        yield make


@pytest.fixture
def _database_server(request: pytest.FixtureRequest) -> str:
    """URL of the administrator of the server where this test's databases are."""
    lent = os.environ.get(LENT_DATABASES)
    if lent and "stack" not in request.fixturenames:
        return lent
    stack: Stack = request.getfixturevalue("stack")
    return stack.database_url


@pytest.fixture
def make_database(_database_server: str) -> Iterator[Callable[[], str]]:
    """Create databases for one test, each with an owner of its own; they are dropped afterwards."""
    admin_url = _database_server
    with ExitStack() as cleanup:

        def make() -> str:
            name = f"test_{secrets.token_hex(6)}"
            cleanup.callback(lambda: run_blocking(drop_database(admin_url=admin_url, name=name, role=name)))
            password = secrets.token_urlsafe(16)
            return run_blocking(
                create_database(admin_url=admin_url, name=name, role=name, password=password, strategy="file_copy")
            )

        yield make


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer of access tokens that this test alone uses."""
    with Issuer() as running:
        yield running
