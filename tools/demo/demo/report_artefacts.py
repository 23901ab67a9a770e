"""Reads back what a run of the demo left behind: the report page knows these files and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from contracts.claims import DecisionMade
from contracts.codec import to_json
from contracts.dead_letters import MessageDeadLettered
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import Fact
from contracts.weather import RainfallAssessed
from demo.outcome import RefusalOutcome, StoryOutcome
from demo.report_messages import Email, Letter, emails_in, letters_in, texts_in
from demo.report_trace import Span

STORIES_FILE = "stories.json"


@dataclass(frozen=True)
class Proof:
    """What a decision rests on, as far as the page shows it."""

    file_name: str
    facts: LossFacts
    damage: tuple[DamageItem, ...]
    rain: RainfallAssessed | None

    @property
    def facts_given(self) -> Mapping[str, Fact]:
        return {name: fact for name, fact in msgspec.structs.asdict(self.facts).items() if fact is not None}


@dataclass(frozen=True)
class StoryRecord:
    """How a story was judged. `settlements` maps a channel to what became of its message."""

    title: str
    report_ids: tuple[str, ...]
    deliveries: int
    problems: tuple[str, ...]
    settlements: Mapping[str, str]


@dataclass(frozen=True)
class RefusalRecord:
    """How a record that cannot be processed was judged."""

    title: str
    anchor: str
    reason_code: str
    dead_letter: MessageDeadLettered | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class ClaimRecord:
    """Everything a run left behind about one story; without a decision there is little. The last version counts."""

    story: StoryRecord
    versions: tuple[DecisionMade, ...] = ()
    proof: Proof | None = None
    emails: tuple[Email, ...] = ()
    texts: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def decision(self) -> DecisionMade | None:
        """The decision that stands."""
        return self.versions[-1] if self.versions else None


@dataclass(frozen=True)
class RunRecord:
    """Everything a run left behind."""

    claims: tuple[ClaimRecord, ...]
    refusals: tuple[RefusalRecord, ...]
    unexpected_dead_letters: tuple[str, ...]


def write_stories(
    directory: Path,
    *,
    outcomes: Sequence[StoryOutcome],
    refusals: Sequence[RefusalOutcome],
    unexpected_dead_letters: Sequence[str],
) -> None:
    """Keep how every story was judged, beside the other artefacts."""
    content = {
        "stories": [
            {
                "title": one.story.title,
                "report_ids": sorted(map(str, one.story.report_ids)),
                "deliveries": one.story.deliveries,
                "problems": one.problems,
                "settlements": {channel.value: message.settlement.value for channel, message in one.messages.items()},
            }
            for one in outcomes
        ],
        "refusals": [
            {
                "title": one.refusal.title,
                "reason_code": one.refusal.reason_code,
                "dead_letter": one.dead_letter and json.loads(to_json(one.dead_letter)),
                "problems": one.problems,
            }
            for one in refusals
        ],
        "unexpected_dead_letters": list(unexpected_dead_letters),
    }
    (directory / STORIES_FILE).write_text(json.dumps(content, indent=1))


def read_run(directory: Path) -> RunRecord:
    """Read all artefacts below `directory`."""
    kept = json.loads((directory / STORIES_FILE).read_text())
    stories = [
        StoryRecord(**{**entry, "report_ids": tuple(entry["report_ids"]), "problems": tuple(entry["problems"])})
        for entry in kept["stories"]
    ]
    decided = list(_decisions(directory / "decisions.jsonl"))
    received = _Received(
        emails=emails_in(directory / "mailbox"),
        texts=texts_in(_lines(directory / "sms.jsonl")),
        letters=letters_in(directory / "letters"),
        spans=tuple(Span.from_line(line) for line in _lines(directory / "traces.jsonl")),
    )
    return RunRecord(
        claims=tuple(
            _claim(directory, story, [one for one in decided if str(one.event.report_id) in story.report_ids], received)
            for story in stories
        ),
        refusals=tuple(_refusal(number, entry) for number, entry in enumerate(kept["refusals"], start=1)),
        unexpected_dead_letters=tuple(kept["unexpected_dead_letters"]),
    )


def _refusal(number: int, entry: Mapping[str, Any]) -> RefusalRecord:
    letter = entry["dead_letter"]
    return RefusalRecord(
        title=entry["title"],
        anchor=f"refused-{number}",
        reason_code=entry["reason_code"],
        dead_letter=letter and msgspec.convert(letter, MessageDeadLettered),
        problems=tuple(entry["problems"]),
    )


@dataclass(frozen=True)
class _Received:
    """What the outside world received in the whole run."""

    emails: tuple[Email, ...]
    texts: tuple[str, ...]
    letters: tuple[Letter, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Decided:
    """One decision as it was published."""

    event: DecisionMade
    trace_id: str


def _claim(directory: Path, story: StoryRecord, decided: Sequence[_Decided], received: _Received) -> ClaimRecord:
    if not decided:
        return ClaimRecord(story)
    versions = tuple(sorted((one.event for one in decided), key=lambda decision: decision.claim_version))
    last = versions[-1]
    reference = last.claim_reference
    traces = {one.trace_id for one in decided}
    return ClaimRecord(
        story=story,
        versions=versions,
        proof=_proof(directory / "proofs" / f"{reference}-v{last.claim_version}.json"),
        emails=tuple(email for email in received.emails if reference in email.subject),
        texts=tuple(text for text in received.texts if reference in text),
        letters=tuple(letter for letter in received.letters if reference in letter.text),
        spans=tuple(span for span in received.spans if span.trace_id in traces),
    )


def _decisions(path: Path) -> Iterator[_Decided]:
    for event in map(json.loads, path.read_text().splitlines()):
        yield _Decided(msgspec.convert(event["data"], DecisionMade), trace_id=(event["traceparent"] or "")[3:35])


def _proof(path: Path) -> Proof | None:
    if not path.exists():
        return None
    basis = json.loads(path.read_text())["basis"]
    return Proof(
        file_name=path.name,
        facts=msgspec.convert(basis["facts"], LossFacts),
        damage=msgspec.convert(basis["damage"], tuple[DamageItem, ...]),
        rain=msgspec.convert(basis["rain"], RainfallAssessed | None),
    )


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
