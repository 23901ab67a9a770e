"""The story of a claim as a page to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType

from water.claim_story import Story
from water.page import NOTHING, euros, facts, fate, millimetres, moment, table, text, words
from water.services import Missing


def show(console: Console, story: Story) -> None:
    """Print everything that is known, and which part is not."""
    if story.overview is not None:
        for title, part in _sections(story.overview):
            _section(console, title, part)
    elif story.claims:
        _section(console, f"Claims of {story.asked}", _claims(story.claims))
    if story.timeline:
        _section(console, "What happened", _timeline(story.timeline))
    if story.overview is not None:
        _section(console, "Messages", _messages(story.messages) if story.messages else text("none"))
    if story.dead_letters:
        _section(console, "Dead letters", _letters(story.dead_letters))
    if story.trace_ids:
        _section(console, "Traces", text("\n".join(story.trace_ids)))
    if story.missing:
        _section(console, "Not told", _missing(story.missing))
    for sentence in next_steps(story):
        console.print(text(sentence, style="bold"))


def next_steps(story: Story) -> Iterable[str]:
    """Return what somebody on call does next."""
    if len(story.claims) > 1:
        yield "The whole story of one: water claim REFERENCE"
    for letter in story.dead_letters:
        if letter["replayed_at"] is None and letter["discarded_at"] is None:
            yield f"Read what could not be processed: water dead-letters show {letter['id']}"


def _section(console: Console, title: str, part: RenderableType) -> None:
    console.print(text(title, style="bold underline"))
    console.print(part)
    console.print()


def _sections(claim: Mapping[str, Any]) -> Iterable[tuple[str, RenderableType]]:
    yield f"Claim {claim['reference']}", facts(_where_it_stands(claim))
    yield (
        "Facts",
        table(("fact", "value", "by"), [(one["name"], one["value"], one["source"]) for one in claim["facts"]]),
    )
    yield (
        "Damage",
        table(
            ("kind", "amount", "by", "outcome", "ground"),
            [
                (
                    words(one["kind"]),
                    euros(one["amount_cents"]),
                    one["estimated_by"],
                    one["outcome"],
                    words(one["ground"]),
                )
                for one in claim["items"]
            ],
        ),
    )
    yield "Rain", _rain(claim)
    if claim["claim_version"]:
        yield f"Decision {claim['claim_version']}", _findings(claim)
        yield "Money", _money(claim)


def _where_it_stands(claim: Mapping[str, Any]) -> Mapping[str, object]:
    awaited = claim["person_awaited"]
    person = awaited and (
        f"{', '.join(words(cause) for cause in awaited['causes'])}, since {moment(awaited['since'])}, "
        f"to be taken up by {moment(awaited['due_at'])}, {'taken' if awaited['is_taken'] else 'not taken yet'}"
    )
    return {
        "state": words(claim["state"]),
        "outcome": f"{words(claim['outcome'])} ({words(claim['deciding_ground'])})" if claim["outcome"] else None,
        "to be paid": euros(claim["payable_cents"]),
        "claim id": claim["claim_id"],
        "policy": f"{claim['policy_number']}, version {claim['policy_version'] or 'unknown'}",
        "loss": f"{moment(claim['loss_from_at'])} to {moment(claim['loss_until_at'])}",
        "opened": moment(claim["opened_at"]),
        "reports": "\n".join(
            f"{report['report_id']} by {report['channel']}, {moment(report['reported_at'])}"
            for report in claim["reports"]
        ),
        "waits until": moment(claim["waits_until"]),
        "waits for somebody": person or None,
        "promised": "\n".join(_promise(promise) for promise in claim["promises"]) or None,
        "possible duplicate of": claim["possible_duplicate_of"],
        "joined to": claim["joined_to"],
    }


def _promise(promise: Mapping[str, Any]) -> str:
    ends = (("broken", promise["broken_at"]), ("kept", promise["kept_at"]))
    how = next((f"{name} {moment(at)}" for name, at in ends if at is not None), "still open")
    return f"by {moment(promise['due_at'])}: {how}"


def _rain(claim: Mapping[str, Any]) -> RenderableType:
    rain = claim["rain"]
    if rain is None:
        return text("asked, and not answered yet" if claim["rain_asked"] else "not asked")
    rows = [
        (
            f"{station['name']} ({station['network']} {station['number']})",
            words(window["reading"]),
            _with(window["establishment"], window["undetermined_reason"]),
            millimetres(window["sum_tenths_mm"]),
            f"{millimetres(window['at_least_tenths_mm'])} in {window['within_hours']} h",
            station["quality"],
            "final" if rain["final"] else f"open until {moment(rain['settled_by'])}",
        )
        for station in rain["stations"]
        for window in station["windows"]
    ]
    return table(("station", "for", "established", "fell", "asked", "figures", "answer"), rows)


def _with(told: str, reason: str | None) -> str:
    return told if reason is None else f"{told}: {words(reason)}"


def _findings(claim: Mapping[str, Any]) -> RenderableType:
    rows = [
        (words(one["route"]), one["outcome"], words(one["decisive"]), "by fire" if one["by_fire"] else None)
        for one in claim["findings"]
    ]
    of_all = [("the claim", claim["outcome"], words(ground), None) for ground in claim["grounds"]]
    return table(("water", "outcome", "decided by", ""), [*rows, *of_all])


def _money(claim: Mapping[str, Any]) -> RenderableType:
    steps = [(words(step["code"]), euros(step["amount_cents"]), None) for step in claim["money"]["steps"]]
    payments = [
        (
            f"payment {payment['state']}",
            euros(payment["amount_cents"]),
            _with(f"ordered {moment(payment['ordered_at'])}, ended {moment(payment['ended_at'])}", payment["failure"]),
        )
        for payment in claim["payments"]
    ]
    total = [("to be paid", euros(claim["payable_cents"]), None)]
    return table(("step", "amount", ""), [*steps, *total, *payments])


def _timeline(entries: Sequence[Mapping[str, Any]]) -> RenderableType:
    rows = [
        (
            moment(entry["at"]),
            words(entry["kind"]),
            entry["role"],
            " ".join(f"{name}={value}" for name, value in entry["details"].items()),
            (entry["trace_id"] or NOTHING)[:8],
        )
        for entry in entries
    ]
    return table(("at", "what", "by", "details", "trace"), rows)


def _messages(messages: Sequence[Mapping[str, Any]]) -> RenderableType:
    rows = [
        (
            moment(message["created_at"]),
            words(message["occasion"]),
            message["channel"],
            words(message["state"]) + (f", came back {message['bounced']}" if message["bounced"] else ""),
            message["attempts"],
            moment(message["settled_at"]),
            moment(message["due_at"]),
        )
        for message in messages
    ]
    return table(("created", "about", "by", "state", "attempts", "ended", "tried next"), rows)


def _letters(letters: Sequence[Mapping[str, Any]]) -> RenderableType:
    rows = [
        (
            moment(letter["dead_lettered_at"]),
            letter["service"],
            letter["id"],
            letter["code"],
            letter["reason"],
            fate(letter),
        )
        for letter in letters
    ]
    return table(("at", "by", "id", "code", "reason", "now"), rows)


def _claims(claims: Sequence[Mapping[str, Any]]) -> RenderableType:
    rows = [
        (
            claim["reference"],
            words(claim["state"]),
            moment(claim["opened_at"]),
            claim["outcome"],
            euros(claim["payable_cents"]),
        )
        for claim in claims
    ]
    return table(("reference", "state", "opened", "outcome", "to be paid"), rows)


def _missing(missing: Sequence[Missing]) -> RenderableType:
    return text("\n".join(one.reason for one in missing), style="red")
