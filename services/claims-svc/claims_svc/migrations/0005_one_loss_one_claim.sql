-- What of the report that opened a claim is compared with other reports: see domain/likeness.py, which defines the bits of
-- families (of perils) and damage_kinds, and the digest.
ALTER TABLE claim
    ADD COLUMN loss_from_at          timestamptz,
    ADD COLUMN loss_until_at         timestamptz,
    ADD COLUMN families              smallint,
    ADD COLUMN damage_kinds          smallint,
    ADD COLUMN damage_digest         text,
    ADD COLUMN possible_duplicate_of uuid,          -- another claim that can be about the same damage
    ADD COLUMN statement             json;          -- what customers said first; null: nobody has said anything else

-- Of claims from before this migration any family of perils is possible.
UPDATE claim
   SET loss_from_at = (report -> 'loss' ->> 'from_at')::timestamptz,
       loss_until_at = (report -> 'loss' ->> 'until_at')::timestamptz,
       families = 3,
       (damage_kinds, damage_digest) = (
           SELECT bit_or(CASE item ->> 'kind' WHEN 'buildings' THEN 1 WHEN 'contents' THEN 2
                                              WHEN 'cleaning' THEN 4 WHEN 'cellar_pumping' THEN 8 END),
                  left(encode(sha256(string_agg(concat(item ->> 'kind', ':', item ->> 'amount_cents'), ','
                              ORDER BY concat(item ->> 'kind', ':', item ->> 'amount_cents') COLLATE "C")::bytea),
                       'hex'), 32)
             FROM json_array_elements(report -> 'damage') AS item);

ALTER TABLE claim
    ALTER COLUMN loss_from_at SET NOT NULL,
    ALTER COLUMN loss_until_at SET NOT NULL,
    ALTER COLUMN families SET NOT NULL,
    ALTER COLUMN damage_kinds SET NOT NULL,
    ALTER COLUMN damage_digest SET NOT NULL;

-- Claims that can be of one loss are looked up by their damage and moment.
CREATE INDEX claim_by_kinds_and_loss ON claim (policy_number, damage_kinds, loss_from_at, claim_id);
CREATE INDEX claim_by_damage_and_loss ON claim (policy_number, damage_digest, loss_from_at, claim_id);

-- Reports of a loss for which another report had opened a claim already. The report that opened it stands in the claim.
CREATE TABLE joined_report (
    report_id uuid        PRIMARY KEY,
    claim_id  uuid        NOT NULL REFERENCES claim,
    report    json        NOT NULL,                 -- the newest LossReported event of it
    joined_at timestamptz NOT NULL,
    place     bigint      GENERATED ALWAYS AS IDENTITY -- in the order in which they joined
);
CREATE INDEX joined_report_of_claim ON joined_report (claim_id);

-- What claims were about before: each outline that a report of the claim ever had and that is not the claim's now. The
-- same damage is not paid to another claim because a correction has moved this one away.
CREATE TABLE former_outline (
    claim_id      uuid        NOT NULL REFERENCES claim,
    policy_number text        NOT NULL,
    loss_from_at  timestamptz NOT NULL,
    loss_until_at timestamptz NOT NULL,
    families      smallint    NOT NULL,
    damage_kinds  smallint    NOT NULL,
    damage_digest text        NOT NULL,
    place         bigint      GENERATED ALWAYS AS IDENTITY, -- in the order in which the claim had them
    PRIMARY KEY (claim_id, place)
);
CREATE INDEX former_outline_by_kinds_and_loss ON former_outline (policy_number, damage_kinds, loss_from_at, claim_id);
CREATE INDEX former_outline_by_damage_and_loss ON former_outline (policy_number, damage_digest, loss_from_at, claim_id);

-- What is compared. Whether a decision to pay stands is looked up only where a statement asks.
CREATE VIEW outline AS
    SELECT all_outlines.*,
           EXISTS (SELECT FROM decision
                    WHERE decision.claim_id = all_outlines.claim_id
                      AND decision.claim_version = all_outlines.claim_version AND payable_cents > 0) AS is_paid
      FROM (SELECT claim_id, policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest,
                   possible_duplicate_of, claim_version
              FROM claim
            UNION ALL
            SELECT claim_id, former.policy_number, former.loss_from_at, former.loss_until_at, former.families,
                   former.damage_kinds, former.damage_digest, possible_duplicate_of, claim_version
              FROM former_outline AS former JOIN claim USING (claim_id)) AS all_outlines;
