"""The whole story of a claim, gathered from the services that each know a part of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from water.access import UsageError
from water.services import LETTERS, Listed, Missing, Services

CLAIMS, NOTIFY = "claims-svc", "notify-svc"
_REFERENCE: Final = re.compile(r"W[0-9A-HJKMNP-TV-Z]{10}")
_POLICY: Final = re.compile(r"[0-9]{1,9}-[0-9]{3}-[0-9]{2}")


@dataclass(kw_only=True)
class Story:
    """What is known of what was asked for. `claims` are several only where a policy has several.

    `overview`, `timeline` and `messages` are of the one claim. `dead_letters` each name their service. `missing` says
    which part of the story was not told.
    """

    asked: str
    claims: Sequence[Mapping[str, Any]] = ()
    overview: Mapping[str, Any] | None = None
    timeline: Sequence[Mapping[str, Any]] = ()
    messages: Sequence[Mapping[str, Any]] = ()
    dead_letters: list[Mapping[str, Any]] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    """The lists of which only the first five thousand are told."""

    @property
    def is_found(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.claims or self.dead_letters)

    @property
    def trace_ids(self) -> Sequence[str]:
        """All traces in which it can be followed, the first first."""
        told = [self.overview or {}, *self.timeline, *self.messages, *self.dead_letters]
        return list(dict.fromkeys(each["trace_id"] for each in told if each.get("trace_id")))

    def told(self) -> Mapping[str, Any]:
        """Return it for programs."""
        return {
            "asked": self.asked,
            "claims": self.claims,
            "claim": self.overview,
            "timeline": self.timeline,
            "messages": self.messages,
            "dead_letters": self.dead_letters,
            "trace_ids": self.trace_ids,
            "missing": [missing.told() for missing in self.missing],
            "cut": sorted(self.cut),
        }


async def gather_story(services: Services, asked: str) -> Story:
    """Return the story of a claim by its reference, its id, the id of a report or the number of a policy.

    Raises:
        UsageError: it is none of these.
    """
    story = Story(asked=asked)
    searches = _searches(asked)
    found = await asyncio.gather(*(services.get_all(CLAIMS, "/claims", **known) for known in searches))
    for claims in found:
        if isinstance(claims, Missing):
            story.missing.append(claims)
            break
        story.cut |= {"claims"} if claims.more else set()
        story.claims = [*story.claims, *(claim for claim in claims.items if claim not in story.claims)]
    about = {asked.lower() if _is_uuid(asked) else asked}
    if len(story.claims) == 1:
        about |= await _tell_claim(services, story, reference=story.claims[0]["reference"])
    for answers in await asyncio.gather(*(_letters(services, each) for each in sorted(about))):
        story.dead_letters += [letter for letter in answers.letters if letter not in story.dead_letters]
        story.missing += [missing for missing in answers.missing if missing not in story.missing]
        story.cut |= {f"dead letters of {service}" for service in answers.cut}
    return story


def _searches(asked: str) -> Sequence[Mapping[str, str]]:
    if _REFERENCE.fullmatch(asked.upper()):
        return [{"reference": asked.upper()}]
    if _POLICY.fullmatch(asked):
        return [{"policy_number": asked}]
    if _is_uuid(asked):
        return [{"claim_id": asked}, {"report_id": asked}]
    raise UsageError(
        f"{asked} is no reference (W7XK2M9QD4T), no id of a report or claim (a UUID) and no policy (123456-531-04)"
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _tell_claim(services: Services, story: Story, *, reference: str) -> set[str]:
    """Fill in what is known of the one claim; return its id and those of its reports."""
    overview, timeline = await asyncio.gather(
        services.get(CLAIMS, f"/claims/{reference}/overview"), services.get_all(CLAIMS, f"/claims/{reference}/timeline")
    )
    if isinstance(timeline, Missing):
        story.missing.append(timeline)
    else:
        story.timeline = timeline.items
        story.cut |= {"timeline"} if timeline.more else set()
    if isinstance(overview, Missing):
        story.missing.append(overview)
        return set()
    story.overview = overview
    messages = await services.get(NOTIFY, "/operations/messages", claim_id=overview["claim_id"])
    if isinstance(messages, Missing):
        story.missing.append(messages)
    else:
        story.messages = messages["messages"]
    return {overview["claim_id"], *(report["report_id"] for report in overview["reports"])}


@dataclass(frozen=True, slots=True)
class _Letters:
    letters: Sequence[Mapping[str, Any]]
    missing: Sequence[Missing]
    cut: Sequence[str]
    """The services that have more of them."""


async def _letters(services: Services, about: str) -> _Letters:
    """Return the dead letters about something, closed ones too: a report that was rejected is found by them."""
    answers = await services.lists_of_each(LETTERS, about=about, closed="true")
    letters = [
        {"service": service, **letter}
        for service, found in answers.items()
        if not isinstance(found, Missing)
        for letter in found.items
    ]
    return _Letters(
        letters,
        missing=[answer for answer in answers.values() if isinstance(answer, Missing)],
        cut=[service for service, found in answers.items() if isinstance(found, Listed) and found.more],
    )
