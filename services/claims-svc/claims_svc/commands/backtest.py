"""`claims-svc rules backtest`: decides exported proofs again under a candidate product, and says what it would cost."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chassis.service import OfflineCommand
from claims_svc.commands.candidate_product import UnreadableProductError, read_product
from claims_svc.commands.verification import claim_version_named_by
from claims_svc.domain import proof
from claims_svc.domain.backtest import Tally, backtest, tallied
from claims_svc.domain.product import Product
from claims_svc.domain.proof import Document
from contracts.coverage import GroundCode

DONE, UNREADABLE, WRONG_USE = 0, 1, 2
_SECONDS_BETWEEN_LINES = 2.0


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--against", type=Path, required=True, metavar="DIR", help="where `proofs export` wrote them")
    parser.add_argument(
        "--product", type=Path, required=True, metavar="FILE", help="TOML: a version, and the parameters that differ"
    )
    parser.set_defaults(wrong_use=parser.error)


def _run(arguments: argparse.Namespace) -> int:
    try:
        candidate = read_product(arguments.product)
    except UnreadableProductError as error:
        sys.stderr.write(f"{arguments.product}: {error}\n")
        return WRONG_USE
    newest = _newest_of_each_claim(arguments.against)
    if not newest:
        sys.stderr.write(f"{arguments.against}: there are no proofs there; `proofs export --to DIR` writes them\n")
        return WRONG_USE
    unreadable: list[str] = []
    decided = backtest(_documents(newest, unreadable), candidate)
    sys.stdout.write(_table(tallied(decided), candidate))
    for complaint in unreadable:
        sys.stderr.write(f"{complaint}\n")
    return UNREADABLE if unreadable else DONE


def _newest_of_each_claim(directory: Path) -> Sequence[Path]:
    newest: dict[str, tuple[int, Path]] = {}
    for path in sorted(directory.glob("*.json")):
        named = claim_version_named_by(path)
        if named is not None and named[1] > newest.get(named[0], (0, path))[0]:
            newest[named[0]] = named[1], path
    return [path for _, path in newest.values()]


def _documents(paths: Sequence[Path], unreadable: list[str]) -> Iterator[Document]:
    """Yield the contents of proofs, saying on stderr every two seconds how far it has come."""
    began = told = time.monotonic()
    for place, path in enumerate(paths, start=1):
        try:
            document = proof.read(path.read_bytes())
        except (OSError, proof.UnreadableProofError) as error:
            unreadable.append(f"{path.name}: left out: {error}")
            continue
        yield document
        if (now := time.monotonic()) - told >= _SECONDS_BETWEEN_LINES:
            told = now
            left = (len(paths) - place) * (now - began) / place
            sys.stderr.write(f"{place} of {len(paths)} claims, {left:.0f} s left\n")


_HEADINGS = ("decided on", "claims", "better", "worse", "other ground", "untold", "€ now", "€ candidate", "€ more")


def _table(tallies: Mapping[GroundCode, Tally], candidate: Product) -> str:
    total = Tally()
    for tally in tallies.values():
        for name in Tally.__struct_fields__:
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    rows = [_HEADINGS, *(_row(ground, tally) for ground, tally in tallies.items()), _row("in all", total)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([f"product {candidate.version} against the decisions that stand", *lines, ""])


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    counts = (tally.claims, tally.in_favour, tally.against, tally.otherwise, tally.untold)
    more = tally.candidate_cents - tally.paid_cents
    return (name, *map(str, counts), *map(_euros, (tally.paid_cents, tally.candidate_cents, more)))


def _euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


BACKTEST = OfflineCommand(
    ("rules", "backtest"),
    "decide exported proofs again under a candidate product: what changes, and what it costs; needs no database",
    _add_arguments,
    _run,
)
