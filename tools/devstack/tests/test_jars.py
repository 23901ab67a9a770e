"""Apache Kafka needs Java and, once, Maven; an error says in one sentence what is missing or wrong."""

from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.kafka.jars import kafka_jars
from devstack.kafka.java import find_java
from devstack.process.supervisor import Supervisor


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Directory that is the whole PATH, with nothing cached."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return directory


def install(directory: Path, name: str, script: str) -> None:
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)


def test_a_machine_without_java_is_told_how_to_get_it(programs: Path) -> None:
    assert not list(programs.iterdir())
    with pytest.raises(DevstackError, match=r"needs Java 17 or newer, and there is none: install it \(on Debian"):
        find_java()


def test_a_java_that_is_too_old_is_named_with_its_version(programs: Path) -> None:
    install(programs, "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    with pytest.raises(DevstackError, match=r'bin/java says openjdk version "11\.0\.2" 2019-01-15: install it'):
        find_java()


def test_a_java_that_is_new_enough_is_used(programs: Path) -> None:
    install(programs, "java", """echo 'openjdk version "21" 2023-09-19 LTS' >&2""")
    assert find_java().program == str(programs / "java")


def test_a_machine_without_maven_is_told_how_to_get_it(programs: Path, tmp_path: Path) -> None:
    assert not list(programs.iterdir())
    with (
        Supervisor(state_dir=tmp_path / "state") as supervisor,
        pytest.raises(DevstackError, match="fetched with Maven, and there is none: install it"),
    ):
        kafka_jars(supervisor=supervisor)


def test_other_jars_than_the_listed_ones_are_refused_and_not_kept(programs: Path, tmp_path: Path) -> None:
    # The last argument is -DoutputDirectory=DIRECTORY.
    install(programs, "mvn", 'for last in "$@"; do :; done; /bin/mkdir "${last#*=}"; echo x >"${last#*=}/evil.jar"')
    with (
        Supervisor(state_dir=tmp_path / "state") as supervisor,
        pytest.raises(DevstackError, match=r"Maven brought other jars than kafka-4\.3\.1\.sha256 lists: .*evil\.jar"),
    ):
        kafka_jars(supervisor=supervisor)
    assert not list((tmp_path / "cache" / "water-devstack").iterdir())


def test_a_failing_maven_is_quoted(programs: Path, tmp_path: Path) -> None:
    install(programs, "mvn", "echo 'Could not resolve host'; exit 1")
    with (
        Supervisor(state_dir=tmp_path / "state") as supervisor,
        pytest.raises(DevstackError, match=r"maven failed with code 1; the end of its log:\n  Could not resolve host"),
    ):
        kafka_jars(supervisor=supervisor)


def test_jars_in_the_cache_need_no_maven(programs: Path, tmp_path: Path) -> None:
    assert not list(programs.iterdir())
    cached = tmp_path / "cache" / "water-devstack" / "kafka-4.3.1"
    cached.mkdir(parents=True)
    with Supervisor(state_dir=tmp_path / "state") as supervisor:
        assert kafka_jars(supervisor=supervisor) == cached
