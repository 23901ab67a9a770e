from pathlib import Path

import pytest

from chassis.errors import CannotStartError
from chassis.migrations.runner import find_migrations


def test_a_package_without_its_sql_files_is_refused_instead_of_migrating_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=f"there is no migration in {tmp_path}"):
        find_migrations(tmp_path)


def test_the_files_of_the_service_follow_those_of_the_chassis(tmp_path: Path) -> None:
    (tmp_path / "0001_claims.sql").touch()

    assert [(one.series, one.number) for one in find_migrations(tmp_path)] == [("chassis", 1), ("service", 1)]
