-- Claims are found by their state, of those that few are in. Nearly every claim goes from waiting_for_rainfall to decided
-- and nowhere else: an index that names the state, if only in its condition, would make PostgreSQL write all indexes of
-- the claim for that step (no HOT update). This column is null in both, so that the step touches no index.
-- Adding it rewrites the table, once.
ALTER TABLE claim ADD COLUMN rare_state text GENERATED ALWAYS AS (
    CASE WHEN state IN ('waiting_for_policy', 'waiting_for_answer', 'referred', 'withdrawn') THEN state END) STORED;
CREATE INDEX claim_by_rare_state ON claim (rare_state, opened_at, claim_id) WHERE rare_state IS NOT NULL;
