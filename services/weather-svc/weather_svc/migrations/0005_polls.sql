-- What KNMI is asked, when next, and what became of it last. Instances share the rows: whoever has leased one asks.
CREATE TABLE poll (
    name          text        PRIMARY KEY,
    due_at        timestamptz NOT NULL,
    leased_until  timestamptz,
    asked_at      timestamptz,
    answered_at   timestamptz,
    failing_since timestamptz,
    failures      integer     NOT NULL DEFAULT 0,
    problem       text,
    reason        text,
    etag          text,
    last_modified text,
    CHECK ((failures = 0) = (failing_since IS NULL))
);
COMMENT ON COLUMN poll.answered_at IS 'When all that it asks for was last recorded';
COMMENT ON COLUMN poll.etag IS 'With last_modified: what the server said of the file that was recorded last';
CREATE INDEX poll_due ON poll (due_at);

-- Requests to KNMI, counted before each is sent.
CREATE TABLE request_count (
    budget   text        NOT NULL,
    hour     timestamptz NOT NULL,
    requests integer     NOT NULL CHECK (requests > 0),
    PRIMARY KEY (budget, hour)
);

-- Stations for which KNMI refuses a whole request, and until when they are not asked for.
CREATE TABLE left_out_station (
    source     text        NOT NULL,
    station    integer     NOT NULL,
    left_until timestamptz NOT NULL,
    PRIMARY KEY (source, station)
);
