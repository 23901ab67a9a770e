-- A customer asked for all that is held about them. What services answer stays sealed, is opened for a download only, and is
-- deleted seven days after it was ready.
CREATE TABLE personal_data_export (
    export_id       uuid        PRIMARY KEY,
    customer_id     uuid        NOT NULL REFERENCES customer,
    relation_number text        COLLATE "C" NOT NULL,
    requested_at    timestamptz NOT NULL,
    -- Everybody has answered, or what is missing is not waited for any more.
    ready_at        timestamptz,
    deleted_at      timestamptz,
    CHECK (deleted_at > ready_at)
);
CREATE INDEX ON personal_data_export (relation_number, requested_at DESC);
CREATE UNIQUE INDEX personal_data_export_under_way ON personal_data_export (customer_id) WHERE ready_at IS NULL;

CREATE TABLE personal_data_part (
    export_id uuid    NOT NULL REFERENCES personal_data_export,
    holder    text    NOT NULL,
    part      integer NOT NULL CHECK (part BETWEEN 1 AND parts),
    parts     integer NOT NULL,
    sealed    text    NOT NULL,
    PRIMARY KEY (export_id, holder, part)
);
-- What is encrypted does not get smaller.
ALTER TABLE personal_data_part ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Previews are asked for by customer then.
CREATE INDEX preview_of_customer ON preview (relation_number);
