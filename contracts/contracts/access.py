"""Who may do what by HTTP: the access matrix, from which checks, documents and tests follow.

An operation stands in the tuple of its service, and `ACCESS` holds all of them. What no operation grants is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

COLUMNS = ("role", "service", "operation", "scope", "reach")
ANYONE = "anyone"
"""Stands in the table for who comes without a token."""
READ_OPERATIONS: Final = "operations.read"
SHOW_DEAD_LETTER: Final = "dead-letters.show"
SETTLE_DEAD_LETTER: Final = "dead-letters.settle"
_NAME: Final = re.compile(r"[a-z][a-z-]*(\.[a-z][a-z-]*)+")
_SCOPE: Final = re.compile(r"[a-z][a-z-]*(:[a-z][a-z-]*)+")


class Role(StrEnum):
    """As what somebody or something comes to the door."""

    CUSTOMER = "customer"
    CLAIMS_HANDLER = "claims-handler"
    SENIOR_HANDLER = "senior-handler"
    OPERATOR = "operator"
    PARTNER = "partner"
    SERVICE = "service"


class Reach(StrEnum):
    """Whose data a role may do something with."""

    OWN = "own"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing a service does for who asks by HTTP. `scope` is what a token must grant besides the role.

    Raises:
        ValueError: its name or scope has another form, it is granted to nobody and not said to be public, or it is
            granted for own data to a role that has none.
    """

    name: str
    service: str
    meaning: str
    scope: str = ""
    grants: Mapping[Role, Reach] = field(default_factory=dict, hash=False)
    is_public: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "grants", MappingProxyType(dict(self.grants)))
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"an operation is called like policies.read, not {self.name}")
        if self.is_public:
            if self.scope or self.grants:
                raise ValueError(f"{self.name} is public: it has neither scope nor grants")
            return
        if not self.grants or not _SCOPE.fullmatch(self.scope):
            raise ValueError(f"{self.name} needs grants and a scope like policies:read, or is declared as public")
        # Only a customer's token says whose data is its own: by the relation number.
        if any(reach is Reach.OWN and role is not Role.CUSTOMER for role, reach in self.grants.items()):
            raise ValueError(f"{self.name} is granted for own data to a role that has none; only customers have")

    @classmethod
    def public(cls, *, name: str, service: str, meaning: str) -> Self:
        """Return an operation for everybody, without a token: said on purpose, never by omission."""
        return cls(name=name, service=service, meaning=meaning, is_public=True)

    @property
    def is_for_owners(self) -> bool:
        """Whether a role may do this with its own data only."""
        return Reach.OWN in self.grants.values()


def _open_to_all(name: str, meaning: str) -> Operation:
    return Operation.public(name=name, service="auth-svc", meaning=meaning)


def _about_one_account(name: str, scope: str, meaning: str, *, others: Iterable[Role] = ()) -> Operation:
    grants = {Role.CUSTOMER: Reach.OWN, **dict.fromkeys(others, Reach.ANY)}
    return Operation(name=name, service="auth-svc", scope=scope, grants=grants, meaning=meaning)


ACTIVATE = _open_to_all("accounts.activate", "Ask for an account, and choose its password by the link that was mailed")
LOG_IN = _open_to_all("accounts.log-in", "Log in by password and code, passkey or PIN, or confirm anew who one is")
RESET_PASSWORD = _open_to_all("passwords.reset", "Ask for a link, and choose a new password by it")
FOLLOW_LINK = _open_to_all("changes.follow-link", "Confirm a new e-mail address, or undo changes, by a mailed link")
AUTHORIZE = _open_to_all("tokens.issue", "Get, renew and revoke tokens at the OAuth end points")
READ_METADATA = _open_to_all("metadata.read", "Read how to get tokens and by which keys they are verified")
END_OWN_SESSION = _open_to_all("sessions.log-out", "End the session that the cookie names")
READ_ACCOUNT = _about_one_account(
    "accounts.read",
    "account:read",
    "Read an account: how its customer logs in, on which devices, and when it was logged in to",
    others=(Role.OPERATOR,),
)
END_SESSIONS = _about_one_account("sessions.end", "sessions:end", "End sessions of an account", others=(Role.OPERATOR,))
CHANGE_ACCOUNT = _about_one_account(
    "accounts.change", "account:write", "Change password, e-mail address and mobile number of an account"
)
CHANGE_AUTHENTICATORS = _about_one_account(
    "authenticators.change", "account:write", "Add and remove passkeys, an authenticator app, PINs and devices"
)
SUSPEND_ACCOUNT = Operation(
    name="accounts.suspend",
    service="auth-svc",
    scope="accounts:suspend",
    grants={Role.OPERATOR: Reach.ANY},
    meaning="Keep an account from being used, and let it be used again as its owner says, perhaps with another number",
)
READ_AUDIT_TRAIL = Operation(
    name="audit.read",
    service="auth-svc",
    scope="audit:read",
    grants={Role.OPERATOR: Reach.ANY},
    meaning="Read what happened to accounts, clients and keys; what is read is on record, too",
)


def operations_of(service: str) -> tuple[Operation, ...]:
    """Return what an operator may do at any service; the chassis answers it."""
    grants = {Role.OPERATOR: Reach.ANY}
    return (
        Operation(
            name=READ_OPERATIONS,
            service=service,
            scope="operations:read",
            grants=grants,
            meaning="Read how a service is: what fails, waits or is late, and which records it could not process",
        ),
        Operation(
            name=SHOW_DEAD_LETTER,
            service=service,
            scope="dead-letters:show",
            grants=grants,
            meaning="Read the contents of a record that could not be processed; who did is on record",
        ),
        Operation(
            name=SETTLE_DEAD_LETTER,
            service=service,
            scope="dead-letters:settle",
            grants=grants,
            meaning="Replay or discard a record that could not be processed",
        ),
    )


def read_operations_of(service: str) -> Operation:
    """Return the operation by which operators read how a service is."""
    return operations_of(service)[0]


AUTH = (
    ACTIVATE,
    LOG_IN,
    RESET_PASSWORD,
    FOLLOW_LINK,
    AUTHORIZE,
    READ_METADATA,
    END_OWN_SESSION,
    READ_ACCOUNT,
    END_SESSIONS,
    CHANGE_ACCOUNT,
    CHANGE_AUTHENTICATORS,
    SUSPEND_ACCOUNT,
    READ_AUDIT_TRAIL,
    *operations_of("auth-svc"),
)
"""What auth-svc answers."""

CHECK_RAIN = Operation.public(
    name="rain.check",
    service="weather-svc",
    meaning="Ask whether the rain near a place was enough; what is asked is not kept",
)
READ_STATIONS = Operation.public(
    name="stations.read", service="weather-svc", meaning="Read the register of stations that measure rain"
)
READ_HOURS = Operation.public(
    name="hours.read",
    service="weather-svc",
    meaning="Read what a station measured, what was published about it and when, and which hours are missing",
)
READ_SOURCES = Operation.public(
    name="sources.read", service="weather-svc", meaning="Read which file or reply of KNMI figures come from"
)
READ_REPLIES = Operation(
    name="replies.read",
    service="weather-svc",
    scope="replies:read",
    grants={Role.SENIOR_HANDLER: Reach.ANY, Role.OPERATOR: Reach.ANY},
    meaning="Get a file or reply of KNMI as it was received, to check what was read from it",
)
WEATHER = (CHECK_RAIN, READ_STATIONS, READ_HOURS, READ_SOURCES, READ_REPLIES, *operations_of("weather-svc"))
"""What weather-svc answers."""

_HANDLERS: Final = (Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER)


def _about_one_customer(name: str, scope: str, meaning: str, *, others: Iterable[Role] = ()) -> Operation:
    grants = {Role.CUSTOMER: Reach.OWN, **dict.fromkeys(others, Reach.ANY)}
    return Operation(name=name, service="policy-svc", scope=scope, grants=grants, meaning=meaning)


READ_POLICIES = _about_one_customer(
    "policies.read",
    "policies:read",
    "Read a customer's insurances, as they were on any date and as they were known at any moment",
    others=_HANDLERS,
)
CHANGE_POLICIES = _about_one_customer(
    "policies.change",
    "policies:write",
    "Have a change of an insurance computed, and confirm it: cover, deductible, move, licence plate, cancellation",
    others=(Role.SENIOR_HANDLER,),
)
APPLY_AS_CUSTOMER = _about_one_customer(
    "policies.apply", "policies:write", "Take out another insurance by a quote", others=(Role.SENIOR_HANDLER,)
)
READ_CUSTOMER = _about_one_customer(
    "customers.read", "customers:read", "Read who a customer is and how they are reached", others=_HANDLERS
)
CHANGE_CUSTOMER = _about_one_customer(
    "customers.change", "customers:write", "Change how a customer is reached", others=(Role.SENIOR_HANDLER,)
)
READ_DOCUMENTS = _about_one_customer(
    "documents.read", "documents:read", "Get policy schedules, certificates and confirmations", others=_HANDLERS
)
READ_DECLARATIONS = _about_one_customer(
    "declarations.read",
    "policies:read",
    "Read what was declared for a pet, what was paid and why not",
    others=_HANDLERS,
)
DOWNLOAD_PERSONAL_DATA = _about_one_customer(
    "personal-data.download", "personal-data:read", "Download everything that is held about oneself"
)
READ_ACCESS_RECORDS = _about_one_customer(
    "access-records.read",
    "access-records:read",
    "Read who has seen or changed a customer's data",
    others=(Role.SENIOR_HANDLER, Role.OPERATOR),
)
READ_REPAIR_CONTACT = Operation(
    name="repair-contacts.read",
    service="policy-svc",
    scope="repair-contacts:read",
    grants={Role.PARTNER: Reach.ANY},
    meaning="Read how the customer of a repair job is reached, by who has that job and as the customer agreed",
)
READ_PRODUCTS = Operation.public(
    name="products.read", service="policy-svc", meaning="Read which insurances there are, on which conditions"
)
QUOTE = Operation.public(
    name="insurances.quote",
    service="policy-svc",
    meaning="Ask what an insurance would cost, whether a home can be insured, and what rebuilding it would cost",
)
APPLY = Operation.public(
    name="insurances.apply", service="policy-svc", meaning="Become a customer by accepting a quote"
)
POLICY = (
    READ_POLICIES,
    CHANGE_POLICIES,
    APPLY_AS_CUSTOMER,
    READ_CUSTOMER,
    CHANGE_CUSTOMER,
    READ_DOCUMENTS,
    READ_DECLARATIONS,
    DOWNLOAD_PERSONAL_DATA,
    READ_ACCESS_RECORDS,
    READ_REPAIR_CONTACT,
    READ_PRODUCTS,
    QUOTE,
    APPLY,
    *operations_of("policy-svc"),
)
"""What policy-svc answers."""

_PEOPLE_AT_CLAIMS: Final = (*_HANDLERS, Role.OPERATOR)


def _about_one_claim(name: str, scope: str, meaning: str, *, others: Iterable[Role] = ()) -> Operation:
    grants = {Role.CUSTOMER: Reach.OWN, **dict.fromkeys(others, Reach.ANY)}
    return Operation(name=name, service="claims-svc", scope=scope, grants=grants, meaning=meaning)


def _at_the_desk(name: str, scope: str, meaning: str, *, roles: Iterable[Role] = _HANDLERS) -> Operation:
    grants = dict.fromkeys(roles, Reach.ANY)
    return Operation(name=name, service="claims-svc", scope=scope, grants=grants, meaning=meaning)


READ_CLAIMS = _about_one_claim(
    "claims.read", "claims:read", "Read a customer's claims and what happened to them", others=_HANDLERS
)
REPORT_LOSS = _about_one_claim("claims.report", "claims:write", "Report a loss", others=_HANDLERS)
ANSWER_QUESTIONS = _about_one_claim(
    "claims.answer", "claims:write", "Answer what is asked about a loss, and tell something new", others=_HANDLERS
)
WITHDRAW_CLAIM = _about_one_claim("claims.withdraw", "claims:write", "Take a claim back", others=_HANDLERS)
OPEN_REVIEW = _about_one_claim(
    "reviews.open", "claims:write", "Ask a person to look at a decision again", others=_HANDLERS
)
CONSENT_TO_REPAIR = _about_one_claim(
    "repairs.consent",
    "claims:write",
    "Choose repair instead of money, and let the partner know how to call",
    others=_HANDLERS,
)
READ_FILES = _about_one_claim("files.read", "files:read", "See photos and documents of a claim", others=_HANDLERS)
ADD_FILES = _about_one_claim("files.add", "files:write", "Add photos and documents to a claim", others=_HANDLERS)
TAKE_BACK_FILES = _about_one_claim(
    "files.take-back", "files:write", "Take back photos and documents as long as nothing is decided"
)
READ_DESK = _at_the_desk("desk.read", "desk:read", "See which claims wait for a handler, and all that is known of one")
WORK_AT_DESK = _at_the_desk(
    "desk.work", "desk:write", "Take and release claims, ask, add facts with their source, assess damage, join and part"
)
DECIDE_AT_DESK = _at_the_desk(
    "desk.decide", "desk:decide", "Decide what the rules left open, and approve what others did"
)
DECIDE_REVIEW = _at_the_desk("reviews.decide", "desk:decide", "Decide a review that a customer asked for")
SEARCH_CLAIMS = _at_the_desk(
    "claims.search", "claims:search", "Find claims by what is known of them", roles=_PEOPLE_AT_CLAIMS
)
ASSESS_LOSS = _at_the_desk(
    "claims.assess", "claims:assess", "Try what would be decided about a loss; nothing is kept", roles=_PEOPLE_AT_CLAIMS
)
CHECK_PROOF = Operation.public(
    name="proofs.check",
    service="claims-svc",
    meaning="Check the proof of a decision; what is checked is not kept",
)
CLAIMS = (
    READ_CLAIMS,
    CHECK_PROOF,
    SEARCH_CLAIMS,
    ANSWER_QUESTIONS,
    REPORT_LOSS,
    ASSESS_LOSS,
    READ_FILES,
    ADD_FILES,
    TAKE_BACK_FILES,
    CONSENT_TO_REPAIR,
    WORK_AT_DESK,
    READ_DESK,
    DECIDE_AT_DESK,
    OPEN_REVIEW,
    DECIDE_REVIEW,
    WITHDRAW_CLAIM,
    *operations_of("claims-svc"),
)
"""What claims-svc answers."""

REPORT_SMS = Operation.public(
    name="sms.report",
    service="notify-svc",
    meaning="Report what became of an SMS: its provider alone can, by a secret in the path",
)
NOTIFY = (REPORT_SMS, *operations_of("notify-svc"))
"""What notify-svc answers."""

PORTAL = operations_of("portal-svc")
"""What portal-svc answers by a token. Who may see which page is declared beside the page, in its rooms."""

ACCESS: tuple[Operation, ...] = (*AUTH, *WEATHER, *POLICY, *CLAIMS, *NOTIFY, *PORTAL)
"""The operations of all services."""


def access_rows(operations: Iterable[Operation] = ACCESS) -> list[tuple[str, ...]]:
    """Return each permission as a row of `COLUMNS`."""
    rows = []
    for operation in operations:
        granted = {ANYONE: Reach.ANY} if operation.is_public else operation.grants
        for role, reach in granted.items():
            rows.append((str(role), operation.service, operation.name, operation.scope, reach.value))
    return sorted(rows)
