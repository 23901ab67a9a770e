"""The console script as an operator calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from policy_lines import DEMO_FILE


@pytest.fixture
def environment(database: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database, "KAFKA_BOOTSTRAP_SERVERS": "localhost:1"}


def policy_svc(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "policy_svc", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_demo_file_is_imported_once_and_can_be_republished(environment: dict[str, str]) -> None:
    assert policy_svc(environment, "migrate").returncode == 0
    policies = [json.loads(line) for line in DEMO_FILE.read_text().splitlines()]
    customers = {policy["policy_number"].partition("-")[0] for policy in policies}
    first = policy_svc(environment, "import", str(DEMO_FILE))
    changes = f"{len(policies)} policies, {len(customers)} customers"
    assert (first.returncode, first.stdout) == (
        0,
        f"{len(policies)} policies read, 0 rejected; new or changed: {changes}\n",
    )
    again = policy_svc(environment, "import", str(DEMO_FILE))
    assert (again.returncode, again.stdout) == (
        0,
        f"{len(policies)} policies read, 0 rejected; new or changed: 0 policies, 0 customers\n",
    )
    republished = policy_svc(environment, "republish", "--all")
    assert (republished.returncode, republished.stdout, republished.stderr) == (
        0,
        f"{len(customers)} customers and {len(policies)} policies published again\n",
        "",
    )


def test_republish_wants_to_be_asked_for_all(environment: dict[str, str]) -> None:
    result = policy_svc(environment, "republish")
    assert result.returncode == 2
    assert "the following arguments are required: --all" in result.stderr


def test_a_database_without_tables_asks_to_be_migrated(environment: dict[str, str], empty_database: str) -> None:
    result = policy_svc(environment | {"DATABASE_URL": empty_database}, "import", str(DEMO_FILE))
    assert result.returncode == 2
    assert result.stderr.endswith("run: policy-svc migrate\n")
