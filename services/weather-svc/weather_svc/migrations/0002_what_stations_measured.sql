-- An answer follows from its request and from what its stations measured. The answer is not kept any more: the request is
-- needed to assess again, and what was measured to tell whether a later answer is news.
ALTER TABLE assessment RENAME TO answered;

-- What a product asks about rain is the same for all claims of one of its versions.
CREATE TABLE question (
    question_id  uuid PRIMARY KEY,
    parameters   json NOT NULL
);
COMMENT ON COLUMN question.parameters IS 'The request without what stands in columns of assessment';

CREATE TABLE assessment (
    claim_id                     uuid        NOT NULL,
    question_id                  uuid        NOT NULL,
    loss_from_at                 timestamptz NOT NULL,
    loss_until_at                timestamptz NOT NULL,
    first_hour_ends_at           timestamptz NOT NULL,
    last_hour_ends_at            timestamptz NOT NULL,
    assessed_at                  timestamptz NOT NULL,
    request_version              integer     NOT NULL,
    assessment_version           integer     NOT NULL,
    home_latitude_microdegrees   integer     NOT NULL,
    home_longitude_microdegrees  integer     NOT NULL,
    home_accuracy_metres         integer     NOT NULL,
    is_final                     boolean     NOT NULL,
    network                      text        NOT NULL,
    stations                     integer[]   NOT NULL,
    measured                     bytea       NOT NULL,
    traceparent                  text
);
COMMENT ON COLUMN assessment.measured IS
    'What each of the stations said, without its windows, as JSON compressed by zlib; plain JSON in older rows';
-- PostgreSQL would try to compress it a second time.
ALTER TABLE assessment ALTER COLUMN measured SET STORAGE EXTERNAL;

CREATE FUNCTION pg_temp.parameters_of(request json) RETURNS jsonb IMMUTABLE LANGUAGE sql
    RETURN request::jsonb - '{claim_id,request_version,loss,home,network}'::text[];
CREATE FUNCTION pg_temp.question_id_of(request json) RETURNS uuid IMMUTABLE LANGUAGE sql
    RETURN md5(pg_temp.parameters_of(request)::text)::uuid;

INSERT INTO question
SELECT DISTINCT ON (1) pg_temp.question_id_of(request), pg_temp.parameters_of(request) FROM answered;

INSERT INTO assessment
SELECT claim_id, pg_temp.question_id_of(request), (request #>> '{loss,from_at}')::timestamptz,
       (request #>> '{loss,until_at}')::timestamptz, first_hour_ends_at, last_hour_ends_at, assessed_at,
       request_version, assessment_version, (request #>> '{home,latitude_microdegrees}')::integer,
       (request #>> '{home,longitude_microdegrees}')::integer, (request #>> '{home,accuracy_metres}')::integer,
       is_final, network, stations, convert_to(measured::text, 'UTF8'), traceparent
  FROM answered
       CROSS JOIN LATERAL (
           -- In the order of the fields of Measured. Whether recent rain waits for hours mattered to is_final alone.
           SELECT coalesce(json_agg(json_build_array(
                      (SELECT json_agg(reading::jsonb || '{"windows": []}' ORDER BY place)
                         FROM json_array_elements(station -> 'readings') WITH ORDINALITY AS of_station (reading, place)),
                      station -> 'cloudburst', station -> 'cloudburst_tenths_mm', station -> 'recent_rain',
                      station -> 'recent_rain_tenths_mm', NOT is_final, station -> 'hours', station -> 'quality')
                      ORDER BY place), '[]') AS measured
             FROM json_array_elements(answer -> 'stations') WITH ORDINALITY AS of_answer (station, place)) AS said;

-- A table of its own: a mark in a column, and in an index over it, would write the whole row anew.
CREATE TABLE stale_assessment (claim_id uuid PRIMARY KEY);
COMMENT ON TABLE stale_assessment IS 'Hours that these assessments rest on have arrived or changed since';
INSERT INTO stale_assessment SELECT claim_id FROM answered WHERE is_stale;

DROP TABLE answered;
DROP FUNCTION pg_temp.question_id_of, pg_temp.parameters_of;
ALTER TABLE assessment ADD PRIMARY KEY (claim_id);
CREATE INDEX assessment_hours ON assessment (last_hour_ends_at);
