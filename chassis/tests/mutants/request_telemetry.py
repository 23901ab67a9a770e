"""Mutants of what a request leaves behind: its trace, its span, its line, its figures."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, *, sound: str, broken: str, guard: str) -> Mutant:
    test = f"door/test_request_telemetry.py::{guard}"
    return Mutant(f"request: {name}", "http/telemetry.py", sound, broken, test)


MUTANTS = (
    _mutant(
        "of two traces the first is believed",
        sound=" if len(found) == 1 else None",
        broken=" if found else None",
        guard="test_what_is_no_traceparent_begins_a_trace_of_its_own[two]",
    ),
    _mutant(
        "a traceparent is believed unread",
        sound='read_traceparent(found[0].decode("latin-1"))',
        broken='found[0].decode("latin-1")',
        guard="test_what_is_no_traceparent_begins_a_trace_of_its_own[no-trace]",
    ),
    _mutant(
        "what follows from it is no part of its span",
        sound="        return context_of(span)\n",
        broken="        return parent\n",
        guard="test_what_follows_from_a_request_is_published_in_its_trace",
    ),
    _mutant(
        "its path is told",
        sound="URL_PATH: _UNKNOWN_PATH",
        broken='URL_PATH: scope["path"]',
        guard="test_what_no_route_answers_is_told_by_its_method_alone",
    ),
    _mutant(
        "any word is a method",
        sound='scope["method"] if scope["method"] in _METHODS else _OTHER',
        broken='scope["method"]',
        guard="test_a_method_that_nobody_knows_is_one_of_the_others",
    ),
    _mutant(
        "a refusal is a failure of the service",
        sound="        if status >= _SERVER_ERROR:\n",
        broken="        if status > 0:\n",
        guard="test_only_errors_of_the_service_mark_the_span[404-None]",
    ),
    _mutant(
        "a failure that nobody answered has no status",
        sound="status = status or _SERVER_ERROR",
        broken="status = status or None",
        guard="test_a_failure_that_nobody_answered_is_a_500_and_goes_on",
    ),
    Mutant(
        "request: FastAPI records paths and the texts of errors by itself",
        "http/api.py",
        '"tracing": False',
        '"tracing": True',
        "door/test_request_telemetry.py::test_fastapi_records_nothing_beside_it",
    ),
    Mutant(
        "request: a traceparent of a later version is none",
        "envelope.py",
        '(?:-.*)?"\n',
        '"\n',
        "test_envelope.py::test_a_traceparent_of_a_later_version_goes_on_as_one_of_this",
        package="contracts",
    ),
    Mutant(
        "request: its caller decides whether it is recorded",
        "telemetry/tracing.py",
        ", decides_anew=True)",
        ")",
        "door/test_request_telemetry.py::test_whether_a_request_is_recorded_is_not_for_its_caller_to_say",
    ),
    Mutant(
        "request: its caller chooses an id that is always recorded",
        "telemetry/spans.py",
        "ids.generate_trace_id() if decides_anew else trace_id\n",
        "trace_id\n",
        "door/test_request_telemetry.py::test_a_trace_id_that_every_sampler_takes_is_not_taken_for_it",
    ),
    _mutant(
        "who is not traced here is recorded elsewhere as the caller likes",
        sound="parent and unsampled(parent)",
        broken="parent",
        guard="test_without_a_collector_the_callers_trace_goes_on_unrecorded",
    ),
    _mutant(
        "each refusal is a line",
        sound="if is_refusal else {}",
        broken="if False else {}",
        guard="test_refusals_are_a_few_lines_a_second_and_a_count",
    ),
)
