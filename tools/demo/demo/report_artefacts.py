"""Reads back what a run of the demo left behind: the report page knows these files and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.claims import DecisionMade
from contracts.dead_letters import MessageDeadLettered
from contracts.loss_reports import DamageItem, LossFacts
from contracts.weather import RainfallAssessed
from demo.outcome import StoryOutcome
from demo.report_messages import Letter, letters_in, texts_in
from demo.report_trace import Span

STORIES_FILE = "stories.json"


@dataclass(frozen=True)
class Proof:
    """What a decision rests on, as far as the page shows it."""

    file_name: str
    facts: LossFacts
    damage: tuple[DamageItem, ...]
    rain: RainfallAssessed | None


@dataclass(frozen=True)
class StoryRecord:
    """How a story was judged. `settlements` maps a channel to what became of its message."""

    title: str
    report_id: str
    deliveries: int
    problems: tuple[str, ...]
    settlements: Mapping[str, str]


@dataclass(frozen=True)
class ClaimRecord:
    """Everything a run left behind about one story; without a decision there is little."""

    story: StoryRecord
    decision: DecisionMade | None = None
    proof: Proof | None = None
    letters: tuple[Letter, ...] = ()
    texts: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class RunRecord:
    """Everything a run left behind."""

    claims: tuple[ClaimRecord, ...]
    dead_letters: tuple[MessageDeadLettered, ...]
    malformed_problems: tuple[str, ...]


def write_stories(
    directory: Path,
    *,
    outcomes: Sequence[StoryOutcome],
    dead_letters: Sequence[MessageDeadLettered],
    malformed_problems: Sequence[str],
) -> None:
    """Keep how every story was judged, beside the other artefacts."""
    stories = [
        {
            "title": one.story.title,
            "report_id": str(one.story.report_id),
            "deliveries": one.story.deliveries,
            "problems": one.problems,
            "settlements": {channel.value: message.settlement.value for channel, message in one.messages.items()},
        }
        for one in outcomes
    ]
    content = {
        "stories": stories,
        "malformed_problems": list(malformed_problems),
        "dead_letters": [message.model_dump(mode="json") for message in dead_letters],
    }
    (directory / STORIES_FILE).write_text(json.dumps(content, indent=1))


def read_run(directory: Path) -> RunRecord:
    """Read all artefacts below `directory`."""
    kept = json.loads((directory / STORIES_FILE).read_text())
    stories = [StoryRecord(**{**entry, "problems": tuple(entry["problems"])}) for entry in kept["stories"]]
    decisions = _decisions(directory / "decisions.jsonl")
    received = _Received(
        letters=letters_in(directory / "mailbox"),
        texts=texts_in(_lines(directory / "sms.jsonl")),
        spans=tuple(Span.from_line(line) for line in _lines(directory / "traces.jsonl")),
    )
    return RunRecord(
        claims=tuple(_claim(directory, story, decisions.get(story.report_id), received) for story in stories),
        dead_letters=tuple(MessageDeadLettered.model_validate(entry) for entry in kept["dead_letters"]),
        malformed_problems=tuple(kept["malformed_problems"]),
    )


@dataclass(frozen=True)
class _Received:
    """What the outside world received in the whole run."""

    letters: tuple[Letter, ...]
    texts: tuple[str, ...]
    spans: tuple[Span, ...]


def _claim(
    directory: Path, story: StoryRecord, decided: tuple[DecisionMade, str] | None, received: _Received
) -> ClaimRecord:
    if decided is None:
        return ClaimRecord(story)
    decision, trace_id = decided
    reference = decision.claim_reference
    return ClaimRecord(
        story,
        decision,
        _proof(directory / "proofs" / f"{reference}-v{decision.claim_version}.json"),
        tuple(letter for letter in received.letters if reference in letter.subject),
        tuple(text for text in received.texts if reference in text),
        tuple(span for span in received.spans if span.trace_id == trace_id),
    )


def _decisions(path: Path) -> dict[str, tuple[DecisionMade, str]]:
    """Return the last decision on each report, with the id of its trace."""
    decisions = {}
    for event in map(json.loads, path.read_text().splitlines()):
        decision = DecisionMade.model_validate(event["data"])
        decisions[str(decision.report_id)] = decision, (event["traceparent"] or "")[3:35]
    return decisions


def _proof(path: Path) -> Proof | None:
    if not path.exists():
        return None
    basis = json.loads(path.read_text())["basis"]
    return Proof(
        file_name=path.name,
        facts=LossFacts.model_validate(basis["facts"]),
        damage=tuple(DamageItem.model_validate(item) for item in basis["damage"]),
        rain=RainfallAssessed.model_validate(basis["rain"]) if basis["rain"] else None,
    )


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
