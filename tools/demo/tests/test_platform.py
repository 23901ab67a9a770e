"""Which services there are, and what an operator is given to work with one of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from demo.drill import export_line
from demo.platform import SERVICES

REPOSITORY = Path(__file__).parents[3]


def test_every_service_of_the_catalogue_is_started() -> None:
    with_a_package = [path.parent.name for path in (REPOSITORY / "services").glob("*-svc/pyproject.toml")]
    assert sorted(SERVICES) == sorted(with_a_package)


def test_an_export_line_sets_every_variable_in_a_shell_whatever_it_holds() -> None:
    environment = {"DATABASE_URL": "postgresql://demo:a'b$c@127.0.0.1/demo", "MAIL_FROM": "Water schade <a@b.c>"}
    printed = " ".join(f'"${name}"' for name in environment)

    shell = subprocess.run(
        ["sh", "-c", f"{export_line(environment)}; printf '%s\\n' {printed}"],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )

    assert shell.stdout.splitlines() == list(environment.values())
