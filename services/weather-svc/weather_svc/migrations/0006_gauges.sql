-- A file of manual gauges is a publication that says nothing of hours.
ALTER TABLE publication DROP CONSTRAINT publication_resolution_check;
ALTER TABLE publication ADD CONSTRAINT publication_resolution_check
    CHECK (resolution IN ('hourly', 'ten_minute', 'daily'));

-- What counts of the days of manual gauges: of the figures published, the newest. A day without a figure has no row.
CREATE TABLE gauge_day (
    gauge           integer     NOT NULL CHECK (gauge BETWEEN 1 AND 999),
    day             date        NOT NULL,
    tenths_mm       integer     NOT NULL CHECK (tenths_mm BETWEEN 0 AND 100000),
    published_at    timestamptz NOT NULL,
    publication_id  bigint      NOT NULL REFERENCES publication,
    PRIMARY KEY (gauge, day)
);
COMMENT ON COLUMN gauge_day.day IS 'Of the reading: it ends at 08:00 UTC of this day';
