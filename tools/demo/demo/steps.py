"""What somebody does by HTTP, step by step, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx


@dataclass(frozen=True)
class Step:
    """One thing that somebody does. No `problem`: it went as it should."""

    title: str
    problem: str | None = None


class StepError(Exception):
    """A step did not go as it should; the text says what was seen instead."""


async def take(steps: Sequence[tuple[str, Callable[[], Awaitable[None]]]]) -> Sequence[Step]:
    """Take every step in turn; after one that failed the others are not taken."""
    done: list[Step] = []
    for title, act in steps:
        if done and done[-1].problem:
            done.append(Step(title, "not tried"))
            continue
        try:
            await act()
        except (StepError, httpx.HTTPError) as error:
            done.append(Step(title, str(error) or type(error).__name__))
        else:
            done.append(Step(title))
    return done


def expect(answer: httpx.Response, status: HTTPStatus) -> None:
    """Raise `StepError` when `answer` has another status."""
    if answer.status_code != status:
        raise StepError(f"{answer.request.url.path} answered {answer.status_code} instead of {status}")
