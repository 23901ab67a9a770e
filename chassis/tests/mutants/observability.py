"""Mutants of what watches: queries that ask for nothing, alerts without a page, figures that are added up twice."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_observability = partial(Mutant, package="observability")

MUTANTS = (
    _observability(
        "observability: a panel asks for a metric that was renamed",
        "dashboards/storm.py",
        'queries=(Query("max(outbox_oldest_age_seconds)"),)',
        'queries=(Query("max(outbox_age_seconds)"),)',
        "test_queries.py::test_a_query_asks_for_what_there_is[storm: Oldest unsent event]",
    ),
    _observability(
        "observability: an alert waits for a value that nothing says",
        "rules/platform.py",
        '{{result="dead_lettered"}}[15m]',
        '{{result="dead-lettered"}}[15m]',
        "test_queries.py::test_a_query_asks_for_what_there_is[DeadLettersPour]",
    ),
    _observability(
        "observability: a mail server that is away is looked for under another name",
        "rules/messages.py",
        '_is_away("mail server|',
        '_is_away("mailserver|',
        "test_queries.py::test_a_query_asks_for_what_there_is[ProviderAway]",
    ),
    _observability(
        "observability: a line is drawn over a time in which nothing was measured",
        "picture.py",
        " or moment - piece[-1][0] > 1.5 * step_seconds):",
        "):",
        "test_picture.py::test_a_gap_in_the_data_is_a_gap_in_the_line[nothing was measured-lines]",
    ),
    _observability(
        "observability: an alert has no runbook",
        "rules/rain.py",
        'name="RainLate"',
        'name="RainIsLate"',
        "test_runbooks.py::test_every_alert_has_a_runbook_and_every_runbook_an_alert",
    ),
    _observability(
        "observability: a file that is written no more stays",
        "generated.py",
        "for file in {*wanted, *found} if",
        "for file in wanted if",
        "test_generated.py::test_a_file_that_is_changed_missing_or_written_no_more_is_named_and_mended",
    ),
    _observability(
        "observability: panels lie on each other",
        "dashboards/layout.py",
        "            y += height\n",
        "            y += 4\n",
        "test_generated.py::test_panels_fill_their_lines_and_cover_no_other[storm]",
    ),
)
