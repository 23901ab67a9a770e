-- What is read by its key and written once leaves the row of the claim, which is copied by every update. A second claim
-- for one report violates this key. That claim_id names a claim is not checked: both are written by one statement.
CREATE TABLE opening_report (
    report_id uuid PRIMARY KEY,
    claim_id  uuid NOT NULL,
    report    json NOT NULL                     -- the LossReported event of the claim's report_version
) WITH (toast_tuple_target = 8160);             -- compressing a report costs more than it saves
INSERT INTO opening_report SELECT report_id, claim_id, report FROM claim ORDER BY claim_id;

-- Of the question about rain only whether it is still the same is asked: see `question_digest` in domain/needs.py.
ALTER TABLE claim
    DROP CONSTRAINT claim_report_id_key,
    DROP COLUMN report,
    ADD COLUMN question_digest uuid,            -- of the question of that request_version; null: never asked
    ADD COLUMN waits_until timestamptz;         -- when its wait ends; without a meaning once it does not wait
UPDATE claim
   SET question_digest = encode(substr(sha256(convert_to(rainfall_request::text, 'UTF8')), 1, 16), 'hex')::uuid,
       waits_until = (SELECT due_at FROM messaging.timer
                       WHERE key = claim_id::text
                         AND kind = CASE state WHEN 'waiting_for_policy' THEN 'policy-deadline'
                                               WHEN 'waiting_for_rainfall' THEN 'rainfall-deadline' END)
 WHERE rainfall_request IS NOT NULL OR state IN ('waiting_for_policy', 'waiting_for_rainfall');
ALTER TABLE claim
    DROP COLUMN rainfall_request,
    ADD CHECK ((request_version = 0) = (question_digest IS NULL));

-- Most claims are updated once. A transaction that updates all claims of a page finds room there for all of them, so
-- that no index is touched.
ALTER TABLE claim SET (fillfactor = 45);

-- The claims whose waits began in one transaction and end at one moment. A timer with wait_id as its key looks then which
-- of them still wait. Waits of before have timers of their own.
CREATE TABLE wait (
    wait_id   uuid   PRIMARY KEY,
    claim_ids uuid[] NOT NULL
);
ALTER TABLE wait ALTER COLUMN claim_ids SET STORAGE EXTERNAL; -- ids do not get smaller

-- An answer about rain that the standing proof holds is not kept here: see `rainfall` of domain/decision.py.
COMMENT ON TABLE rainfall IS 'The newest answer of a claim, as long as its standing decision rests on none as new';
ALTER TABLE rainfall SET (toast_tuple_target = 8160);

-- A proof comes compressed (repository/stored_proofs.py), older ones as they are. Claims are never deleted, and who
-- decides has locked or inserted the claim: the key would only look that up again.
ALTER TABLE decision
    ALTER COLUMN proof SET STORAGE EXTERNAL,
    DROP CONSTRAINT decision_claim_id_fkey;

-- What claims are about now, without what they were about before.
CREATE VIEW outline_now AS
    SELECT claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest,
           possible_duplicate_of,
           EXISTS (SELECT FROM decision
                    WHERE decision.claim_id = claim.claim_id
                      AND decision.claim_version = claim.claim_version AND payable_cents > 0) AS is_paid
      FROM claim;
