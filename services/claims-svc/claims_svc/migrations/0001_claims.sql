-- What policy-svc published, newest version only. A number that a report named before policy-svc published it has a row
-- with version 0, so that there is a row to lock: a report and its policy that arrive together then wait for each other.
CREATE TABLE policy (
    policy_number text    PRIMARY KEY,
    version       integer NOT NULL DEFAULT 0,
    state         json,                     -- the PolicyChanged event
    CHECK ((version = 0) = (state IS NULL))
);

CREATE TABLE claim (
    claim_id           uuid        PRIMARY KEY,
    claim_reference    text        NOT NULL UNIQUE,
    report_id          uuid        NOT NULL UNIQUE,
    report_version     integer     NOT NULL,
    policy_number      text        NOT NULL,
    report             json        NOT NULL, -- the LossReported event of that version
    state              text        NOT NULL
        CHECK (state IN ('waiting_for_policy', 'waiting_for_rainfall', 'decided', 'referred')),
    policy_wait_over   boolean     NOT NULL,
    rainfall_wait_over boolean     NOT NULL,
    request_version    integer     NOT NULL, -- of the last question about rain; 0: never asked
    rainfall_request   json,                 -- the RainfallRequested event of that version
    claim_version      integer     NOT NULL, -- of the standing decision; 0: none yet
    trace              text,                 -- the W3C trace context that the claim's events continue
    opened_at          timestamptz NOT NULL,
    CHECK ((request_version = 0) = (rainfall_request IS NULL)),
    CHECK (claim_version > 0 OR state NOT IN ('decided', 'referred'))
) WITH (fillfactor = 70);
CREATE INDEX claim_of_policy ON claim (policy_number);

-- The newest answer of weather-svc to the claim's last question.
CREATE TABLE rainfall (
    claim_id           uuid    PRIMARY KEY,
    request_version    integer NOT NULL,
    assessment_version integer NOT NULL,
    answer             json    NOT NULL      -- the RainfallAssessed event
);

-- One row per version of a decision, with the versions of the evidence it rests on (null: there was none).
CREATE TABLE decision (
    claim_id              uuid        NOT NULL REFERENCES claim,
    claim_version         integer     NOT NULL,
    report_version        integer     NOT NULL,
    policy_version        integer,
    request_version       integer,
    assessment_version    integer,
    outcome               text        NOT NULL,
    deciding_ground       text        NOT NULL,
    payable_cents         bigint,
    awaits_assessment     boolean     NOT NULL,
    product_version       text        NOT NULL,
    decided_at            timestamptz NOT NULL,
    proof                 bytea       NOT NULL, -- canonical JSON, byte for byte what was hashed
    proof_sha256          text        NOT NULL,
    previous_proof_sha256 text,
    PRIMARY KEY (claim_id, claim_version),
    CHECK ((claim_version = 1) = (previous_proof_sha256 IS NULL))
);

CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a decision is never changed: a new version is a new row'; END $$;
CREATE TRIGGER decision_is_final BEFORE UPDATE ON decision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_update();

-- What each covered claim used of its event's deductible. Which claims share an event follows from their moments of
-- loss, so that it comes out the same in whatever order they were decided.
CREATE TABLE deductible_use (
    claim_id      uuid        PRIMARY KEY,
    policy_number text        NOT NULL,
    family        text        NOT NULL,
    loss_from_at  timestamptz NOT NULL,
    used_cents    bigint      NOT NULL CHECK (used_cents >= 0)
);
CREATE INDEX deductible_use_of_policy ON deductible_use (policy_number);

-- New evidence that speaks against the customer: the decision stands until a handler has looked.
CREATE TABLE human_review (
    review_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id           uuid        NOT NULL REFERENCES claim,
    claim_version      integer     NOT NULL, -- of the decision that stands
    report_version     integer     NOT NULL,
    policy_version     integer,
    request_version    integer,
    assessment_version integer,
    reason             text        NOT NULL,
    raised_at          timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT
        (claim_id, claim_version, report_version, policy_version, request_version, assessment_version)
);
