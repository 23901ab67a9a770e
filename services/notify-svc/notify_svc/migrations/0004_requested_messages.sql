-- Messages that other services asked for: about an account, not about a decision. Each goes out by one channel.
-- `sealed` is encrypted for this service: nobody who reads the table can open it, and it goes with the last attempt.
CREATE TABLE requested_message (
    request_id      uuid        PRIMARY KEY,
    customer_id     uuid        NOT NULL,
    relation_number text        NOT NULL,
    occasion        text        NOT NULL,
    channel         text        NOT NULL,
    priority        text        NOT NULL CHECK (priority IN ('urgent', 'ordinary')),
    occurred_at     timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    sealed          text,
    state           text        NOT NULL CHECK (state IN ('due', 'sending', 'sent', 'refused', 'in_doubt', 'no_address',
                                                          'expired', 'superseded')),
    attempts        integer     NOT NULL DEFAULT 0,
    answers_lost    integer     NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL,
    leased_until    timestamptz,
    settled_at      timestamptz,
    last_error      text,
    traceparent     text,
    CHECK (sealed IS NULL OR state IN ('due', 'sending')),
    CHECK ((state = 'sending') = (leased_until IS NOT NULL)),
    CHECK ((state IN ('due', 'sending')) = (settled_at IS NULL))
);

CREATE INDEX requested_message_due ON requested_message (channel, priority, due_at) WHERE state = 'due';
CREATE INDEX requested_message_expiring ON requested_message (expires_at) WHERE state = 'due';
CREATE INDEX requested_message_sending ON requested_message (leased_until) WHERE state = 'sending';
CREATE INDEX requested_message_settled ON requested_message (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX requested_message_answer_lost ON requested_message (request_id) WHERE answers_lost > 0;
