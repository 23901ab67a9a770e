-- What KNMI published, and when. What counts of an hour follows from the publications in the order of publication; before,
-- it followed from the order of import. The figures recorded until now say neither where they come from nor when they were
-- published: they stay under another name for who wants to compare, and KNMI's files are imported again.
ALTER TABLE observation RENAME TO observation_until_0003;

CREATE TABLE raw_reply (
    sha256    text  PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    coding    text  NOT NULL CHECK (coding IN ('identity', 'zlib')),
    body      bytea NOT NULL
);
COMMENT ON TABLE raw_reply IS 'Files and replies as they were received; archives as they are, the rest compressed';
ALTER TABLE raw_reply ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE publication (
    publication_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256            text        NOT NULL REFERENCES raw_reply,
    member            text,
    name              text        NOT NULL,
    address           text,
    data_set          text        NOT NULL,
    data_set_version  text        NOT NULL,
    licence           text        NOT NULL,
    resolution        text        NOT NULL CHECK (resolution IN ('hourly', 'ten_minute')),
    published_at      timestamptz NOT NULL,
    published_by      text        NOT NULL
                      CHECK (published_by IN ('member', 'last_modified', 'stated', 'retrieved', 'last_hour')),
    retrieved_at      timestamptz NOT NULL,
    recorded_at       timestamptz NOT NULL,
    is_forced         boolean     NOT NULL,
    UNIQUE NULLS NOT DISTINCT (sha256, member, published_at)
);
COMMENT ON COLUMN publication.is_forced IS 'It may change hours that KNMI had corrected before, and be changed in them';

-- What each publication says of each block of 1,024 hours. Figures are two-byte integers, little-endian: tenths of a
-- millimetre, -1 less than 0.05 mm, -2 published without a figure, -3 nothing said. Suspicions are a byte an hour.
CREATE TABLE statement (
    network         text    NOT NULL CHECK (network IN ('aws', 'gauge')),
    station         integer NOT NULL CHECK (station BETWEEN 1 AND 999),
    block           integer NOT NULL,
    publication_id  bigint  NOT NULL REFERENCES publication,
    figures         bytea   NOT NULL CHECK (length(figures) = 2048),
    suspicions      bytea   CHECK (length(suspicions) = 1024),
    PRIMARY KEY (network, station, block, publication_id)
);
COMMENT ON COLUMN statement.suspicions IS 'NULL: nothing is suspect';

-- What counts, folded from the statements.
CREATE TABLE counting_block (
    network          text     NOT NULL,
    station          integer  NOT NULL,
    block            integer  NOT NULL,
    figures          bytea    NOT NULL CHECK (length(figures) = 2048),
    grades           bytea    NOT NULL CHECK (length(grades) = 1024),
    suspicions       bytea    CHECK (length(suspicions) = 1024),
    places           bytea    NOT NULL CHECK (length(places) = 2048),
    publication_ids  bigint[] NOT NULL,
    newest_published timestamptz NOT NULL,
    newest_publication_id bigint NOT NULL,
    changed_by       bigint   NOT NULL,
    PRIMARY KEY (network, station, block)
);
COMMENT ON COLUMN counting_block.places IS 'Per hour the place, from 1, of its publication in publication_ids; 0 is none';
COMMENT ON COLUMN counting_block.newest_published IS 'With newest_publication_id: the last publication folded in';
COMMENT ON COLUMN counting_block.changed_by IS 'The highest publication id of the transaction that changed it last';
CREATE INDEX counting_block_changed ON counting_block (changed_by);

-- The ledger of hours without a figure.
CREATE TABLE missing_hours (
    network             text        NOT NULL,
    station             integer     NOT NULL,
    block               integer     NOT NULL,
    first_hour_ends_at  timestamptz NOT NULL,
    last_hour_ends_at   timestamptz NOT NULL,
    state               text        NOT NULL CHECK (state IN ('open', 'lost')),
    noted_at            timestamptz NOT NULL,
    PRIMARY KEY (network, station, first_hour_ends_at)
);
CREATE INDEX missing_hours_block ON missing_hours (network, station, block);

-- Which hours answers rest on, a row for each of their stations. Answers about one storm share them, so a corrected hour
-- finds few rows here by its index, and through them its answers. An hour of a station is one number.
CREATE FUNCTION hour_of_station(network text, station integer, hour bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    RETURN (CASE network WHEN 'gauge' THEN 1000 ELSE 0 END + station) * 10000000::bigint + hour;

CREATE TABLE rested_on (
    rested_on_id  uuid      NOT NULL,
    hours         int8range NOT NULL,
    PRIMARY KEY (rested_on_id, hours)
);
CREATE INDEX rested_on_hours ON rested_on USING gist (hours);

ALTER TABLE assessment ADD COLUMN rested_on_id uuid;
UPDATE assessment
   SET rested_on_id = md5(network || stations::text || first_hour_ends_at::text || last_hour_ends_at::text)::uuid;
INSERT INTO rested_on
SELECT DISTINCT rested_on_id,
       int8range(hour_of_station(network, station, extract(epoch FROM first_hour_ends_at)::bigint / 3600),
                 hour_of_station(network, station, extract(epoch FROM last_hour_ends_at)::bigint / 3600), '[]')
  FROM assessment CROSS JOIN LATERAL unnest(stations) AS of_answer (station);
ALTER TABLE assessment ALTER COLUMN rested_on_id SET NOT NULL;
DROP INDEX assessment_hours;
CREATE INDEX assessment_rested_on ON assessment (rested_on_id);

-- Every version of an answer that another one followed.
CREATE TABLE superseded_assessment (LIKE assessment INCLUDING STORAGE);
ALTER TABLE superseded_assessment ADD PRIMARY KEY (claim_id, assessment_version);

-- Hours that changed and whose answers are not found yet: the service does that after the import, not during it.
CREATE TABLE changed_hours (
    changed_hours_id  bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network           text    NOT NULL,
    station           integer NOT NULL,
    first_hour        bigint  NOT NULL,
    last_hour         bigint  NOT NULL
);
