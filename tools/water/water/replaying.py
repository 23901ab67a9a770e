"""Replays all dead letters that are open: page after page, each by a request that the service keeps on record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from water.page import complain, console, print_json, text
from water.services import LETTERS, Missing, Services, Told

_DONE, _FAILED, _NOT_REACHED = 0, 1, 2
_TOLD_EVERY: Final = 100


@dataclass
class _Outcome:
    """What became of those of one service."""

    replayed: list[str] = field(default_factory=list)
    failed: list[Mapping[str, str]] = field(default_factory=list)
    missing: Missing | None = None

    @property
    def code(self) -> int:
        """Exit code."""
        if self.missing is not None:
            return _NOT_REACHED
        return _FAILED if self.failed else _DONE

    def told(self) -> Mapping[str, Any]:
        """Return it for programs."""
        return {
            "replayed": self.replayed,
            "failed": self.failed,
            "missing": None if self.missing is None else self.missing.reason,
        }


async def replay_all(services: Services, *, of: Collection[str], chosen: Mapping[str, str], as_json: bool) -> int:
    """Replay what is open at the services `of`, all unless some are named, where it has what is `chosen`.

    One after another, in the order of their records: what fails again stays open and does not stop the others. A
    service that cannot be asked is left, and what it has replayed is told. Exit codes: 0 all were replayed, 1 some
    failed again, 2 a service could not be asked.
    """
    outcomes: dict[str, _Outcome] = {}
    for service in of or services.names:
        outcomes[service] = await _replay_of(services, service, chosen)
        if not as_json:
            _show(service, outcomes[service])
    if as_json:
        print_json({service: outcome.told() for service, outcome in outcomes.items()})
    return max((outcome.code for outcome in outcomes.values()), default=_DONE)


async def _replay_of(services: Services, service: str, chosen: Mapping[str, str]) -> _Outcome:
    outcome = _Outcome()
    async for letter in _open_ones(services, service):
        if isinstance(letter, Missing):
            outcome.missing = letter
        elif chosen.items() <= letter.items():
            await _replay_one(services, service, letter["id"], outcome)
        if outcome.missing is not None:
            complain(outcome.missing.reason)
            break
    return outcome


async def _replay_one(services: Services, service: str, dead_letter_id: str, outcome: _Outcome) -> None:
    answer = await services.post(service, f"{LETTERS}/{dead_letter_id}/replay")
    if not isinstance(answer, Missing):
        outcome.replayed.append(dead_letter_id)
    elif answer.is_refusal:
        outcome.failed.append({"id": dead_letter_id, "reason": answer.reason})
        complain(f"{dead_letter_id} was not replayed: {answer.reason}")
    else:
        outcome.missing = answer
        return
    if (done := len(outcome.replayed) + len(outcome.failed)) % _TOLD_EVERY == 0:
        complain(f"{service}: {done} so far")


async def _open_ones(services: Services, service: str) -> AsyncIterator[Told | Missing]:
    """Yield what is open, also behind the first five thousand; what is closed meanwhile shifts nothing."""
    async for page in services.pages(service, LETTERS, closed="false"):
        if isinstance(page, Missing):
            yield page
        else:
            for letter in page:
                yield letter


def _show(service: str, outcome: _Outcome) -> None:
    if outcome.replayed or outcome.failed:
        console().print(text(f"{service}: {len(outcome.replayed)} replayed, {len(outcome.failed)} failed again"))
    elif outcome.missing is None:
        console().print(text(f"{service}: nothing to replay"))
