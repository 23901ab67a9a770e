"""The console script as an operator calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO_FILE = Path(__file__).parents[3] / "tools" / "demo" / "data" / "policies" / "policies.jsonl"


@pytest.fixture
def environment(database: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database, "KAFKA_BOOTSTRAP_SERVERS": "localhost:1"}


def policy_svc(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "policy_svc", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_demo_file_is_imported_once_and_can_be_announced_again(environment: dict[str, str]) -> None:
    assert policy_svc(environment, "migrate").returncode == 0
    first = policy_svc(environment, "import-policies", str(DEMO_FILE))
    assert (first.returncode, first.stdout) == (0, "")
    policies = [json.loads(line) for line in DEMO_FILE.read_text().splitlines()]
    customers = {policy["policy_number"].partition("-")[0] for policy in policies}
    assert f"new or changed: {len(policies)} policies, {len(customers)} customers" in first.stderr
    again = policy_svc(environment, "import-policies", str(DEMO_FILE))
    assert "new or changed: 0 policies, 0 customers" in again.stderr
    announced = policy_svc(environment, "announce", "--all")
    told = f"announce: {len(customers)} customers and {len(policies)} policies announced\n"
    assert (announced.returncode, announced.stderr) == (0, told)


def test_a_database_without_tables_is_told_to_be_migrated(environment: dict[str, str]) -> None:
    refused = policy_svc(environment, "import-policies", str(DEMO_FILE))
    assert refused.returncode == 2
    assert "policy-svc migrate" in refused.stderr
