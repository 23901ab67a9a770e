-- A row of the inbox for every event and consumer is what a service writes most, so it is made of numbers: consumer and
-- source are the first four bytes of their SHA-256, an event id that is the canonical text of a UUID is that UUID, and
-- of a digest the first eight bytes are kept. What chassis/consuming/inbox.py computes in Python is computed here in SQL.
-- The services of this database are stopped meanwhile, as for every migration.
LOCK TABLE messaging.inbox;

-- Not partitioned by time: uniqueness would then hold per partition only, and a duplicate after midnight would pass.
-- The columns stand by their size, so that nothing is lost to alignment: 64 bytes a row, 32 in its key.
CREATE TABLE messaging.inbox_entry (
    event_id    uuid        NOT NULL,   -- or a hash of source and id, where the id is no UUID
    received_at timestamptz NOT NULL DEFAULT now(),
    digest      bigint,                 -- of the event's value; null where an older version stored none
    consumer    integer     NOT NULL,
    source      integer     NOT NULL,
    PRIMARY KEY (consumer, source, event_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

INSERT INTO messaging.inbox_entry (event_id, received_at, digest, consumer, source)
SELECT CASE WHEN event_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
            THEN event_id::uuid
            ELSE encode(substring(sha256(convert_to(source, 'UTF8') || '\x00'::bytea || convert_to(event_id, 'UTF8'))
                                  FOR 16), 'hex')::uuid
       END,
       received_at,
       ('x' || encode(substring(digest FOR 8), 'hex'))::bit(64)::bigint,
       ('x' || encode(substring(sha256(convert_to(consumer, 'UTF8')) FOR 4), 'hex'))::bit(32)::integer,
       ('x' || encode(substring(sha256(convert_to(source, 'UTF8')) FOR 4), 'hex'))::bit(32)::integer
  FROM messaging.inbox
 ORDER BY received_at
    ON CONFLICT DO NOTHING;
CREATE INDEX inbox_entry_received_at ON messaging.inbox_entry USING brin (received_at);

-- The old table stays, empty. To an older process that was left running or is started again, a missing table or column
-- is a fault of the event that it works on, and it dead-letters what is sound. This error it waits out, with its batch.
TRUNCATE messaging.inbox;
CREATE FUNCTION messaging.refuse_older_version() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    RAISE EXCEPTION 'this database was migrated for a newer version of the service' USING ERRCODE = '55000';
END $$;
CREATE TRIGGER inbox_is_of_an_older_version BEFORE INSERT ON messaging.inbox
    FOR EACH STATEMENT EXECUTE FUNCTION messaging.refuse_older_version();
