"""New migrations leave the version before at work: nothing it uses goes away, and nothing is locked for long."""

import re
from pathlib import Path

import pytest

from chassis.migrations.runner import Migration
from migration_rules import violations

ROOT = Path(__file__).resolve().parents[2]
SERIES = sorted([*ROOT.glob("chassis/chassis/migrations"), *ROOT.glob("services/*/*/migrations")])
LANDED = {"chassis": 10, "auth_svc": 5, "claims_svc": 30, "notify_svc": 11, "policy_svc": 15, "weather_svc": 6}
"""The newest file of each series from before these rules; other packages have none."""
NEW = [
    file
    for directory in SERIES
    for file in sorted(directory.glob("*.sql"))
    if int(file.name[:4]) > LANDED.get(directory.parent.name, 0)
]


def test_no_new_migration_breaks_the_version_before_or_holds_it_up() -> None:
    assert [str(one) for one in violations(NEW)] == []


def test_what_is_done_outside_a_transaction_is_one_index() -> None:
    made = [Migration("any", 1, file).concurrent_index for file in NEW]

    assert "messaging.dead_letter_open" in made


def test_what_had_landed_before_the_rules_is_there() -> None:
    found = {directory.parent.name: [int(file.name[:4]) for file in directory.glob("*.sql")] for directory in SERIES}

    assert [package for package, number in LANDED.items() if number not in found[package]] == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("ALTER TABLE claim DROP COLUMN state;", "ban-drop-column"),
        ("ALTER TABLE claim RENAME COLUMN state TO status;", "renaming-column"),
        ("ALTER TABLE claim RENAME TO loss;", "renaming-table"),
        ("ALTER TABLE claim ALTER COLUMN version TYPE bigint;", "changing-column-type"),
        ("ALTER TABLE claim ADD COLUMN colour text NOT NULL;", "adding-required-field"),
        ("ALTER TABLE claim ALTER COLUMN state SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE claim ALTER COLUMN state DROP DEFAULT;", "ban-drop-default"),
        ("DROP TABLE claim;", "ban-drop-table"),
        ("DROP VIEW message_contact;", "ban-drop-view"),
        ("CREATE INDEX claim_colour ON claim (colour);", "require-concurrent-index-creation"),
        ("DROP INDEX claim_colour;", "require-concurrent-index-deletion"),
        ("ALTER TABLE claim ADD CHECK (version > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE claim ADD FOREIGN KEY (policy) REFERENCES policy;", "adding-foreign-key-constraint"),
        ("LOCK TABLE claim;", "lock-table"),
        ("TRUNCATE messaging.inbox;", "truncate"),
        ("ALTER TABLE claim ADD COLUM colour text;", "syntax-error"),
    ],
)
def test_what_breaks_or_holds_up_is_found(tmp_path: Path, statement: str, rule: str) -> None:
    assert rule in [one.rule for one in violations([written(tmp_path, statement)])]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE claim ADD COLUMN colour text;",
        "ALTER TABLE claim ADD COLUMN colour text NOT NULL DEFAULT 'none';",
        "ALTER TABLE claim ADD CHECK (version > 0) NOT VALID;",
        "CREATE TABLE paint (colour text PRIMARY KEY);\nCREATE INDEX ON paint (upper(colour));",
        "UPDATE claim SET colour = 'red' WHERE colour IS NULL;",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    ],
)
def test_what_leaves_the_version_before_at_work_is_allowed(tmp_path: Path, statement: str) -> None:
    assert violations([written(tmp_path, statement)]) == []


def test_a_file_says_why_older_versions_stop_first(tmp_path: Path) -> None:
    reason = "-- older versions stop first: they write the column that goes"

    file = written(tmp_path, f"{reason}\nALTER TABLE claim DROP COLUMN state;")

    assert violations([file]) == []
    assert not Migration("service", 1, file).older_versions_may_run
    assert violations([written(tmp_path, "-- older versions stop first: so\nDROP TABLE claim;")])


def test_a_file_says_of_each_lock_why_it_is_short(tmp_path: Path) -> None:
    index = "CREATE INDEX repair_partner ON repair_job (partner_id);"
    reason = "-- allowed: require-concurrent-index-creation: there are some thousand jobs"

    assert violations([written(tmp_path, f"{reason}\n{index}")]) == []
    assert violations([written(tmp_path, f"-- allowed: require-concurrent-index-creation: ok\n{index}")])
    assert violations([written(tmp_path, f"-- allowed: ban-drop-table: nobody has read it for years\n{index}")])


def test_nothing_is_allowed_that_a_file_does_not_do(tmp_path: Path) -> None:
    file = written(tmp_path, "-- allowed: truncate: it was empty all the time\nSELECT 1;")

    assert [one.text for one in violations([file])] == ["is allowed here, and nothing does it"]


def test_the_readme_shows_how_a_file_says_it() -> None:
    readme = (ROOT / "deploy" / "README.md").read_text()

    assert re.search(r"-- older versions stop first: ", readme)
    assert re.search(r"-- allowed: require-concurrent-index-creation: ", readme)


def written(directory: Path, text: str) -> Path:
    file = directory / "0099_change.sql"
    file.write_text(f"{text}\n")
    return file
