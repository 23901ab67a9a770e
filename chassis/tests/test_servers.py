"""When a server was missed, and when it was reached: what an alert compares over all processes."""

from __future__ import annotations

from prometheus_client import REGISTRY

from chassis.telemetry.servers import Servers


def stamps(server: str) -> tuple[float | None, float | None]:
    """Return when `server` was missed and when it was reached; None where nothing is exposed."""
    missed, reached = (
        REGISTRY.get_sample_value(f"server_{what}_timestamp_seconds", {"server": server})
        for what in ("missed", "reached")
    )
    return missed, reached


def is_away(server: str) -> bool:
    missed, reached = stamps(server)
    return missed is not None and reached is not None and missed > reached


def test_a_server_that_nobody_has_reached_yet_was_reached_at_no_time() -> None:
    Servers().unreached("never", part="a", error="E")

    missed, reached = stamps("never")
    assert missed
    assert reached == 0


def test_a_server_is_reached_again_when_no_part_misses_it_any_more() -> None:
    servers = Servers()
    servers.unreached("again", part="a", error="E")
    servers.unreached("again", part="b", error="E")
    servers.reached("a")
    assert is_away("again")

    servers.reached("b")

    assert not is_away("again")


def test_a_part_that_names_its_server_tells_of_it_although_another_process_missed_it() -> None:
    Servers().reached("a", server="named")

    missed, reached = stamps("named")
    assert missed is None
    assert reached
