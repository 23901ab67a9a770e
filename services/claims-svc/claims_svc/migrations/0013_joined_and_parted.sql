-- A claim that somebody joined to another one by hand: its reports are among those of that claim, with which it is decided.
-- brought_cents is what was decided to be paid for claims joined to this one, or (below 0) for such as were parted from it,
-- since its newest decision: the next one counts it as decided before.
ALTER TABLE claim
    ADD COLUMN joined_to     uuid REFERENCES claim CHECK (joined_to <> claim_id),
    ADD COLUMN brought_cents bigint NOT NULL DEFAULT 0;
CREATE INDEX claim_joined_to ON claim (joined_to) WHERE joined_to IS NOT NULL;

-- What a joined claim is about is found with the claim that it was joined to.
CREATE OR REPLACE VIEW outline AS
    SELECT all_outlines.*,
           EXISTS (SELECT FROM decision
                    WHERE decision.claim_id = all_outlines.claim_id
                      AND decision.claim_version = all_outlines.claim_version AND payable_cents > 0) AS is_paid
      FROM (SELECT claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest,
                   possible_duplicate_of, claim_version
              FROM claim WHERE joined_to IS NULL
            UNION ALL
            SELECT claim_id, former.policy_number, former.loss_from_at, former.loss_until_at, former.families,
                   former.damage_kinds, former.damage_digest, possible_duplicate_of, claim_version
              FROM former_outline AS former JOIN claim USING (claim_id) WHERE joined_to IS NULL) AS all_outlines;
CREATE OR REPLACE VIEW outline_now AS
    SELECT claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest,
           possible_duplicate_of,
           EXISTS (SELECT FROM decision
                    WHERE decision.claim_id = claim.claim_id
                      AND decision.claim_version = claim.claim_version AND payable_cents > 0) AS is_paid
      FROM claim WHERE joined_to IS NULL;
