"""Confirmations: what changes in a policy and from when, and that a policy ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from contracts.policy import PolicyTerms
from policy_svc.documents import words
from policy_svc.documents.described import cover_name, covers, deductible, insured, product_name, why_it_ends_then
from policy_svc.documents.sheet import Sheet, Table
from policy_svc.documents.subject import Subject, beginning, not_right, policy_facts
from policy_svc.domain.cancellation import Ending

_A_DAY = timedelta(days=1)


def change_confirmation(subject: Subject, before: PolicyTerms, after: PolicyTerms) -> Sheet:
    """Return what is different on `subject.on` and after."""
    write, day = subject.write, subject.write.day(subject.on)
    return Sheet(
        **beginning(subject),
        title=write(words.CHANGE),
        introduction=(
            write(words.CHANGE_INTRODUCTION, product=product_name(subject.policy.kind, after, write), day=day),
        ),
        facts=(policy_facts(subject, after),),
        tables=(_changes(subject, before, after), *_premiums(subject, before, after)),
        notes=(
            write(words.NOTE_LOSSES_BEFORE, day=day),
            write(words.NOTE_CONDITIONS, version=after.product_version),
            not_right(subject),
        ),
    )


def _changes(subject: Subject, before: PolicyTerms, after: PolicyTerms) -> Table:
    was, becomes = _told(subject, before), _told(subject, after)
    return _compared(subject, subject.write(words.WHAT_CHANGES), was, becomes, only_differences=True)


def _told(subject: Subject, terms: PolicyTerms) -> Mapping[str, str]:
    """Return all that terms say, value by label."""
    write = subject.write
    facts = insured(terms, write)
    return dict(
        (
            *(facts.rows if facts is not None else ()),
            *covers(subject.policy.kind, terms, write),
            (write(words.DEDUCTIBLE), deductible(terms, write)),
            (write(words.CONDITIONS), terms.product_version),
        )
    )


def _premiums(subject: Subject, before: PolicyTerms, after: PolicyTerms) -> Iterator[Table]:
    if before.premium is None or after.premium is None:
        return
    # Of a change of a premium that was given, often only the new total is known: no part of it was taken away.
    are_told = before.premium.parts and after.premium.parts
    was, becomes = (_parts(subject, before), _parts(subject, after)) if are_told else ({}, {})
    table = _compared(subject, subject.write(words.PREMIUM_A_YEAR), was, becomes, only_differences=False)
    euros = subject.write.euros
    total = (subject.write(words.TOTAL), euros(before.premium.a_year_cents), euros(after.premium.a_year_cents))
    note = subject.write(words.PREMIUM_IS_ESTIMATE) if after.premium.is_estimate else ""
    yield Table(heading=table.heading, columns=table.columns, rows=table.rows, total=total, note=note)


def _parts(subject: Subject, terms: PolicyTerms) -> Mapping[str, str]:
    parts = terms.premium.parts if terms.premium is not None else ()
    write = subject.write
    return {cover_name(part.code, terms, write): write.euros(part.amount_cents) for part in parts}


def _compared(
    subject: Subject, heading: str, was: Mapping[str, str], becomes: Mapping[str, str], *, only_differences: bool
) -> Table:
    write = subject.write
    labels = dict.fromkeys((*was, *becomes))
    rows = tuple(
        (label, was.get(label, write(words.NOTHING)), becomes.get(label, write(words.NOTHING))) for label in labels
    )
    return Table(
        heading=heading,
        columns=(
            write(words.PART),
            write(words.UNTIL, day=write.day(subject.on - _A_DAY)),
            write(words.FROM, day=write.day(subject.on)),
        ),
        rows=tuple(row for row in rows if row[1] != row[2]) if only_differences else rows,
    )


def cancellation_confirmation(subject: Subject, last: PolicyTerms, ending: Ending) -> Sheet:
    """Return that nothing is insured on `subject.on` and after, and by which rule, in the words of the preview.

    `last` are the terms that end then.
    """
    write, kind = subject.write, subject.policy.kind
    day, last_day = write.day(subject.on), write.day(subject.on - _A_DAY)
    facts = (policy_facts(subject, last), insured(last, write))
    return Sheet(
        **beginning(subject),
        title=write(words.CANCELLATION),
        introduction=(
            write(words.CANCELLATION_INTRODUCTION, product=product_name(kind, last, write), last_day=last_day),
            why_it_ends_then(ending, write),
        ),
        facts=tuple(each for each in facts if each is not None),
        tables=(
            Table(
                heading=write(words.WHAT_ENDS),
                columns=(write(words.COVER), write(words.UNTIL, day=last_day), write(words.FROM, day=day)),
                rows=tuple((name, is_insured, write(words.NO)) for name, is_insured in covers(kind, last, write)),
            ),
        ),
        notes=(write(words.NOTE_REPORT_LATER, day=day), not_right(subject)),
    )
