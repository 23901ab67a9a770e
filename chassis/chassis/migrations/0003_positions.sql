-- Where each consumer stands, moved in the transaction of the effects: Kafka's own offsets know nothing of a database
-- that was restored. A consumer reads one topic.
CREATE TABLE messaging.consumer_position (
    consumer    text    NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint  NOT NULL,   -- everything before it has taken effect, was dead-lettered or is in a gap
    PRIMARY KEY (consumer, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Offsets that the broker deleted before they were consumed: from first_offset up to next_offset, without it.
CREATE TABLE messaging.consumer_gap (
    gap_id               uuid        PRIMARY KEY,
    consumer             text        NOT NULL,
    topic                text        NOT NULL,
    partition            integer     NOT NULL,
    first_offset         bigint      NOT NULL,
    next_offset          bigint      NOT NULL,
    found_at             timestamptz NOT NULL,
    acknowledged_at      timestamptz,
    acknowledged_because text
);
CREATE INDEX consumer_gap_open ON messaging.consumer_gap (found_at) WHERE acknowledged_at IS NULL;

-- Of the event's value, to tell a second delivery from another event with the same id. NULL in rows of older versions.
ALTER TABLE messaging.inbox ADD COLUMN digest bytea;
