-- Of trusted extensions the owner of a database may make its own: GiST indexes of text beside ranges need this one.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE SEQUENCE relation_number_given START 70000000;

ALTER TABLE policy
    ADD COLUMN kind      text NOT NULL DEFAULT 'buildings',
    ADD COLUMN renews_on date;
ALTER TABLE policy ALTER COLUMN kind DROP DEFAULT;
UPDATE policy SET kind = 'contents'
 WHERE NOT EXISTS (SELECT FROM policy_terms AS terms WHERE terms.policy_number = policy.policy_number
                      AND superseded_at IS NULL AND 'buildings' = ANY (covers));
CREATE INDEX policy_of_customer ON policy (customer_id);

-- Policies are renewed on the anniversary of their beginning; what is on record already, too.
UPDATE policy
   -- What began on 29 February is renewed on 1 March in other years.
   SET renews_on = CASE to_char(began, 'MMDD')
                   WHEN '0229' THEN (began - 1 + make_interval(years => years))::date + 1
                   ELSE began + make_interval(years => years) END
  FROM (SELECT policy_number, began,
               date_part('year', age((now() AT TIME ZONE 'Europe/Amsterdam')::date, began))::integer + 1 AS years
          FROM (SELECT policy_number, min(effective_on) AS began
                  FROM policy_terms WHERE superseded_at IS NULL
                 GROUP BY policy_number HAVING bool_or(ends_on IS NULL)) AS running) AS renewals
 WHERE policy.policy_number = renewals.policy_number;
INSERT INTO messaging.timer (kind, key, due_at)
SELECT DISTINCT 'renewals', renews_on::text, renews_on::timestamp AT TIME ZONE 'Europe/Amsterdam'
  FROM policy WHERE renews_on IS NOT NULL;
CREATE INDEX policy_to_renew ON policy (renews_on);

-- Each version of a policy: what made it, and from when until when it was the known one.
CREATE TABLE policy_version (
    policy_number   text        COLLATE "C" NOT NULL REFERENCES policy,
    version         integer     NOT NULL CHECK (version >= 1),
    known           tstzrange   NOT NULL CHECK (NOT isempty(known)),
    reason          text        NOT NULL,
    -- The role of who asked for it, or 'timer', 'command' or what looked up a position.
    made_by         text        NOT NULL,
    PRIMARY KEY (policy_number, version),
    CONSTRAINT one_version_at_a_time UNIQUE (policy_number, known WITHOUT OVERLAPS)
);

-- Bitemporal: these terms are valid on the days `in_force`, and were on record as such at the moments `known`. Rows are
-- never deleted, so that what was known at any moment can be looked up. No two rows say something about the same day
-- at the same moment.
ALTER TABLE policy_terms RENAME TO terms_before;
ALTER TABLE terms_before RENAME CONSTRAINT policy_terms_pkey TO terms_before_pkey;
CREATE TABLE policy_terms (
    policy_number         text      COLLATE "C" NOT NULL REFERENCES policy,
    recorded_in_version   integer   NOT NULL,
    superseded_in_version integer,
    in_force              daterange NOT NULL CHECK (NOT isempty(in_force) AND NOT lower_inf(in_force)),
    known                 tstzrange NOT NULL CHECK (NOT isempty(known) AND NOT lower_inf(known)),
    -- Home, car, pet, persons and area, as in the event.
    insured               jsonb     NOT NULL,
    covers                text[]    NOT NULL,
    deductible_cents      integer   NOT NULL,
    product_version       text      NOT NULL,
    premium               jsonb,
    PRIMARY KEY (policy_number, recorded_in_version, in_force WITHOUT OVERLAPS),
    CONSTRAINT one_truth_at_a_time EXCLUDE USING gist (policy_number WITH =, in_force WITH &&, known WITH &&),
    CHECK (superseded_in_version > recorded_in_version),
    CHECK (upper_inf(known) = (superseded_in_version IS NULL))
);
INSERT INTO policy_terms
SELECT policy_number, recorded_in_version, superseded_in_version, daterange(effective_on, ends_on),
       tstzrange(recorded_at, superseded_at),
       jsonb_build_object('home', jsonb_build_object(
           'postcode', postcode, 'house_number', house_number, 'home_type', home_type,
           'location', jsonb_build_object('latitude_microdegrees', latitude_microdegrees,
                                          'longitude_microdegrees', longitude_microdegrees,
                                          'accuracy_metres', accuracy_metres))),
       covers, deductible_cents, product_version, NULL
  FROM terms_before;
INSERT INTO policy_version
SELECT policy_number, version, tstzrange(recorded_at, lead(recorded_at) OVER (PARTITION BY policy_number ORDER BY version)),
       'imported', 'command'
  FROM (SELECT policy_number, recorded_in_version AS version, min(recorded_at) AS recorded_at
          FROM terms_before GROUP BY policy_number, recorded_in_version
         UNION
        SELECT policy_number, superseded_in_version, min(superseded_at)
          FROM terms_before WHERE superseded_in_version IS NOT NULL
           AND (policy_number, superseded_in_version) NOT IN (SELECT policy_number, recorded_in_version FROM terms_before)
         GROUP BY policy_number, superseded_in_version) AS versions;
DROP TABLE terms_before;
CREATE INDEX policy_terms_current ON policy_terms (policy_number, lower(in_force)) WHERE upper_inf(known);

-- Who a customer was and how they were reached: `customer` holds the present, this all of it.
CREATE TABLE customer_version (
    customer_id  uuid      NOT NULL REFERENCES customer,
    version      integer   NOT NULL,
    known        tstzrange NOT NULL CHECK (NOT isempty(known)),
    name         text      NOT NULL,
    email        text,
    mobile_phone text,
    postcode     text,
    house_number text,
    language     text      NOT NULL,
    PRIMARY KEY (customer_id, known WITHOUT OVERLAPS)
);
INSERT INTO customer_version
SELECT customer_id, version, tstzrange(recorded_at, NULL), name, email, mobile_phone, postcode, house_number, language
  FROM customer;

-- Who has seen or changed what of a customer, for good. Names of operations and numbers, no contact data.
CREATE TABLE access_record (
    record_id       uuid        PRIMARY KEY,
    recorded_at     timestamptz NOT NULL,
    relation_number text        COLLATE "C" NOT NULL,
    policy_number   text        COLLATE "C",
    -- The subject of a token.
    actor           text        NOT NULL,
    role            text        NOT NULL,
    operation       text        NOT NULL,
    details         jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX ON access_record (relation_number, recorded_at DESC, record_id DESC);
CREATE FUNCTION refuse_to_change_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'access records are append-only';
END;
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_records();

-- Where the database belongs to another role than the service's (deploy/databases.sql), the service has no right to.
DO $$
DECLARE
    other name;
BEGIN
    FOR other IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
         WHERE table_name = 'access_record' AND table_schema = current_schema() AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE ALL ON access_record FROM %I', other);
        EXECUTE format('GRANT SELECT, INSERT ON access_record TO %I', other);
    END LOOP;
END;
$$;
