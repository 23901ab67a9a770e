-- What the SMS centre calls each part that it took, and what it reported of it. Written with the result of the attempt,
-- one row a part; deleted after 30 days. Without a claim it belongs to a requested message.
CREATE TABLE sms_part (
    provider_id   text        NOT NULL,
    message_id    uuid        NOT NULL,
    claim_id      uuid,
    claim_version integer,
    part          smallint    NOT NULL,
    parts         smallint    NOT NULL,
    -- What the part was submitted under, and a receipt may give back.
    reference     integer     NOT NULL,
    submitted_at  timestamptz NOT NULL,
    outcome       text CHECK (outcome IN ('delivered', 'undelivered', 'expired', 'rejected')),
    outcome_at    timestamptz,
    outcome_error text,
    -- A centre may begin again with the ids of long ago.
    PRIMARY KEY (provider_id, message_id, part),
    CHECK ((claim_id IS NULL) = (claim_version IS NULL)),
    CHECK ((outcome IS NULL) = (outcome_at IS NULL))
) WITH (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);
CREATE INDEX sms_part_submitted ON sms_part USING brin (submitted_at);

-- Receipts of which no part is known: it may be about to be recorded, or its answer was lost. They are looked at again
-- at `look_at`, and kept for a day: `destination` is a telephone number.
CREATE TABLE sms_receipt (
    receipt_id  uuid        PRIMARY KEY,
    provider_id text        NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('delivered', 'undelivered', 'expired', 'rejected')),
    error       text,
    reference   integer,
    destination text        NOT NULL,
    received_at timestamptz NOT NULL,
    look_at     timestamptz NOT NULL
);
CREATE INDEX sms_receipt_look_at ON sms_receipt (look_at);
