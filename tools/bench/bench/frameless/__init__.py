"""The services' own handlers without the chassis: what is left is the price of the frame."""

SCHEMA = """
CREATE SCHEMA bare;
CREATE TABLE bare.inbox (
    consumer text NOT NULL,
    event_id text NOT NULL,
    PRIMARY KEY (consumer, event_id)
);
CREATE TABLE bare.outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid   NOT NULL,
    topic    text   NOT NULL,
    key      text   NOT NULL,
    payload  bytea  NOT NULL,
    trace    text
);
CREATE TABLE bare.timer (
    kind   text        NOT NULL,
    key    text        NOT NULL,
    due_at timestamptz NOT NULL,
    trace  text,
    PRIMARY KEY (kind, key)
);
"""
"""Tables of each service's database beside its own."""
