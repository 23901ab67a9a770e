"""The floor: what the same flow costs when it is written for nothing but speed."""

from types import MappingProxyType

_MESSAGING = """
CREATE TABLE inbox (event_id uuid PRIMARY KEY);
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic    text   NOT NULL,
    key      text   NOT NULL,
    payload  bytea  NOT NULL
);
"""
_CLAIMS = """
CREATE TABLE policy (
    policy_number    text    PRIMARY KEY,
    latitude         integer NOT NULL,
    longitude        integer NOT NULL,
    deductible_cents integer NOT NULL
);
CREATE TABLE answer_inbox (event_id uuid PRIMARY KEY);
CREATE TABLE claim (
    claim_id      uuid        PRIMARY KEY,
    report_id     uuid        NOT NULL UNIQUE,
    policy_number text        NOT NULL,
    report        json        NOT NULL,
    damage_cents  integer     NOT NULL,
    state         text        NOT NULL,
    opened_at     timestamptz NOT NULL
);
CREATE TABLE decision (
    claim_id        uuid        PRIMARY KEY,
    outcome         text        NOT NULL,
    deciding_ground text        NOT NULL,
    payable_cents   integer     NOT NULL,
    decided_at      timestamptz NOT NULL
);
CREATE TABLE payment (
    claim_id     uuid        PRIMARY KEY,
    amount_cents integer     NOT NULL,
    ordered_at   timestamptz NOT NULL
);
"""
_WEATHER = """
CREATE TABLE assessment (
    claim_id         uuid    PRIMARY KEY,
    station          integer NOT NULL,
    distance_metres  integer NOT NULL,
    best_24_tenths_mm integer NOT NULL,
    best_48_tenths_mm integer NOT NULL,
    best_72_tenths_mm integer NOT NULL
);
"""
_NOTIFY = """
CREATE TABLE message (
    message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id   uuid        NOT NULL,
    channel    text        NOT NULL,
    body       text        NOT NULL,
    settled_at timestamptz NOT NULL,
    UNIQUE (claim_id, channel)
);
CREATE TABLE requested_message (
    claim_id   uuid        PRIMARY KEY,
    body       text        NOT NULL,
    settled_at timestamptz NOT NULL
);
"""
SCHEMA = MappingProxyType(
    {
        "claims-svc": _MESSAGING + _CLAIMS,
        "weather-svc": _MESSAGING + _WEATHER,
        "notify-svc": _MESSAGING + _NOTIFY,
    }
)
"""The tables of each process's database."""
