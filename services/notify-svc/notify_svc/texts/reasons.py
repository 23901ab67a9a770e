"""Why a decision is as it is: each damage item with its outcome, each cause, each ground with who established it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.claims import DecisionMade
from contracts.coverage import (
    DecidedItem,
    Finding,
    Ground,
    GroundCode,
    GroundEffect,
    GroundFact,
    GroundWeight,
    Outcome,
)
from contracts.vocabulary import FactSource, Truth
from notify_svc.domain.notice import judged_items
from notify_svc.texts.catalogue import ReasonTexts
from notify_svc.texts.clauses import clause_of
from notify_svc.texts.figures import Figures


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Some damage or a cause with its outcome, a line each, and what leads to it, a paragraph each."""

    lines: tuple[str, ...]
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Everything that explains the outcome. `causes` are those that no item's own reason has told."""

    items: tuple[Reason, ...]
    causes: tuple[Reason, ...]


def reasons_of(decision: DecisionMade, *, texts: ReasonTexts, figures: Figures) -> Reasons:
    """Return why `decision` is as it is. Items with the same reason stand together."""
    writer = _Writer(decision, texts, figures)
    items = judged_items(decision)
    if not items:
        told = writer.paragraphs(decision.deciding_ground, decision.outcome)
        return Reasons(items=(Reason(lines=(), paragraphs=told),), causes=())
    groups: dict[tuple[object, ...], list[DecidedItem]] = {}
    for item in items:
        groups.setdefault(_reason_key(item), []).append(item)
    return Reasons(
        items=tuple(
            Reason(
                lines=tuple(writer.item_line(item) for item in group),
                paragraphs=writer.paragraphs(group[0].ground, group[0].outcome, item=group[0]),
            )
            for group in groups.values()
        ),
        causes=writer.causes_besides({(item.ground, item.outcome) for item in items}),
    )


def _reason_key(item: DecidedItem) -> tuple[object, ...]:
    """Return what makes the reasons of two items the same: whether the cover is missing depends on the kind."""
    return (item.ground, item.outcome, item.kind if item.ground is GroundCode.COVER_NOT_CHOSEN else None)


class _Writer:
    def __init__(self, decision: DecisionMade, texts: ReasonTexts, figures: Figures) -> None:
        self._decision = decision
        self._texts = texts
        self._figures = figures
        self._decided = [(finding, decisive_ground(finding)) for finding in decision.findings]

    def item_line(self, item: DecidedItem) -> str:
        texts = self._texts
        template = texts.item if item.route is None else texts.item_of_cause
        awaits = item.awaits_assessment and item.outcome is Outcome.COVERED
        return template.format(
            kind=texts.kinds[item.kind],
            cause=None if item.route is None else texts.causes[item.route],
            amount=self._figures.euros(item.amount_cents),
            estimate=texts.estimates[item.estimated_by],
            outcome=texts.awaits_assessment if awaits else texts.outcomes[item.outcome],
        )

    def paragraphs(
        self, code: GroundCode, outcome: Outcome, *, item: DecidedItem | None = None, finding: Finding | None = None
    ) -> tuple[str, ...]:
        """Return what `code` says where it led to `outcome`: what is so, what follows, who says so, and the clause."""
        texts = self._texts
        ground_texts = texts.grounds[code]
        fact = ground_texts.fact
        if code is GroundCode.COVER_NOT_CHOSEN and item is not None:
            fact = texts.cover_not_chosen.get(item.kind, fact)
        if code is GroundCode.SECOND_LOOK:
            fact = " ".join([*self._marked_facts(), fact])
        finding = finding or self._finding_decided_by(code, outcome, item=item)
        ground = self._ground(code, finding=finding)
        follows = ground_texts.follows(outcome) or texts.follows[outcome]
        first = [fact, *self._open_questions(code, ground), follows]
        if outcome is Outcome.DENIED:
            first += self._established_by(code, ground)
        if outcome is not Outcome.REFERRED:
            first += self._clause(code)
        others = () if finding is None or outcome is not Outcome.DENIED else self._further(finding)
        exception = () if outcome is not Outcome.DENIED else self._exception(code, finding)
        return (" ".join(first), *exception, *others)

    def causes_besides(self, told: set[tuple[GroundCode, Outcome]]) -> tuple[Reason, ...]:
        """Return the causes that no item's reason has told.

        A cause is told with its outcome where damage that can rest on it ended so. Where such damage is for a handler,
        only what is so is told, whatever the cause by itself would come to.
        """
        reasons = []
        for finding, code in self._decided:
            if code is None or (code, finding.outcome) in told or finding.second_look:
                continue
            resting = {item.outcome for item in self._decision.items if item.route in {None, finding.route}}
            cause = self._texts.by_fire if finding.by_fire else self._texts.causes[finding.route]
            if finding.outcome is Outcome.REFERRED or Outcome.REFERRED not in resting:
                outcome, paragraphs = finding.outcome, self.paragraphs(code, finding.outcome, finding=finding)
            else:
                outcome, paragraphs = Outcome.REFERRED, (self._texts.grounds[code].fact,)
            if outcome in resting:
                line = self._texts.cause.format(cause=cause, outcome=self._texts.outcomes[outcome])
                reasons.append(Reason(lines=(line,), paragraphs=paragraphs))
        return tuple(reasons)

    def _finding_decided_by(self, code: GroundCode, outcome: Outcome, *, item: DecidedItem | None) -> Finding | None:
        """Return the finding that `code` decided, the one of the item's own cause first."""
        deciding = [finding for finding, ground in self._decided if ground is code and finding.outcome is outcome]
        own = [finding for finding in deciding if item is not None and finding.route is item.route]
        return next(iter([*own, *deciding]), None)

    def _marked_facts(self) -> Iterable[str]:
        """Return what is so in the findings that a handler looks at first."""
        codes = [code for finding, code in self._decided if finding.second_look]
        return dict.fromkeys(self._texts.grounds[code].fact for code in codes if code is not None)

    def _ground(self, code: GroundCode, *, finding: Finding | None) -> Ground | None:
        grounds = self._decision.grounds if finding is None else finding.grounds
        return next((ground for ground in grounds if ground.code is code), None)

    def _further(self, finding: Finding) -> tuple[str, ...]:
        """Return the other exclusions that hold."""
        return tuple(
            " ".join(
                [
                    self._texts.also.format(fact=self._texts.grounds[ground.code].fact),
                    *self._established_by(ground.code, ground),
                    *self._clause(ground.code),
                ]
            )
            for ground in finding.grounds
            if ground.effect is GroundEffect.EXCLUDES and ground.weight is GroundWeight.CONTRIBUTORY
        )

    def _clause(self, code: GroundCode) -> list[str]:
        clause = clause_of(code, product_version=self._decision.product_version)
        return [] if clause is None else [self._texts.clause.format(clause=clause)]

    def _established_by(self, code: GroundCode, ground: Ground | None) -> list[str]:
        """Return who says what an exclusion rests on, one sentence for each source."""
        if code in _OF_POLICY:
            return [self._texts.own_records]
        facts = () if ground is None else ground.facts
        sentences = []
        for source in FactSource:
            said = [self._stem(fact) for fact in facts if fact.source is source and self._is_known(fact)]
            if said:
                joined = self._joined(self._texts.that.format(fact=stem) for stem in said)
                sentences.append(self._texts.sources[source].format(facts=joined))
        return sentences

    def _is_known(self, fact: GroundFact) -> bool:
        return fact.name in self._texts.facts and fact.value is not Truth.UNKNOWN

    def _stem(self, fact: GroundFact) -> str:
        stems = self._texts.facts[fact.name]
        return stems.false if fact.value is Truth.FALSE else stems.true

    def _open_questions(self, code: GroundCode, ground: Ground | None) -> list[str]:
        """Return what a handler is to find out, named fact by fact."""
        texts = self._texts
        if code is GroundCode.STATEMENT_TURNED:
            names: Iterable[str] = self._decision.turned_statements
            template = texts.turned
        elif code in {GroundCode.FACT_MISSING, GroundCode.SOURCE_MISSING} and ground is not None:
            names = [fact.name for fact in ground.facts]
            template = texts.unknown if code is GroundCode.FACT_MISSING else texts.looked_up
        else:
            return []
        questions = [
            texts.turned_besides_facts.get(name) or texts.whether.format(fact=texts.facts[name].true)
            for name in names
            if name in texts.turned_besides_facts or name in texts.facts
        ]
        return [template.format(facts=self._joined(questions))] if questions else []

    def _joined(self, parts: Iterable[str]) -> str:
        return self._figures.joined(list(parts))

    def _exception(self, code: GroundCode, finding: Finding | None) -> tuple[str, ...]:
        """Return what would have covered the damage after all, and why it did not, or what still can."""
        texts = self._texts
        if code in _OF_POLICY:
            return (texts.other_policy,)
        if code is GroundCode.PRIMARY_DEFENCE_FAILED:
            return (" ".join([texts.primary_defence_exception, *self._clause(_FIRE)]),)
        if code is not GroundCode.GROUNDWATER:
            return ()
        write_back = self._ground(GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL, finding=finding)
        facts: Sequence[GroundFact] = () if write_back is None else write_back.facts
        false = {fact.name for fact in facts if fact.value is Truth.FALSE}
        why_not = [texts.not_through_cellar_wall] if _CELLAR_WALL in false else []
        if any(name.startswith(_HEAVY) for name in false):
            why_not.append(texts.not_enough_rain)
        clause = self._clause(GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL)
        return (" ".join([texts.groundwater_exception, *why_not, *clause]),)


def decisive_ground(finding: Finding) -> GroundCode | None:
    """Return the ground that decided `finding`."""
    return next((ground.code for ground in finding.grounds if ground.weight is GroundWeight.DECISIVE), None)


_OF_POLICY = frozenset({GroundCode.NOT_INSURED_AT_LOSS, GroundCode.COVER_NOT_CHOSEN})
"""What the policy that was named does not insure: another one of the same customer can."""
_FIRE = GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED
_CELLAR_WALL = "came_through_cellar_wall"
_HEAVY = "heavy_local_precipitation"
