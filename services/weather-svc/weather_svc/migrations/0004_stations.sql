-- Every register of stations that was in use, as it was recorded; the one with the highest id counts.
CREATE TABLE station_register (
    register_id  integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256       text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name         text        NOT NULL,
    source       text        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    content      bytea       NOT NULL
);
COMMENT ON COLUMN station_register.source IS 'The comments at the beginning of the register: where its facts come from';
COMMENT ON COLUMN station_register.content IS 'Its bytes, which sha256 is of';

-- The lines of a register, for whoever looks into the database. The service reads the bytes.
CREATE TABLE station_period (
    register_id             integer NOT NULL REFERENCES station_register,
    place                   integer NOT NULL,
    network                 text    NOT NULL CHECK (network IN ('aws', 'gauge')),
    number                  integer NOT NULL CHECK (number BETWEEN 1 AND 999),
    wigos_id                text    NOT NULL,
    name                    text    NOT NULL,
    latitude_microdegrees   integer NOT NULL,
    longitude_microdegrees  integer NOT NULL,
    uncertainty_metres      integer NOT NULL,
    measures_from           timestamptz,
    measures_until          timestamptz,
    PRIMARY KEY (register_id, place)
);
COMMENT ON COLUMN station_period.measures_from IS 'NULL: it measured nothing since the register begins';
COMMENT ON COLUMN station_period.measures_until IS 'NULL: it measures still, or has no rain gauge';

-- Times in which stations measure or stand other than in the register before, and whose answers are not found yet.
CREATE TABLE changed_stations (
    changed_stations_id  integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network              text        NOT NULL,
    from_at              timestamptz NOT NULL,
    until_at             timestamptz
);
COMMENT ON COLUMN changed_stations.until_at IS 'NULL: it goes on';

-- A station that stands elsewhere by another register gives another answer.
ALTER TABLE assessment ADD COLUMN distances_metres integer[];
ALTER TABLE superseded_assessment ADD COLUMN distances_metres integer[];
COMMENT ON COLUMN assessment.distances_metres IS 'Of its stations; NULL in rows from before';

-- The register of before knew of no uncertainty: all answers are looked at again when KNMI's files have been imported.
INSERT INTO stale_assessment SELECT claim_id FROM assessment ON CONFLICT DO NOTHING;
