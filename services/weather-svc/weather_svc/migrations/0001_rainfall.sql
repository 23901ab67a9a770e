-- What KNMI published, and when it was recorded. Rows are never changed: a corrected figure is a new row, and of the
-- rows of one hour the one with the highest observation_id counts.
CREATE TABLE observation (
    observation_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network        text        NOT NULL CHECK (network IN ('aws', 'gauge')),
    station        integer     NOT NULL CHECK (station BETWEEN 1 AND 999),
    hour_ends_at   timestamptz NOT NULL,
    tenths_mm      integer     CHECK (tenths_mm BETWEEN 0 AND 100000),
    is_trace       boolean     NOT NULL,
    quality        text        NOT NULL CHECK (quality IN ('provisional', 'validated')),
    recorded_at    timestamptz NOT NULL,
    CHECK (NOT is_trace OR tenths_mm = 0)
);
COMMENT ON COLUMN observation.tenths_mm IS 'NULL: KNMI published the hour without a figure';

CREATE INDEX observation_hour ON observation (network, station, hour_ends_at, observation_id);

-- The current answer to each claim's request, with what is needed to assess it again.
CREATE TABLE assessment (
    claim_id            uuid        PRIMARY KEY,
    request_version     integer     NOT NULL,
    assessment_version  integer     NOT NULL,
    request             json        NOT NULL,
    answer              json        NOT NULL,
    is_final            boolean     NOT NULL,
    network             text        NOT NULL,
    stations            integer[]   NOT NULL,
    first_hour_ends_at  timestamptz NOT NULL,
    last_hour_ends_at   timestamptz NOT NULL,
    assessed_at         timestamptz NOT NULL,
    traceparent         text,
    is_stale            boolean     NOT NULL DEFAULT false
);
COMMENT ON COLUMN assessment.is_stale IS 'Hours it rests on have arrived or changed since it was assessed';

CREATE INDEX assessment_hours ON assessment (last_hour_ends_at);
CREATE INDEX assessment_stale ON assessment (claim_id) WHERE is_stale;
