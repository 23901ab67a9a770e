"""What holds for all tests of the repository.

Builders and drivers that tests share lie beside them and are imported by a name used once in the whole repository, so
every directory of tests is on the path. And `chassis` and `contracts` stay the packages of these names: pytest names a
test after its path, `chassis/tests/test_order.py` would make the outer directory the package, and whoever is imported
first has the name.
"""

import logging
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from hypothesis import settings
from typing_extensions import override
from xdist import is_xdist_worker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

import chassis  # noqa: F401
import contracts  # noqa: F401
from chassis.migrations import runner
from chassis.telemetry.bounded_metrics import out_of_bounds
from chassis.telemetry.servers import SERVERS
from devstack.postgres.copies import Template

# How long one example takes is no property of the code: on a busy machine it failed by luck.
settings.register_profile("water", deadline=None)
settings.load_profile("water")

ROOT = Path(__file__).parent

sys.path[:0] = [
    str(tests)
    for pattern in ("*/tests", "*/*/tests", "tests/integration", "tools/install")
    for tests in ROOT.glob(pattern)
]

SHARE_WHAT_IS_COSTLY = (
    "tests/integration/",
    "tests/docs/",
    "deploy/provision/tests/test_access_on_kafka.py",
    "deploy/provision/tests/test_on_kafka.py",
    "deploy/provision/tests/test_services_log_in.py",
    "deploy/tests/test_compose_on_kafka.py",
    "tools/demo/tests/test_keep.py",
    "tools/drill/tests/test_drill.py",
    "tools/install/tests/test_wheels.py",
)
"""The tests of each of these share servers, wheels or a copy of the repository: one process runs all of them."""

SECONDS_OF_A_TEST = 120
"""What a test may take at most that does not say so: `timeout` in pyproject.toml."""

MEASURED_CASES = 5
"""How many cases of one test are measured at most, the first ones."""

MOSTLY_OF_OTHER_PROCESSES = "tests/"
"""Stories across services, and what documents say: of what is measured next to nothing runs in the test's process."""

BROKERS = {"stack", "whole_stack"}
"""Fixtures through which a test meets the broker of the stack that was chosen."""

START_A_BROKER_THEMSELVES = ("tools/devstack/tests/test_launcher_end.py", "tools/devstack/tests/test_run_command.py")
"""Tests there start the chosen broker by a command. Tests of Apache Kafka alone have the mark `real_kafka`."""


class _Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Spreads tests over processes one by one, except those that share something costly.

    xdist 3.8 has marks for this, which stop working with pytest 9.2: it writes them into an attribute that is not read.
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        return _scope_of(nodeid)

    @override
    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Forget what is done: xdist 3.8 looks through all that a process was ever given, after every test."""
        super().mark_test_complete(node, item_index, duration)
        scope = _scope_of(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]


def _scope_of(nodeid: str) -> str:
    return next((place for place in SHARE_WHAT_IS_COSTLY if nodeid.startswith(place)), nodeid)


@pytest.fixture
def migrated_database(copy_database: Callable[[Template], str]) -> Callable[[Path], str]:
    """Make a database for one test as the migrations in a directory, after the chassis' own, leave it."""
    return lambda directory: copy_database(_migrated(directory))


@cache
def _migrated(directory: Path) -> Template:
    """Whatever changes what migrations leave is in the name: mutants, too, find what others have filled."""
    files = [Path(runner.__file__), *(migration.path for migration in runner.find_migrations(directory))]

    async def fill(url: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            await runner.migrate(connection, directory=directory)
        finally:
            await connection.close()

    return Template(name="\n".join(f"{file.name}\n{file.read_text()}" for file in files), fill=fill)


@pytest.fixture(autouse=True)
def _no_server_is_away_at_first() -> None:
    """What one test has lost is not lost to the next one."""
    SERVERS.forget()


@pytest.fixture(autouse=True, scope="session")
def _loggers_follow_the_configuration() -> Iterator[None]:
    """Loggers ask for the configuration at each line: one kept would write where a test of long ago looked."""
    configure = structlog.configure

    def configure_without_keeping(**settings: Any) -> None:  # noqa: ANN401 - structlog's own
        configure(**(settings | {"cache_logger_on_first_use": False}))

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(structlog, "configure", configure_without_keeping)
        yield


@pytest.fixture(autouse=True)
def _logs_stay_unconfigured() -> Iterator[None]:
    """What a test configures of logs is not what the next ones, other ones in each run, find."""
    root, shown = logging.getLogger(), warnings.showwarning
    handlers, level = root.handlers[:], root.level
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
        warnings.showwarning = shown


@pytest.fixture(autouse=True, scope="session")
def _labels_hold_what_was_declared() -> Iterator[None]:
    """No test has set a label to what its metric does not declare: see `chassis.telemetry.bounded_metrics`."""
    yield
    assert out_of_bounds() == []  # noqa: S101 - for all tests


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Mark what a broker can change, what is not measured, and what may take longer; begin with what may take longest.

    Tests of properties run the same lines some hundred times, as tests of many cases do; measuring more than doubles
    what each of them takes. Examples, and the first cases of a test, have to reach the gate without the rest.
    """
    cases: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        cases[test] += 1
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        is_elsewhere = item.nodeid.startswith(MOSTLY_OF_OTHER_PROCESSES)
        if is_property or is_elsewhere or cases[test] > MEASURED_CASES:
            item.add_marker("no_cover")
        asked = getattr(item, "fixturenames", ())
        if item.nodeid.startswith(START_A_BROKER_THEMSELVES) or not BROKERS.isdisjoint(asked):
            item.add_marker("kafka")
        if "whole_stack" in asked:
            # Whichever comes first starts the whole platform, and lets its people log in.
            item.add_marker(pytest.mark.timeout(400))
    if is_xdist_worker(session):
        _longest_first(items)


def _longest_first(items: list[pytest.Item]) -> None:
    """Put first what may take longest: begun last, it would keep one process busy and the others waiting."""
    may_take: Counter[str] = Counter()
    for item in items:
        timeout = item.get_closest_marker("timeout")
        may_take[_scope_of(item.nodeid)] += timeout.args[0] if timeout else SECONDS_OF_A_TEST
    items.sort(key=lambda item: -may_take[_scope_of(item.nodeid)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    config.option.loadscopereorder = False  # the order is that of `_longest_first`, not that of the numbers of tests
    return _Scheduler(config, log)
