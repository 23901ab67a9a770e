"""The input: policies near stations that measured the rain of July 2021, and the reports of their losses.

The same seed gives the same bytes. All losses lie within one event, so that the deductible of a policy is borne once
whatever the order in which its claims are decided. Unless more are asked for, a policy has two claims at most, about
different damage: two about the same could be one loss reported twice, and their order would say which of them goes to a
handler. For the same reason they stay below the limit up to which the customer's own amounts count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from contracts.envelope import Message, encode
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.rain_stations import measuring_periods
from contracts.vocabulary import Channel, Fact, FactSource, LossInterval, Network, Truth

STATIONS = (377, 380, 391, 275, 370, 375, 260, 344)
FIRST_LOSS_AT = datetime(2021, 7, 13, 4, 0, tzinfo=UTC)
LOSS_HOURS = 60
FIRST_DRY_DAY = date(2021, 6, 9)
_DRY_DAYS = 31
SAMPLED_PER_CENT = 5
_HOME_WITHIN_MICRODEGREES = 40_000
_DEDUCTIBLES_CENTS = (0, 25_000, 50_000, 100_000)
_HIGHEST_AMOUNT_CENTS = 80_000
_FIRST_RELATION_NUMBER = 700_001
_DAMAGE = (
    ((DamageKind.BUILDINGS,), (DamageKind.BUILDINGS, DamageKind.CLEANING)),
    ((DamageKind.CONTENTS,),),
)
"""What the first and the second claim of a policy can be about."""

_YES, _NO, _UNCLEAR = (Fact(value=value) for value in (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN))
_REGISTERED = Fact(value=Truth.TRUE, source=FactSource.REGISTER)
_REGISTERED_NOT = Fact(value=Truth.FALSE, source=FactSource.REGISTER)
_FACTS: tuple[tuple[int, LossFacts], ...] = (
    (55, LossFacts(precipitation_left_its_course=_YES, came_through_open_window_or_door=_NO)),
    (14, LossFacts(precipitation_fell_directly=_YES)),
    (8, LossFacts(precipitation_left_its_course=_YES, came_through_open_window_or_door=_YES)),
    (9, LossFacts(sewer_water_entered=_YES, toilet_overflowed=_YES)),
    (7, LossFacts(groundwater_entered=_YES, came_through_cellar_wall=_YES)),
    (
        4,
        LossFacts(
            flood_water_entered=_YES,
            flood_defence_present=_REGISTERED,
            flood_defence_failed=_REGISTERED,
            flood_defence_is_primary=_REGISTERED_NOT,
            sea_water_involved=_REGISTERED_NOT,
            home_in_unembanked_area=_REGISTERED_NOT,
            government_caused_flood=_REGISTERED_NOT,
        ),
    ),
    (3, LossFacts(precipitation_left_its_course=_YES, came_through_open_window_or_door=_UNCLEAR)),
)
"""How often each set of facts is reported, in per cent; of the last one nobody knows whether a window was open."""


@dataclass(frozen=True, kw_only=True)
class Storm:
    """One input: how many claims on how many policies, from which seed.

    With more than two claims a policy, or a `crowd` of claims on one policy, what comes of each depends on their order.
    """

    claims: int
    policies: int
    seed: int = 20_210_714
    claims_a_policy: int = len(_DAMAGE)
    crowd: int = 0

    def of(self, claims: int) -> Storm:
        """Return the same input with so many claims."""
        return replace(self, claims=claims)

    def policy_lines(self) -> Iterator[str]:
        """Yield the file of policies, one JSON object a line, as policy-svc imports it."""
        chance = Random(f"{self.seed} policies")  # noqa: S311 - reproducible on purpose
        stations = _places_of_stations()
        for number in range(self.policies):
            yield json.dumps(_policy(number, place=stations[number % len(stations)], chance=chance)) + "\n"

    def reports(self, *, first: int = 0) -> Sequence[Message]:
        """Return the records that publish the reports from number `first` on; every number is another claim."""
        if first + self.claims > self.claims_a_policy * self.policies:
            raise ValueError(f"{self.policies} policies are too few for claims {first} to {first + self.claims}")
        chance = Random(f"{self.seed} reports {first}")  # noqa: S311
        return [self._message(number, chance) for number in range(first, first + self.claims)]

    def _policy_of(self, number: int) -> int:
        """Return the number of a claim's policy; those of the crowd come evenly between the others."""
        in_crowd = self.crowd and number * self.crowd % self.claims < self.crowd
        return 0 if in_crowd else number % self.policies

    def _message(self, number: int, chance: Random) -> Message:
        (facts,) = chance.choices([facts for _, facts in _FACTS], [weight for weight, _ in _FACTS])
        loss_at = FIRST_LOSS_AT + timedelta(minutes=chance.randrange(LOSS_HOURS * 60))
        event_id, report_id = _uuid(chance), _uuid(chance)
        report = LossReported(
            report_id=report_id,
            policy_number=policy_number(self._policy_of(number)),
            channel=chance.choice(list(ReportChannel)),
            reported_at=FIRST_LOSS_AT + timedelta(days=5, seconds=chance.randrange(86_400)),
            loss=LossInterval(from_at=loss_at, until_at=loss_at),
            facts=facts,
            damage=tuple(_damage(_DAMAGE[number // self.policies % len(_DAMAGE)], chance)),
        )
        return encode(
            LOSS_REPORTED,
            report,
            event_id=str(event_id),
            source="/portal",
            time=report.reported_at,
            traceparent=_traceparent(chance),
        )


def policies_for(claims: int, *, claims_a_policy: int = len(_DAMAGE)) -> int:
    """Return the least number of policies that `claims` need."""
    return -(-claims // claims_a_policy)


def policy_number(number: int) -> str:
    """Return the policy number of the customer with this running number."""
    return f"{_FIRST_RELATION_NUMBER + number}-531-01"


def recipients_of(number: str) -> Mapping[Channel, str]:
    """Return where the customer with this policy number is reached, as the servers that send are told."""
    return _recipients(int(number.partition("-")[0]) - _FIRST_RELATION_NUMBER)


def _recipients(number: int) -> Mapping[Channel, str]:
    return {Channel.EMAIL: f"klant{number}@example.org", Channel.SMS: f"3161{number:07d}"}


def _policy(number: int, *, place: tuple[int, int], chance: Random) -> dict[str, object]:
    latitude, longitude = (
        degrees + chance.randrange(-_HOME_WITHIN_MICRODEGREES, _HOME_WITHIN_MICRODEGREES) for degrees in place
    )
    location = {"latitude_microdegrees": latitude, "longitude_microdegrees": longitude, "accuracy_metres": 25}
    recipients = _recipients(number)
    home = {"postcode": f"{1_011 + number % 8_000}AB", "house_number": str(1 + number % 200), "location": location}
    return {
        "policy_number": policy_number(number),
        "policyholder": {
            "name": f"Voorbeeld {number}",
            "email": recipients[Channel.EMAIL],
            "mobile_phone": f"+{recipients[Channel.SMS]}",
            "language": "nl" if number % 4 else "en",
        },
        "terms": [
            {
                "effective_on": "2019-04-01",
                "ends_on": None,
                "home": home | {"home_type": "terraced"},
                "covers": ["buildings", "contents"],
                "deductible_cents": chance.choice(_DEDUCTIBLES_CENTS),
                "product_version": "home-2021.1",
            }
        ],
    }


def _damage(possible: Sequence[Sequence[DamageKind]], chance: Random) -> Iterator[DamageItem]:
    for kind in chance.choice(possible):
        yield DamageItem(kind=kind, amount_cents=chance.randrange(5_000, _HIGHEST_AMOUNT_CENTS))


def _traceparent(chance: Random) -> str:
    flags = "01" if chance.randrange(100) < SAMPLED_PER_CENT else "00"
    return f"00-{chance.getrandbits(128) | 1:032x}-{chance.getrandbits(64) | 1:016x}-{flags}"


def _uuid(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def dry_hours() -> Iterator[str]:
    """Yield a file in KNMI's layout of hours without rain, back to the first that a claim of groundwater looks at.

    They are made up, so that claims are decided at once. Where KNMI's own figures are committed they replace these.
    """
    yield "# STN,YYYYMMDD,   HH,   RH\n"
    for station in places_of_all_stations():
        for days in range(_DRY_DAYS):
            for hour in range(1, 25):
                yield f"{station:>5},{FIRST_DRY_DAY + timedelta(days=days):%Y%m%d},{hour:>5},    0\n"


def _places_of_stations() -> list[tuple[int, int]]:
    places = places_of_all_stations()
    return [places[number] for number in STATIONS]


def places_of_all_stations() -> dict[int, tuple[int, int]]:
    """Return latitude and longitude, in microdegrees, of the automatic stations that measured this rain."""
    return {
        period.station.number: (period.station.latitude_microdegrees, period.station.longitude_microdegrees)
        for period in measuring_periods()
        if period.station.network is Network.AWS
        and period.measured_during(FIRST_LOSS_AT, FIRST_LOSS_AT + timedelta(hours=LOSS_HOURS))
    }
