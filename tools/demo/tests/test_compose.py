"""How the demo finds its way into the platform that runs in containers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo import compose
from demo.compose import ComposePlatform, containers_in, secret
from demo.platform import SERVICES, ServiceFailedError

NAME = "KAFKA_ADMIN_PASSWORD"


def test_a_secret_of_the_environment_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(NAME, "given")

    assert secret(NAME) == "given"


def test_another_secret_is_read_from_the_file_that_make_up_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/.env").write_text(f"OTHER=1\n{NAME}=a=b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(NAME, raising=False)

    assert secret(NAME) == "a=b"


def listed(service: str, number: int = 1, **ports: int) -> str:
    """A line of what Compose lists: ports by `p<inside>=<outside>`; 0 outside is not published."""
    publishers = [
        {"URL": "127.0.0.1" if outside else "", "TargetPort": int(inside[1:]), "PublishedPort": outside}
        for inside, outside in ports.items()
    ]
    return json.dumps({"Service": service, "Name": f"water-{service}-{number}", "Publishers": publishers})


RUNNING = [
    listed("kafka", p9092=0, p9094=19_094),
    listed("mail"),
    *(listed(service) for service in SERVICES),
    *(listed(f"{service.removesuffix('-svc')}-door", p8080=18_080, p8090=18_090) for service in SERVICES),
]


def test_what_is_listed_tells_names_and_published_ports_of_the_first_of_each_service() -> None:
    found = containers_in("\n".join([*RUNNING, listed("claims-svc", 2)]))

    assert found["kafka"].published == {9094: "127.0.0.1:19094"}
    assert found["claims-svc"].name == "water-claims-svc-1"


@pytest.fixture
def running() -> list[str]:
    """What Compose lists as running."""
    return list(RUNNING)


@pytest.fixture
def commands(running: list[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Docker answers what it would, and every command it was given is here."""
    given: list[tuple[str, ...]] = []

    async def docker(*command: str) -> str:
        given.append(command)
        return "\n".join(running) if "ps" in command else "printed"

    async def no_records(_: object) -> bool:
        return False

    monkeypatch.setattr(compose, "_printed", docker)
    monkeypatch.setattr(compose, "_holds_records", no_records)
    monkeypatch.setattr(ComposePlatform, "check_alive", lambda _: None)
    monkeypatch.setenv(NAME, "given")
    return given


async def test_compose_is_asked_once_and_docker_for_every_step(commands: list[tuple[str, ...]], tmp_path: Path) -> None:
    file = tmp_path / "hours.txt"
    file.touch()
    platform = ComposePlatform()
    await platform.find()
    await platform.run("weather-svc", "import-hours", str(file))
    await platform.export_proofs(tmp_path)
    await platform.collect_messages(tmp_path)

    assert platform.kafka["bootstrap_servers"] == "127.0.0.1:19094"
    assert platform.claims_url == "http://127.0.0.1:18090"
    assert [command for command in commands if "compose" in command] == [(*compose.COMPOSE, "ps", "--format", "json")]
    assert commands[1:] == [
        ("docker", "cp", str(file), "water-weather-svc-1:/tmp/hours.txt"),
        ("docker", "exec", "water-weather-svc-1", "weather-svc", "import-hours", "/tmp/hours.txt"),  # noqa: S108
        ("docker", "exec", "water-claims-svc-1", "claims-svc", "proofs", "export", "--to", "/tmp/proofs"),  # noqa: S108
        ("docker", "cp", "water-claims-svc-1:/tmp/proofs/.", str(tmp_path)),
        ("docker", "cp", "water-mail-1:/received/.", str(tmp_path)),
    ]


async def test_what_does_not_run_is_named(commands: list[tuple[str, ...]], running: list[str]) -> None:
    missing = json.loads(running.pop())["Service"]

    with pytest.raises(ServiceFailedError, match=f"{missing} does not run; start the platform with make up"):
        await ComposePlatform().find()
    assert len(commands) == 1
