"""How settled requests are counted and published."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chassis.unit_of_work import Work
from contracts.notify import RequestSettled
from notify_svc.domain.requests import REQUEST_SETTLEMENTS, RequestState
from notify_svc.metrics import REQUEST_SECONDS, REQUESTS_SETTLED
from notify_svc.repository.requests import SettledRequest


def publish_settled_requests(work: Work, settled: Sequence[SettledRequest]) -> None:
    """Publish how each of `settled` ended, in its own trace, and count them once that is committed."""
    work.after_commit(partial(_count, settled, work=work))
    for request in settled:
        work.publish(
            RequestSettled(
                request_id=request.request_id,
                customer_id=request.customer_id,
                occasion=request.occasion,
                channel=request.channel,
                settlement=REQUEST_SETTLEMENTS[request.state],
                attempts=request.attempts,
            ),
            trace=request.trace,
        )


def _count(settled: Sequence[SettledRequest], *, work: Work) -> None:
    for request in settled:
        REQUESTS_SETTLED.labels(request.occasion.value, request.state.value).inc()
        if request.state is RequestState.SENT:
            REQUEST_SECONDS.labels(request.priority.value).observe((work.now - request.occurred_at).total_seconds())
