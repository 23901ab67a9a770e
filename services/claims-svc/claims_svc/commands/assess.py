"""`claims-svc assess`: what would be decided about a loss in a file; nothing is stored or published."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from chassis.service import Command, Runtime
from claims_svc.flows.assessing import TooMuchDamageError, assess
from claims_svc.routes.assessing import AssessmentView
from contracts.codec import text_of
from contracts.loss_reports import LossReported, ReportChannel
from contracts.malformed_reasons import explain
from contracts.validation import read_from_outside

DONE, REFUSED = 0, 1


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="JSON as on claims.loss-reported.v1; report_id, channel and reported_at may be left out",
    )


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    path: Path = arguments.file
    async with runtime.transaction() as work:
        try:
            given = msgspec.json.decode(_bytes_of(path), type=dict[str, msgspec.Raw])
            now = text_of(work.now)
            usual = {"report_id": text_of(uuid7()), "channel": ReportChannel.PHONE, "reported_at": now}
            report = read_from_outside(LossReported, msgspec.json.encode({**usual, **given}))
            tried = await assess(work.connection, report, now=work.now)
        except OSError as error:
            return _refuse(path, f"cannot be read: {error.strerror}")
        except msgspec.DecodeError as error:
            return _refuse(path, f"is no JSON object: {error}")
        except ValidationError as error:
            return _refuse(path, explain(error)[1])
        except TooMuchDamageError:
            return _refuse(path, "damage: must be at most a billion euros, together with that of the same event")
    sys.stdout.write(AssessmentView.of(tried).model_dump_json(indent=2) + "\n")
    return DONE


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def _refuse(path: Path, complaint: str) -> int:
    sys.stderr.write(f"{path.name}: {complaint}\n")
    return REFUSED


ASSESS = Command("assess", "Try what would be decided about a loss, for every kind of rain", _add_arguments, _run)
