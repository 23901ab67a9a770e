"""Promise j: what cannot start says in one sentence what to change, and exits with code 2."""

from __future__ import annotations

import socket

from specimen_driver import Driver

from chassis.command_line import CANNOT_START

_OF_A_NEWER_VERSION = "INSERT INTO applied_migration (series, number, name) VALUES ('service', 2, '0002_later.sql')"
_IS_OLDER = "has had 1 migrations that this version does not know, first 0002_later.sql; start the newer version"


async def test_a_service_whose_database_lacks_migrations_says_what_to_run(driver: Driver) -> None:
    assert await driver.rows("DELETE FROM applied_migration RETURNING number")

    await driver.launch()

    assert await driver.wait_for_exit() == CANNOT_START
    assert "run: specimen migrate" in driver.log()


async def test_a_version_that_is_older_than_its_database_says_so(driver: Driver) -> None:
    await driver.rows(_OF_A_NEWER_VERSION)

    await driver.launch()

    assert await driver.wait_for_exit() == CANNOT_START
    assert _IS_OLDER in driver.log()


async def test_a_version_that_runs_while_a_newer_one_migrates_ends(driver: Driver) -> None:
    """What it would write from then on, the newer one might read as something else."""
    await driver.start()
    await driver.rows(_OF_A_NEWER_VERSION)

    assert await driver.wait_for_exit() == CANNOT_START
    assert _IS_OLDER in driver.log()


async def test_a_version_starts_beside_a_newer_one_that_leaves_it_room(driver: Driver) -> None:
    await driver.rows(
        "INSERT INTO applied_migration (series, number, name, older_versions_may_run) "
        "VALUES ('service', 2, '0002_later.sql', true)"
    )

    await driver.start()

    assert await driver.ready()


async def test_a_service_without_a_broker_says_where_it_looked(driver: Driver) -> None:
    await driver.launch(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", START_TIMEOUT_SECONDS="1")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "Kafka at 127.0.0.1:1 does not answer after 1 s; start it or correct KAFKA_BOOTSTRAP_SERVERS" in driver.log()


async def test_a_service_without_its_topic_names_it(driver: Driver) -> None:
    await driver.launch(SPECIMEN_TOPICS="nobody-made-these")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "topic nobody-made-these.consumed.v1 does not exist" in driver.log()


async def test_a_port_that_is_in_use_names_the_settings(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        await driver.launch(HTTP_PORT=str(port))

        assert await driver.wait_for_exit() == CANNOT_START

    assert f"port {port} of 127.0.0.1 cannot be opened" in driver.log()
    assert "change HTTP_HOST or HTTP_PORT" in driver.log()


async def test_wrong_settings_are_named_all_at_once_and_without_a_traceback(driver: Driver) -> None:
    await driver.launch(DATABASE_CONNECTIONS="many", LOG_LEVEL="loud", KAFKA_BOOTSTRAP_SERVERS="")

    assert await driver.wait_for_exit() == CANNOT_START
    assert driver.log() == (
        "specimen: settings are missing or wrong, change the environment: "
        "DATABASE_CONNECTIONS must be a whole number; "
        "LOG_LEVEL must be 'debug', 'info', 'warning' or 'error'; "
        "KAFKA_BOOTSTRAP_SERVERS is missing\n"
    )


async def test_a_database_of_several_hosts_that_is_away_is_named_without_its_password(driver: Driver) -> None:
    url = "postgresql://specimen:secret@127.0.0.1:1,127.0.0.1:2/specimen?target_session_attrs=any"
    await driver.launch(DATABASE_URL=url, START_TIMEOUT_SECONDS="1")

    assert await driver.wait_for_exit() == CANNOT_START
    assert "PostgreSQL at 127.0.0.1:1,127.0.0.1:2/specimen does not answer after 1 s" in driver.log()
    assert "secret" not in driver.log()
