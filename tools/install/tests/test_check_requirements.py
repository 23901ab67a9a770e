from importlib.metadata import Distribution
from pathlib import Path

import pytest

from check_requirements import installed_distributions, unmet_requirements


def installed(directory: Path, name: str, version: str, *, requires: tuple[str, ...] = ()) -> None:
    information = directory / f"{name}-{version}.dist-info"
    information.mkdir()
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {text}" for text in requires)]
    (information / "METADATA").write_text("\n".join(lines) + "\n")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, Distribution]:
    """`Web.App` needs `driver[pool]`, which needs a `pool` that nobody else needs."""
    installed(tmp_path, "Web.App", "1.0", requires=("driver[pool]>=2",))
    installed(tmp_path, "driver", "2.1", requires=('pool==3; extra == "pool"', 'winpool==3; sys_platform == "win32"'))
    installed(tmp_path, "pool", "3.0")
    return installed_distributions([str(tmp_path)])


def test_an_environment_that_meets_everything_has_no_problem(environment: dict[str, Distribution]) -> None:
    assert not list(unmet_requirements(environment, asked={"requirements-dev.in": ["web-app", "pool<4"]}))


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("driver", "Web.App needs driver[pool]>=2, which requirements.lock does not bring: run make lock"),
        ("pool", 'driver[pool] needs pool==3; extra == "pool", which requirements.lock does not bring: run make lock'),
    ],
)
def test_a_missing_package_is_named_with_who_needs_it(
    environment: dict[str, Distribution], missing: str, sentence: str
) -> None:
    del environment[missing]

    assert list(unmet_requirements(environment, asked={})) == [sentence]


def test_a_version_that_is_not_allowed_is_named(environment: dict[str, Distribution]) -> None:
    problems = list(unmet_requirements(environment, asked={"requirements-dev.in": ["pool==4"]}))

    assert problems == ["requirements-dev.in needs pool==4, but requirements.lock brings 3.0: run make lock"]


def test_an_extra_that_only_the_arguments_ask_for_is_followed(environment: dict[str, Distribution]) -> None:
    del environment["web-app"], environment["pool"]

    assert not list(unmet_requirements(environment, asked={}))
    assert len(list(unmet_requirements(environment, asked={"requirements-dev.in": ["driver[pool]"]}))) == 1
