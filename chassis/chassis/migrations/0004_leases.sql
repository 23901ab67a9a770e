-- Who may lead, and until when. `session` is the holder's database session: when it has ended, so has the lease.
CREATE TABLE messaging.lease (
    name       text        PRIMARY KEY,
    holder     uuid        NOT NULL,
    session    integer     NOT NULL,
    expires_at timestamptz NOT NULL
);

-- What the relay may send: a row waits behind an undeliverable one of its topic and key.
CREATE INDEX outbox_undeliverable ON messaging.outbox (aggregatetype, aggregateid, position)
    WHERE undeliverable_reason IS NOT NULL;
CREATE VIEW messaging.sendable AS
SELECT position, id, aggregatetype, aggregateid, type, payload, traceparent, occurred_at
  FROM messaging.outbox AS waiting
 WHERE undeliverable_reason IS NULL
   AND NOT EXISTS (
       SELECT FROM messaging.outbox AS undeliverable
        WHERE undeliverable.undeliverable_reason IS NOT NULL
          AND undeliverable.aggregatetype = waiting.aggregatetype
          AND undeliverable.aggregateid = waiting.aggregateid
          AND undeliverable.position < waiting.position);
