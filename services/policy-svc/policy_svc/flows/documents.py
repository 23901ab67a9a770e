"""Issues documents: composed of what is on record, printed, and kept as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Work
from contracts.policy import PolicyChanged, PolicyTerms
from contracts.vocabulary import Language
from policy_svc.documents.confirmations import cancellation_confirmation, change_confirmation
from policy_svc.documents.green_card import green_card
from policy_svc.documents.press import Press
from policy_svc.documents.schedule import schedule
from policy_svc.documents.sheet import Document
from policy_svc.documents.subject import Subject
from policy_svc.domain.cancellation import Ending
from policy_svc.domain.documents import DocumentKind
from policy_svc.domain.green_card import validity
from policy_svc.domain.policy import relation_number_of
from policy_svc.domain.timeline import in_force
from policy_svc.repository import customers, documents, policies
from policy_svc.repository.documents import IssuedDocument

_A_DAY = timedelta(days=1)


class NothingToTellError(Exception):
    """Nothing is insured on the day that a document is to be about, or for a green card no car, or not long enough."""


class NoAddressError(Exception):
    """The document must name where the policyholder lives, and that is not known."""


async def issue(
    work: Work,
    press: Press,
    *,
    kind: DocumentKind,
    policy: PolicyChanged,
    on: date,
    before: PolicyChanged | None = None,
    ending: Ending | None = None,
    language: Language | None = None,
) -> IssuedDocument:
    """Issue a document about `policy` as it is now, and keep it; the same again is the document issued first.

    `on` is the day that a schedule tells of, and from when a change or cancellation counts. A confirmation says what is
    different from the policy `before`, or by which rule a cancelled one has its `ending`. Without `language` it is in
    the customer's.

    Raises:
        NothingToTellError: there is nothing to tell of that day.
        NoAddressError: a green card is asked for by somebody whose postal address is not known.
    """
    relation_number = relation_number_of(policy.policy_number)
    customer = await customers.find(work.connection, relation_number=relation_number)
    assert customer is not None  # noqa: S101 - a policy refers to its customer
    subject = Subject(
        insurer=press.insurer,
        customer=customer,
        policy=policy,
        recorded_at=await policies.recorded_at(work.connection, policy_number=policy.policy_number),
        on=on,
        language=language or customer.language,
    )
    document = _composed(kind, subject, before or policy, ending)
    return await documents.keep(
        work.connection,
        document_id=uuid7(),
        relation_number=relation_number,
        policy_number=policy.policy_number,
        policy_version=policy.version,
        kind=kind,
        about_day=on,
        language=document.language,
        issued_at=work.now,
        content=await press.print(document),
    )


def _composed(kind: DocumentKind, subject: Subject, before: PolicyChanged, ending: Ending | None) -> Document:
    terms, on = subject.policy.terms, subject.on
    match kind:
        case DocumentKind.SCHEDULE:
            return schedule(subject, _on(terms, on))
        case DocumentKind.GREEN_CARD:
            card = validity(terms, on=on)
            if card is None:
                raise NothingToTellError
            if subject.customer.postal_address is None:
                raise NoAddressError
            return green_card(subject, card)
        case DocumentKind.CHANGE_CONFIRMATION:
            return change_confirmation(subject, _on(before.terms, on), _on(terms, on))
        case DocumentKind.CANCELLATION_CONFIRMATION:
            assert ending is not None  # noqa: S101 - a cancellation has one
            return cancellation_confirmation(subject, _on(terms, on - _A_DAY), ending)


def _on(terms: Sequence[PolicyTerms], day: date) -> PolicyTerms:
    found = in_force(terms, on=day)
    if found is None:
        raise NothingToTellError
    return found
