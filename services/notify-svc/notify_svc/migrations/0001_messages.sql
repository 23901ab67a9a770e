-- How customers are reached; personal data. The newest version of each customer.
CREATE TABLE contact (
    customer_id  uuid    PRIMARY KEY,
    version      integer NOT NULL,
    name         text    NOT NULL,
    email        text,
    mobile_phone text,
    language     text    NOT NULL
);

-- The decisions customers are notified of. The event as it came, because messages are written when they are sent.
CREATE TABLE decision (
    claim_id      uuid    NOT NULL,
    claim_version integer NOT NULL,
    event         bytea   NOT NULL,
    PRIMARY KEY (claim_id, claim_version)
);

-- One row per decision and channel. `attempts` is raised, and committed, before anything is sent; `answers_lost` counts
-- those of them whose answer was lost. The deadline for sending counts from `first_due_at`.
CREATE TABLE message (
    message_id    uuid        PRIMARY KEY,
    claim_id      uuid        NOT NULL,
    claim_version integer     NOT NULL,
    channel       text        NOT NULL,
    customer_id   uuid,
    state         text        NOT NULL CHECK (state IN ('awaiting_contact', 'due', 'sending', 'sent', 'refused',
                                                        'in_doubt', 'no_address', 'superseded')),
    attempts      integer     NOT NULL DEFAULT 0,
    answers_lost  integer     NOT NULL DEFAULT 0,
    first_due_at  timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    settled_at    timestamptz,
    last_error    text,
    traceparent   text,
    UNIQUE (claim_id, channel, claim_version),
    FOREIGN KEY (claim_id, claim_version) REFERENCES decision
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);

CREATE INDEX message_due ON message (channel, due_at) WHERE state = 'due';
CREATE INDEX message_sending ON message (channel, leased_until) WHERE state = 'sending';
CREATE INDEX message_awaiting_contact ON message (customer_id) WHERE state = 'awaiting_contact';
CREATE INDEX message_in_doubt ON message (settled_at) WHERE state = 'in_doubt' OR answers_lost > 0;
