"""What the demo leaves behind, for people and for other tools."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from demo.observer import Seen


def prepare(directory: Path) -> None:
    """Empty the directory of what an earlier run left."""
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "proofs").mkdir(parents=True)


def write_decisions(path: Path, seen: Seen) -> None:
    """Write every decision as read off Kafka, one CloudEvent in JSON format a line."""
    with path.open("w") as file:
        for decisions in seen.decisions.values():
            for received in decisions:
                event = {
                    "specversion": "1.0",
                    "id": received.event_id,
                    "source": received.source,
                    "type": "nl.waterschade.claims.decision-made.v1",
                    "time": received.time.isoformat(),
                    "datacontenttype": "application/json",
                    "traceparent": received.traceparent,
                    "data": received.event.model_dump(mode="json"),
                }
                file.write(json.dumps(event) + "\n")


def check_proofs(directory: Path, seen: Seen) -> list[str]:
    """Return which decisions have no proof file with the hash the decision names."""
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.glob("*.json")}
    return [
        f"no proof with hash {received.event.proof_sha256[:12]}… for {received.event.claim_reference}"
        for decisions in seen.decisions.values()
        for received in decisions
        if received.event.proof_sha256 not in hashes
    ]
