-- Answers to requests that carried an Idempotency-Key: who repeats one is given its answer again, and it has no second
-- effect. A caller and a key may name people, so a digest stands for them; an answer may too, and is kept for a day.
CREATE TABLE messaging.idempotency_key (
    identity    bytea       PRIMARY KEY,            -- SHA-256 of caller, operation and key
    fingerprint bytea       NOT NULL,               -- SHA-256 of method, path, query and body
    operation   text        NOT NULL,               -- for people who look
    status      smallint    NOT NULL,
    headers     jsonb       NOT NULL,               -- {name: value} of those that belong to the answer
    body        bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX idempotency_key_created_at ON messaging.idempotency_key (created_at);
