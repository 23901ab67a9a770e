"""The policy schedule: what a policy insures on a day, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from contracts.policy import PolicyTerms, Premium
from policy_svc.documents import words
from policy_svc.documents.described import cover_name, covers, deductible, insured, product_name
from policy_svc.documents.sheet import Sheet, Table
from policy_svc.documents.subject import Subject, beginning, not_right, policy_facts
from policy_svc.domain.premium import a_month_cents
from policy_svc.domain.renewal import next_renewal
from policy_svc.domain.timeline import stretch

_A_DAY = timedelta(days=1)


def schedule(subject: Subject, terms: PolicyTerms) -> Sheet:
    """Return the schedule of the day on which `terms` are in force."""
    write, policy = subject.write, subject.policy
    facts = (policy_facts(subject, terms, *_duration(subject, terms)), insured(terms, write))
    return Sheet(
        **beginning(subject),
        title=write(words.SCHEDULE),
        introduction=(
            write(
                words.SCHEDULE_INTRODUCTION,
                product=product_name(policy.kind, terms, write),
                day=write.day(subject.on),
                version=str(policy.version),
                recorded=write.day(subject.recorded_on),
            ),
        ),
        facts=tuple(each for each in facts if each is not None),
        tables=tuple(_tables(subject, terms)),
        notes=tuple(_notes(subject, terms)),
    )


def _duration(subject: Subject, terms: PolicyTerms) -> Iterator[tuple[str, str]]:
    # Insurance after a break is new: of it nothing is told here, nor of what was before a break.
    write, periods = subject.write, stretch(subject.policy.terms, on=subject.on)
    yield write(words.INSURED_SINCE), write.day(periods[0].effective_on)
    if (renewed_on := next_renewal(periods, after=subject.on)) is not None:
        yield write(words.RENEWED_ON), write.day(renewed_on)
    if (ends_on := periods[-1].ends_on) is not None:
        yield write(words.LAST_DAY), write.day(ends_on - _A_DAY)
    yield write(words.DEDUCTIBLE), deductible(terms, write)
    yield write(words.CONDITIONS), terms.product_version


def _tables(subject: Subject, terms: PolicyTerms) -> Iterator[Table]:
    write = subject.write
    yield Table(
        heading=write(words.COVERS),
        columns=(write(words.COVER), write(words.IS_IT_INSURED)),
        rows=covers(subject.policy.kind, terms, write),
    )
    if terms.premium is not None:
        yield _premium(subject, terms, terms.premium)


def _premium(subject: Subject, terms: PolicyTerms, premium: Premium) -> Table:
    write = subject.write
    note = write(words.A_MONTH, amount=write.euros(a_month_cents(premium)))
    if premium.is_estimate:
        note = f"{note} {write(words.PREMIUM_IS_ESTIMATE)}"
    return Table(
        heading=write(words.PREMIUM),
        columns=(write(words.PART), write(words.A_YEAR)),
        rows=tuple((cover_name(part.code, terms, write), write.euros(part.amount_cents)) for part in premium.parts),
        total=(write(words.TOTAL), write.euros(premium.a_year_cents)),
        note=note,
    )


def _notes(subject: Subject, terms: PolicyTerms) -> Iterator[str]:
    write = subject.write
    yield write(words.NOTE_CONDITIONS, version=terms.product_version)
    if terms.premium is None:
        yield write(words.NOTE_PREMIUM_UNKNOWN)
    yield not_right(subject)
