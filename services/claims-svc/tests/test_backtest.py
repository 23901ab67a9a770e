"""Exported proofs decided again under a candidate product, by its command."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from domain.proof_cases import FORTY_IN_A_DAY, prove, rain_case

from claims_svc.commands.backtest import BACKTEST
from claims_svc.domain.claim import claim_reference


@pytest.fixture
def proofs(tmp_path: Path) -> Path:
    """Where one proof lies: 40.0 mm in a day, so 1,840.00 euros of damage are covered less 250.00."""
    directory = tmp_path / "proofs"
    directory.mkdir()
    proved = prove(rain_case(FORTY_IN_A_DAY))
    reference = claim_reference(proved.document.basis.claim_id)
    (directory / f"{reference}-v1.json").write_bytes(proved.canonical)
    return directory


def run(proofs: Path, candidate: str) -> int:
    product = proofs.parent / "candidate.toml"
    product.write_text(candidate)
    parser = argparse.ArgumentParser()
    BACKTEST.add_arguments(parser)
    return BACKTEST.run(parser.parse_args(["--against", str(proofs), "--product", str(product)]))


def cells(output: str, name: str) -> list[str]:
    return next(line for line in output.splitlines() if line.startswith(name)).removeprefix(name).split()


def test_a_higher_threshold_costs_the_claim_and_is_counted_by_its_ground(
    proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    higher = """
version = "home-2027.1"
[rain]
thresholds = [{ within_hours = 24, at_least_tenths_mm = 401 }]
"""
    assert run(proofs, higher) == 0

    told = capsys.readouterr().out
    claims, better, worse, other, untold, now, candidate, more = cells(told, "heavy_local_precipitation")
    assert (claims, better, worse, other, untold) == ("1", "0", "1", "0", "0")
    assert (candidate, more) == ("0.00", f"-{now}")
    assert cells(told, "in all")[-1] == f"-{now}"


def test_a_lower_minimum_deductible_is_worth_its_difference(proofs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(proofs, 'version = "home-2027.1"\nweather_deductible_minimum_cents = 20_000\n') == 0

    told = cells(capsys.readouterr().out, "heavy_local_precipitation")
    assert (told[1], told[-1]) == ("1", "50.00")


def test_the_same_parameters_change_nothing(proofs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(proofs, 'version = "home-2027.1"\n') == 0

    told = cells(capsys.readouterr().out, "heavy_local_precipitation")
    assert (told[1:5], told[-1]) == (["0", "0", "0", "0"], "0.00")


def test_what_the_hours_of_a_proof_cannot_tell_is_said(proofs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(proofs, 'version = "home-2027.1"\n[rain.surface_water]\nmay_lag_at_most_hours = 400\n') == 0

    assert cells(capsys.readouterr().out, "heavy_local_precipitation")[4] == "1"


@pytest.mark.parametrize(
    ("candidate", "complaint"),
    [
        ('version = "home-2021.1"\n', "version: give one of its own"),
        ('version = "home-2027.1"\ndeductable = 1\n', "deductable: is no parameter"),
        ('version = "home-2027.1"\n[rain]\ncloudbursts = 1\n', "rain.cloudbursts: is no parameter"),
        ('version = "home-2027.1"\noccurrence_hours = "long"\n', "occurrence_hours"),
        ("version", "is no TOML"),
    ],
)
def test_a_candidate_that_cannot_be_read_says_what_to_change(
    proofs: Path, capsys: pytest.CaptureFixture[str], candidate: str, complaint: str
) -> None:
    assert run(proofs, candidate) == 2
    assert complaint in capsys.readouterr().err


def test_a_directory_without_proofs_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "proofs").mkdir()
    assert run(tmp_path / "proofs", 'version = "home-2027.1"\n') == 2
    assert "there are no proofs there" in capsys.readouterr().err
