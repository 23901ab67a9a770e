"""What a text cannot do without, so that whoever edits one learns of it before its first reader would have.

A text that has everything in its place and says nothing of the code that it was to tell is sent to nobody: that is
found when the texts are read, and not when somebody waits at a screen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from babel import Locale, UnknownLocaleError

from contracts.claim_messages import DUE_OCCASIONS, PAYMENT_OCCASIONS, QUESTION_OCCASIONS, ClaimOccasion
from contracts.message_requests import CODE_OCCASIONS, LINK_OCCASIONS, POLICY_OCCASIONS, Occasion
from notify_svc.domain.notice import NoticeKind
from notify_svc.domain.requests import UNDONE_BY_LINK

Path: TypeAlias = tuple[str, ...]
Problem: TypeAlias = tuple[Path, str]
"""Where something is wrong, and what is to be changed."""

_ANY: Final = "*"
NEEDS: Final[Mapping[str, str]] = {
    "greeting": "name",
    "loss_between": "start end",
    "postal_address": "name postcode house_number",
    "paid_before": "before",
    "paid_before_and_kept": "before",
    "repaired": "repaired",
    "deductible_to_repair_firm": "borne",
    "sms_alone": "phone",
    "sms_review": "review_url",
    "notices.*.subject": "reference",
    "notices.*.sms": "reference",
    "reasons.item": "kind amount outcome",
    "reasons.item_of_cause": "kind cause amount outcome",
    "reasons.cause": "cause outcome",
    "reasons.also": "fact",
    "reasons.that": "fact",
    "reasons.whether": "fact",
    "reasons.clause": "clause",
    "reasons.sources.*": "facts",
    "reasons.unknown": "facts",
    "reasons.looked_up": "facts",
    "reasons.turned": "facts",
    "rain.one_station": "stations",
    "rain.several_stations": "stations",
    "rain.station": "station",
    "rain.at_station": "station",
    "rain.hours": "hours",
    "rain.between": "start end",
    "rain.short": "shortfall",
    "rain.reached": "measured hours",
    "rain.closest": "measured needed",
    "rain.too_late": "measured hours",
    "rain.too_early": "measured hours",
    "rain.days.*": "count",
    "rain.hours_long.*": "count",
    "rain.minutes.*": "count",
    "rain.recent": "measured",
    "rain.chart": "station periods",
    "rain.chart_period": "hours measured needed",
    "rain.chart_period_open": "hours measured",
    "rain.chart_bar": "hours measured",
    "money.chosen": "chosen",
    "money.minimum": "minimum",
    "money.others_bore": "others borne",
    "money.families.*": "sentences",
    "decision.used": "used",
    "decision.policy": "product",
    "contact.review": "phone",
    "contact.review_by_post": "phone address",
    "contact.review_online": "review_url",
    "contact.complaint": "phone",
    "contact.complaint_by_post": "phone address",
    "contact.question": "phone",
    "contact.question_by_post": "phone",
    "contact.check": "proof",
    "contact.measured_hours": "stations",
    "contact.station_number": "station number",
}
"""By the key of a text; `*` stands for every key in its place."""
_PAYING: Final = (
    NoticeKind.PAID,
    NoticeKind.PAID_FOR_A_PART,
    NoticeKind.PAID_MORE,
    NoticeKind.PART_PAID_REST_ASSESSED,
    NoticeKind.PART_PAID_REST_REFERRED,
)
_OF_A_POLICY: Final = frozenset({"policy_number", "policy_day"})
_OF_AN_OCCASION: Final = frozenset({"questions", "due_day", "amount"})


def shortcomings(
    tree: Mapping[str, object], placeholders: Mapping[Path, AbstractSet[str]], *, language: str
) -> Iterator[Problem]:
    """Yield what the texts of `language`, which have the form of a catalogue, lack or have in vain."""
    yield from _wrong_language(tree, language=language)
    for pattern, names in NEEDS.items():
        for path in matching(tuple(pattern.split(".")), placeholders):
            yield from _lacking(path, placeholders[path], needs=names.split())
    for kind in _PAYING:
        for part in ("opening", "sms"):
            path = ("notices", kind.value, part)
            yield from _lacking(path, placeholders[path], needs=("amount",))
        if (on_paper := ("notices", kind.value, "next_steps_by_post")) not in placeholders:
            yield on_paper, "is missing: who is told by letter gets no mail about the transfer"
    for occasion in Occasion:
        yield from _wrong_about_account(occasion, placeholders)
    for claim_occasion in ClaimOccasion:
        yield from _wrong_about_claim(claim_occasion, tree, placeholders)


def _wrong_language(tree: Mapping[str, object], *, language: str) -> Iterator[Problem]:
    if tree["language_tag"] != language:
        yield ("language_tag",), f'must be "{language}", as the directory is called: programs read texts aloud by it'
    try:
        spoken = Locale.parse(str(tree["locale"])).language
    except (UnknownLocaleError, ValueError):
        spoken = ""
    if spoken != language:
        yield ("locale",), f'must name this language as Babel does: "{language}", or with a country, as "nl_NL"'


def _wrong_about_account(occasion: Occasion, placeholders: Mapping[Path, AbstractSet[str]]) -> Iterator[Problem]:
    sms = ("account", "sms", occasion.value)
    if sms in placeholders:
        has_code = occasion in CODE_OCCASIONS
        yield from _lacking(sms, placeholders[sms], needs=("code",) if has_code else ("phone",))
        yield from _vain(sms, placeholders[sms], there_is_no=frozenset() if has_code else frozenset({"code"}))
        return
    mail = ("account", "mails", occasion.value)
    has_link = (*mail, "link") in placeholders
    if occasion in LINK_OCCASIONS and not has_link:
        yield (*mail, "link"), "is missing: this mail has a link, and says here what opening it does"
    elif has_link and occasion not in LINK_OCCASIONS:
        yield (*mail, "link"), "is not known: this mail has no link"
    by_post = (*mail, "by_post")
    if occasion in UNDONE_BY_LINK and by_post not in placeholders:
        yield by_post, "is missing: a letter has no link, and says here whom to call"
    elif by_post in placeholders:
        yield from _lacking(by_post, placeholders[by_post], needs=("phone",))
    named = _named_in(mail, placeholders)
    is_about_policy = occasion in POLICY_OCCASIONS
    yield from _lacking((*mail, "before"), named, needs=sorted(_OF_A_POLICY) if is_about_policy else ())
    yield from _vain((*mail, "before"), named, there_is_no=frozenset() if is_about_policy else _OF_A_POLICY)


def _wrong_about_claim(
    occasion: ClaimOccasion, tree: Mapping[str, object], placeholders: Mapping[Path, AbstractSet[str]]
) -> Iterator[Problem]:
    mail = ("claim", "mails", occasion.value)
    there_is = {
        *(("questions",) if occasion in QUESTION_OCCASIONS else ()),
        *(("due_day",) if occasion in DUE_OCCASIONS else ()),
        *(("amount",) if occasion in PAYMENT_OCCASIONS else ()),
    }
    named = _named_in(mail, placeholders)
    yield from _lacking((*mail, "subject"), placeholders[*mail, "subject"], needs=("reference",))
    yield from _lacking((*mail, "before"), named, needs=sorted(there_is))
    yield from _vain((*mail, "before"), named, there_is_no=_OF_AN_OCCASION - there_is)
    if "questions" in there_is and "questions" in named and "{questions}" not in _at(tree, (*mail, "before")):
        yield (*mail, "before"), "must have {questions} as a paragraph of its own: each question becomes one"


def matching(pattern: Path, placeholders: Collection[Path]) -> Iterator[Path]:
    """Yield the texts that a key of `NEEDS` stands for."""
    for path in placeholders:
        if len(path) == len(pattern) and all(part in {_ANY, step} for part, step in zip(pattern, path, strict=True)):
            yield path


def _named_in(mail: Path, placeholders: Mapping[Path, AbstractSet[str]]) -> frozenset[str]:
    """Return what is filled in anywhere in a mail."""
    return frozenset().union(*(names for path, names in placeholders.items() if path[: len(mail)] == mail))


def _lacking(path: Path, named: AbstractSet[str], *, needs: Collection[str]) -> Iterator[Problem]:
    for name in needs:
        if name not in named:
            yield path, f"lacks {{{name}}}: its reader learns that nowhere else; write {{{name}}} where it is to stand"


def _vain(path: Path, named: AbstractSet[str], *, there_is_no: AbstractSet[str]) -> Iterator[Problem]:
    for name in sorted(named & there_is_no):
        yield path, f"has {{{name}}}, which is not filled in here"


def _at(tree: object, path: Path) -> Collection[str]:
    for step in path:
        tree = tree[step] if isinstance(tree, dict) else ()
    return tree if isinstance(tree, list) else ()
