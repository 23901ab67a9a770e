-- How each customer is reached now. What was true before is not kept: nobody needs an old phone number.
CREATE TABLE customer (
    customer_id     uuid        PRIMARY KEY,
    version         integer     NOT NULL CHECK (version >= 1),
    relation_number text        COLLATE "C" NOT NULL UNIQUE,
    name            text        NOT NULL,
    email           text,
    mobile_phone    text,
    language        text        NOT NULL,
    recorded_at     timestamptz NOT NULL
);

CREATE TABLE policy (
    policy_number   text        COLLATE "C" PRIMARY KEY,
    version         integer     NOT NULL CHECK (version >= 1),
    customer_id     uuid        NOT NULL REFERENCES customer,
    recorded_at     timestamptz NOT NULL
);

-- Bitemporal: from effective_on until ends_on is when these terms are valid, from recorded_at until superseded_at is how
-- long they were on record as such. Rows are never deleted, so that what was known at any moment can be looked up.
CREATE TABLE policy_terms (
    policy_number           text        COLLATE "C" NOT NULL REFERENCES policy,
    recorded_in_version     integer     NOT NULL,
    superseded_in_version   integer,
    recorded_at             timestamptz NOT NULL,
    superseded_at           timestamptz,
    effective_on            date        NOT NULL,
    ends_on                 date,
    postcode                text        NOT NULL,
    house_number            text        NOT NULL,
    latitude_microdegrees   integer     NOT NULL,
    longitude_microdegrees  integer     NOT NULL,
    accuracy_metres         integer     NOT NULL,
    home_type               text        NOT NULL,
    covers                  text[]      NOT NULL,
    deductible_cents        integer     NOT NULL,
    product_version         text        NOT NULL,
    PRIMARY KEY (policy_number, recorded_in_version, effective_on),
    CHECK (ends_on > effective_on),
    CHECK (superseded_in_version > recorded_in_version),
    CHECK ((superseded_at IS NULL) = (superseded_in_version IS NULL))
);
CREATE UNIQUE INDEX policy_terms_current ON policy_terms (policy_number, effective_on) WHERE superseded_at IS NULL;
