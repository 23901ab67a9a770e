"""The register of stations in the database: recorded, replaced, and what follows for answers."""

from __future__ import annotations

import argparse
import asyncio
import json
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from publications import days_after, publication
from publications import record as let_figures_count
from rain_samples import NEAR_ELL, SIX, moment, request
from structlog.testing import capture_logs

from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED
from contracts.rain_stations import register_bytes, register_sha256
from contracts.vocabulary import Establishment
from contracts.weather import RainfallAssessed
from weather_svc.domain.stations import shipped_stations
from weather_svc.registers import RegisterLosesError, Registers, record
from weather_svc.repository import stations
from weather_svc.unknown_stations import raise_alarm

SHIPPED = register_bytes().decode()
NEARER = "aws,399,0-20000-0-06399,Thorn,51190000,5790000,66,2021-07-10T00:00Z,2021-07-20T00:00Z\n"
WITH_NEARER = (SHIPPED + NEARER).encode()


async def answers(service: Harness) -> list[RainfallAssessed]:
    return [event for event in await service.published() if isinstance(event, RainfallAssessed)]


async def import_stations(service: Harness, path: Path, *options: str) -> int:
    (command,) = [each for each in service.service.commands if each.name == "import-stations"]
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return await command.run(parser.parse_args([str(path), *options]), service.runtime)


async def let_count(service: Harness, content: bytes, *, force: bool = False) -> None:
    async with service.runtime.transaction() as work:
        await record(work, content, name="another.csv", force=force)


async def test_the_shipped_register_is_recorded_with_the_first_answer_and_not_again(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    await service.deliver(RAINFALL_REQUESTED, request(version=2))

    (row,) = await service.pool.fetch("SELECT sha256, name, source, content FROM station_register")
    assert (row["sha256"], row["name"], row["content"]) == (register_sha256(), "rain_stations.csv", register_bytes())
    assert "hydropandas 2025-11" in row["source"]
    assert await service.pool.fetchval("SELECT count(*) FROM station_period") == 65
    assert await service.fire_due_timers() == 0
    assert {answer.register_sha256 for answer in await answers(service)} == {register_sha256()}


async def test_a_register_whose_transaction_was_rolled_back_is_recorded_by_the_next(service: Harness) -> None:
    registers = Registers()

    async def record_and_fail() -> None:
        async with service.runtime.transaction() as work:
            await registers.record_shipped(work)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await record_and_fail()
    assert await service.pool.fetchval("SELECT count(*) FROM station_register") == 0

    async with service.runtime.transaction() as work:
        await registers.record_shipped(work)
    assert await service.pool.fetchval("SELECT count(*) FROM station_register") == 1


async def test_of_two_instances_that_start_at_once_one_records_the_shipped_register(service: Harness) -> None:
    async def start() -> None:
        async with service.runtime.transaction() as work:
            await Registers().record_shipped(work)
            await asyncio.sleep(0.05)

    await asyncio.gather(start(), start())
    assert await service.pool.fetchval("SELECT count(*) FROM station_register") == 1


async def test_another_register_counts_without_a_restart_and_answers_are_given_again(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    (before,) = await answers(service)
    assert [each.station.number for each in before.stations] == [377]

    await let_count(service, WITH_NEARER)
    assert await service.fire_due_timers() == 1

    (after,) = await answers(service)
    assert [each.station.number for each in after.stations] == [399]
    assert (after.assessment_version, after.register_sha256) == (2, sha256(WITH_NEARER).hexdigest())
    assert after.passed_over[0].station.number == 377


async def test_an_answer_of_a_station_that_stood_elsewhere_is_given_again(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    await answers(service)

    await let_count(service, register_bytes().replace(b"Ell,51196646,", b"Ell,51197646,"))
    assert await service.fire_due_timers() == 1

    (after,) = await answers(service)
    assert [(each.station.number, each.distance_metres) for each in after.stations] == [(377, 2_088)]


async def test_only_answers_about_the_time_that_changed_are_given_again(service: Harness) -> None:
    days = ("2021-07-09T23:59", "2021-07-10T00:00", "2021-07-19T23:59", "2021-07-20T00:00")
    for number, day in enumerate(days, start=1):
        await service.deliver(RAINFALL_REQUESTED, request(claim_id=UUID(int=number), loss=moment(day)))
    await answers(service)

    await let_count(service, WITH_NEARER)
    await service.fire_due_timers()

    assert [answer.claim_id for answer in await answers(service)] == [UUID(int=2), UUID(int=3)]
    assert await service.pool.fetchval("SELECT count(*) FROM changed_stations") == 0


async def test_only_answers_about_the_time_that_changed_are_marked_stale(service: Harness) -> None:
    days = ("2021-07-09T23:59", "2021-07-10T00:00", "2021-07-19T23:59", "2021-07-20T00:00")
    for number, day in enumerate(days, start=1):
        await service.deliver(RAINFALL_REQUESTED, request(claim_id=UUID(int=number), loss=moment(day)))
    await let_count(service, WITH_NEARER)

    async with service.pool.acquire() as connection:
        await stations.mark_stale(connection)
    marked = await service.pool.fetch("SELECT claim_id FROM stale_assessment ORDER BY claim_id")

    assert [row["claim_id"].int for row in marked] == [2, 3]


async def test_a_register_that_changes_nothing_about_a_loss_gives_no_answer_again(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    await answers(service)

    await let_count(service, b"# of another hand\n" + register_bytes())

    assert await service.fire_due_timers() == 0
    await service.deliver(RAINFALL_REQUESTED, request(version=2))
    (again,) = await answers(service)
    assert again.register_sha256 != register_sha256()


async def test_an_answer_waits_for_the_register_that_is_being_recorded(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    await answers(service)
    async with service.runtime.transaction() as work:
        await record(work, WITH_NEARER, name="another.csv")
        later = asyncio.create_task(service.deliver(RAINFALL_REQUESTED, request(claim_id=UUID(int=2))))
        async with asyncio.timeout(10):
            while not await service.pool.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                await asyncio.sleep(0)
    await later

    (answer,) = await answers(service)
    assert [each.station.number for each in answer.stations] == [399]


async def test_a_register_that_loses_a_station_is_refused_unless_forced(service: Harness) -> None:
    without_ell = "".join(line for line in SHIPPED.splitlines(keepends=True) if ",377," not in line).encode()
    with pytest.raises(RegisterLosesError) as refused:
        await let_count(service, without_ell)
    assert refused.value.losses == ["station 377 of network aws is not in it"]
    assert await service.pool.fetchval("SELECT count(*) FROM station_register") == 0

    await let_count(service, without_ell, force=True)
    async with service.pool.acquire() as connection:
        assert 377 not in {
            each.station.number
            for each in (await Registers().current(connection)).nearest(
                home=NEAR_ELL, network=request().network, loss=request().loss
            )
        }


async def test_an_imported_register_is_not_replaced_by_a_shipped_one_that_lacks_a_station(service: Harness) -> None:
    await let_count(service, WITH_NEARER)
    registers = Registers()
    with capture_logs() as logged:
        for _ in range(2):
            async with service.runtime.transaction() as work:
                await registers.record_shipped(work)

    assert [(line["event"], line["losses"]) for line in logged] == [
        ("station_register.shipped_lacks", ["station 399 of network aws is not in it"])
    ]
    async with service.pool.acquire() as connection:
        assert (await registers.current(connection)).register_sha256 == sha256(WITH_NEARER).hexdigest()


async def test_a_shipped_register_that_counted_before_does_not_count_again(service: Harness) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    await let_count(service, WITH_NEARER)
    async with service.runtime.transaction() as work:
        await Registers().record_shipped(work)
    async with service.pool.acquire() as connection:
        assert (await Registers().current(connection)).register_sha256 == sha256(WITH_NEARER).hexdigest()


async def test_before_any_register_is_recorded_the_shipped_one_counts(service: Harness) -> None:
    async with service.pool.acquire() as connection:
        assert await Registers().current(connection) is shipped_stations()


async def test_the_command_tells_what_another_register_changes(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stations.csv"
    path.write_bytes(WITH_NEARER)
    assert await import_stations(service, path) == 0
    assert capsys.readouterr().out == "64 stations; there are 1 times in which others count than before\n"
    assert await import_stations(service, path) == 0
    assert capsys.readouterr().out == "this register counts already: 64 stations\n"

    path.write_bytes(register_bytes())
    assert await import_stations(service, path) == 1
    assert capsys.readouterr().err == (
        f"{path}: station 399 of network aws is not in it\n"
        f"{path}: the register stays as it was; --force takes this one nevertheless\n"
    )
    assert await import_stations(service, path, "--force") == 0


async def test_the_command_names_what_is_wrong_with_a_file(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stations.csv"
    assert await import_stations(service, path) == 2
    assert capsys.readouterr().err == f"{path}: No such file or directory\n"
    path.write_bytes(WITH_NEARER.replace(b"51190000", b"51,19"))
    assert await import_stations(service, path) == 2
    assert "line 80 has 10 values" in capsys.readouterr().err
    path.write_text('{"type": "FeatureCollection"}')
    assert await import_stations(service, path) == 2
    assert "no GeoJSON list of stations: " in capsys.readouterr().err


async def test_the_command_compares_knmis_own_list_with_the_register(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def feature(number: int, name: str, longitude: float, latitude: float) -> object:
        return {
            "type": "Feature",
            "id": f"0-20000-0-06{number}",
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {"name": name},
        }

    path = tmp_path / "locations.json"
    features = [feature(377, "ELL", 5.763, 51.198), feature(392, "HORST", 6.05, 51.45)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert await import_stations(service, path) == 1
    assert capsys.readouterr().out == (
        "0-20000-0-06392 HORST is not in the register; it lies at 51450000, 6050000 microdegrees\n"
        "2 stations compared: 1 differ from the register\n"
    )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features[:1]}))
    assert await import_stations(service, path) == 0
    assert await service.pool.fetchval("SELECT count(*) FROM station_register") == 0


def test_a_station_that_measures_and_is_not_in_the_register_is_loud() -> None:
    before = REGISTRY.get_sample_value("weather_unknown_station_hours_total", {"station": "392"}) or 0
    with capture_logs() as logged:
        raise_alarm({392: 24}, data_set="uurgegevens")
        raise_alarm({}, data_set="uurgegevens")

    assert logged == [
        {"event": "station.unknown", "log_level": "warning", "station": 392, "data_set": "uurgegevens", "hours": 24}
    ]
    assert REGISTRY.get_sample_value("weather_unknown_station_hours_total", {"station": "392"}) == before + 24


async def test_an_answer_that_stays_as_it_is_rests_on_the_stations_around_of_the_new_register(service: Harness) -> None:
    """Weert stands next to Ell, farther from the home."""
    hours = range(SIX - 24 * 6, SIX + 24 * 4)
    await let_figures_count(service, publication(*[0] * len(hours), first_hour=hours.start, published_at=days_after(5)))
    await service.deliver(RAINFALL_REQUESTED, request())
    weert = "aws,398,0-20000-0-06398,Weert,51210000,5700000,25,2021-01-01T00:00Z,\n"
    await let_count(service, (SHIPPED + weert).encode())
    while await service.fire_due_timers():
        pass
    (answer,) = await answers(service)
    assert answer.readings[0].establishment is Establishment.NOT_ESTABLISHED
    rested_on = await service.pool.fetch(
        "SELECT lower(hours) / 10000000 AS station FROM rested_on JOIN assessment USING (rested_on_id) ORDER BY 1"
    )
    assert [row["station"] for row in rested_on] == [370, 377, 380, 398]
