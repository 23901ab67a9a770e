-- Who may lead, and until when. `session` is the holder's database session: when it has ended, so has the lease.
CREATE TABLE messaging.lease (
    name       text        PRIMARY KEY,
    holder     uuid        NOT NULL,
    session    integer     NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Finds out whether an undeliverable row holds up its key.
CREATE INDEX outbox_undeliverable ON messaging.outbox (aggregatetype, aggregateid, position)
    WHERE undeliverable_reason IS NOT NULL;
