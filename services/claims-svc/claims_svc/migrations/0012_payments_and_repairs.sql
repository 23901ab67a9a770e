-- What was ordered to be paid: what a version of a decision adds to what was ordered before. One that failed does not
-- count, and is ordered again as another attempt.
CREATE TABLE payment (
    payment_id    uuid        PRIMARY KEY,
    claim_id      uuid        NOT NULL REFERENCES claim,
    claim_version integer     NOT NULL,
    attempt       integer     NOT NULL CHECK (attempt > 0),
    amount_cents  bigint      NOT NULL CHECK (amount_cents > 0),
    ordered_at    timestamptz NOT NULL,
    ended_at      timestamptz,                              -- null: nobody has told yet how it ended
    failure       text,                                     -- null: it was transferred, or has not ended
    UNIQUE (claim_id, claim_version, attempt),
    CHECK (failure IS NULL OR ended_at IS NOT NULL)
);

-- Decisions were the order to pay before. What was decided then counts as paid, so that nobody is paid twice.
INSERT INTO payment (payment_id, claim_id, claim_version, attempt, amount_cents, ordered_at, ended_at)
SELECT gen_random_uuid(), claim_id, max(claim_version), 1, max(payable_cents), max(decided_at), max(decided_at)
  FROM decision GROUP BY claim_id HAVING max(payable_cents) > 0;

-- Repair instead of money. A claim has one job at a time, and one that is over may be followed by another.
CREATE TABLE repair_job (
    job_id             uuid        PRIMARY KEY,
    claim_id           uuid        NOT NULL REFERENCES claim,
    state              text        NOT NULL CHECK (state IN ('requested', 'accepted', 'completed', 'ended')),
    wanted             json        NOT NULL,                -- areas and urgency, as the customer told them
    requested_at       timestamptz NOT NULL,
    partner_id         text,                                -- who has or had the job: a client of auth-svc
    accepted_at        timestamptz,
    agreed_at          timestamptz,                         -- when the customer let the partner know how to call
    over_at            timestamptz,
    CHECK ((partner_id IS NULL) = (accepted_at IS NULL)),
    CHECK (state NOT IN ('accepted', 'completed') OR partner_id IS NOT NULL),
    CHECK ((state IN ('completed', 'ended')) = (over_at IS NOT NULL))
);
CREATE UNIQUE INDEX repair_job_of_claim ON repair_job (claim_id) WHERE state <> 'ended';

-- What happened to a job, in its order. Never changed: the timeline reads it.
CREATE TABLE repair_event (
    job_id      uuid        NOT NULL REFERENCES repair_job,
    kind        text        NOT NULL,                       -- requested, accepted, declined, agreed, completed, ended
    partner_id  text,
    happened_at timestamptz NOT NULL,
    place       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX repair_event_of_job ON repair_event (job_id, place);
CREATE TRIGGER repair_event_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON repair_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The fire brigade called the Salvage Foundation to a home.
CREATE TABLE salvage_call (
    call_id     uuid        PRIMARY KEY,
    claim_id    uuid        NOT NULL REFERENCES claim,
    called_at   timestamptz NOT NULL,
    note        text,                                       -- in the words of who recorded it
    recorded_by text        NOT NULL,                       -- their account
    recorded_at timestamptz NOT NULL
);
CREATE INDEX salvage_call_of_claim ON salvage_call (claim_id, called_at);
