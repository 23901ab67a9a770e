-- The chassis' own tables: events processed, events to publish, timers, dead letters.
CREATE SCHEMA messaging;

-- One row per event that took effect, per consumer. Not partitioned by time: uniqueness would then hold per partition
-- only, and a duplicate after midnight would pass.
CREATE TABLE messaging.inbox (
    consumer    text        NOT NULL,
    source      text        NOT NULL,
    event_id    text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, source, event_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX inbox_received_at ON messaging.inbox USING brin (received_at);

-- Column names are those of Debezium's outbox event router, which can replace the relay at large scale.
CREATE TABLE messaging.outbox (
    position      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid        NOT NULL,
    aggregatetype text        NOT NULL, -- the topic
    aggregateid   text        NOT NULL, -- the record's key
    type          text        NOT NULL,
    payload       bytea       NOT NULL,
    traceparent   text,
    occurred_at   timestamptz NOT NULL,
    undeliverable_reason text           -- why the broker would not accept it; such a row waits for an operator
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        toast_tuple_target = 8160); -- a payload lives for milliseconds: compressing it costs more than it saves

CREATE TABLE messaging.timer (
    kind        text        NOT NULL,
    key         text        NOT NULL,
    due_at      timestamptz NOT NULL,
    traceparent text,
    attempts    integer     NOT NULL DEFAULT 0,
    failure     text,                   -- the error of the last attempt
    PRIMARY KEY (kind, key)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX timer_due_at ON messaging.timer (due_at);

-- A record is identified by its place and its contents, because a topic that is created again starts at offset 0.
CREATE TABLE messaging.dead_letter (
    dead_letter_id   uuid        PRIMARY KEY,
    consumer         text        NOT NULL,
    topic            text        NOT NULL,
    partition        integer     NOT NULL,
    record_offset    bigint      NOT NULL,
    digest           bytea       NOT NULL,
    key              bytea,
    value            bytea,
    headers          jsonb       NOT NULL,  -- [[name, base64 or null], …]
    reason_code      text        NOT NULL,
    reason           text        NOT NULL,
    stack            text,
    attempts         integer     NOT NULL,
    dead_lettered_at timestamptz NOT NULL,
    replayed_at      timestamptz,
    discarded_at     timestamptz,
    UNIQUE (consumer, topic, partition, record_offset, digest)
);
CREATE INDEX dead_letter_open ON messaging.dead_letter (dead_lettered_at)
    WHERE replayed_at IS NULL AND discarded_at IS NULL;

CREATE FUNCTION messaging.notify_relay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_insert AFTER INSERT ON messaging.outbox
    FOR EACH STATEMENT EXECUTE FUNCTION messaging.notify_relay();
