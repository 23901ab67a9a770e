"""What the demo leaves behind, for people and for other tools."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.codec import to_json
from demo.observer import Observed


@contextmanager
def output_directory(wanted: Path) -> Iterator[Path]:
    """Empty `wanted` and hold it for this demo; while another demo holds it, `wanted-2` and so on."""
    directory, descriptor = _first_free(wanted)
    try:
        for entry in directory.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        for kind in ("proofs", "letters"):
            (directory / kind).mkdir()
        yield directory
    finally:
        os.close(descriptor)


def _first_free(wanted: Path) -> tuple[Path, int]:
    names = itertools.chain([wanted.name], (f"{wanted.name}-{number}" for number in itertools.count(2)))
    while True:
        directory = wanted.with_name(next(names))
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return directory, descriptor


def write_decisions(path: Path, observed: Observed) -> None:
    """Write every decision as read off Kafka, one CloudEvent in JSON format a line."""
    with path.open("w") as file:
        for decisions in observed.decisions.values():
            for received in decisions:
                event = {
                    "specversion": "1.0",
                    "id": received.event_id,
                    "source": received.source,
                    "type": "nl.waterschade.claims.decision-made.v1",
                    "time": received.time.isoformat(),
                    "datacontenttype": "application/json",
                    "traceparent": received.traceparent,
                    "data": json.loads(to_json(received.event)),
                }
                file.write(json.dumps(event) + "\n")


def check_proofs(directory: Path, observed: Observed) -> list[str]:
    """Return which decisions have no proof file with the hash the decision names."""
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.glob("*.json")}
    return [
        f"no proof with hash {received.event.proof_sha256[:12]}… for {received.event.claim_reference}"
        for decisions in observed.decisions.values()
        for received in decisions
        if received.event.proof_sha256 not in hashes
    ]
