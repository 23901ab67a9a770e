-- Homes whose position is not known yet. Instances share the rows: whoever has leased one asks for it.
CREATE TABLE pending_position (
    policy_number text        COLLATE "C" NOT NULL REFERENCES policy,
    postcode      text        NOT NULL,
    house_number  text        NOT NULL,
    pending_since timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    failures      integer     NOT NULL DEFAULT 0,
    problem       text,
    PRIMARY KEY (policy_number, postcode, house_number),
    CHECK ((failures = 0) = (problem IS NULL))
);
CREATE INDEX pending_position_due ON pending_position (due_at);

-- Look-ups of all instances together, counted before each begins.
CREATE TABLE position_lookup_count (
    minute  timestamptz PRIMARY KEY,
    lookups integer     NOT NULL CHECK (lookups > 0)
);
