-- What each decided claim has of its events, one row a family, so that an event's deductible is computed from all damage
-- of the event: what the claims bore of it, and the limit of what customers may estimate themselves.
CREATE TABLE event_use (
    claim_id        uuid        NOT NULL,
    family          text        NOT NULL,
    policy_number   text        NOT NULL,
    loss_from_at    timestamptz NOT NULL,
    covered_cents   bigint      NOT NULL CHECK (covered_cents >= 0), -- of this family alone, undisputed and assessed
    heavy_cents     bigint      NOT NULL CHECK (heavy_cents BETWEEN 0 AND covered_cents),
    either_cents    bigint      NOT NULL CHECK (either_cents >= 0),  -- of either family: the same in both rows
    estimated_cents bigint      NOT NULL CHECK (estimated_cents >= 0),
    borne_cents     bigint      NOT NULL CHECK (borne_cents >= 0),
    proof_sha256    text        NOT NULL,
    PRIMARY KEY (claim_id, family)
);
CREATE INDEX event_use_in_order ON event_use (policy_number, family, loss_from_at);

-- A claim had one family before, and paid its covered damage less what it used. What customers estimated cannot be told
-- any more: their limit begins anew for events of before. Nor can how much of the damage rests on heavy weather: what was
-- borne is the least of it that can have been, and less is never worse for the customer.
INSERT INTO event_use
SELECT claim_id, used.family, used.policy_number, used.loss_from_at, coalesce(payable_cents, 0) + used_cents, used_cents,
       0, 0, used_cents, proof_sha256
  FROM deductible_use AS used JOIN claim USING (claim_id) JOIN decision USING (claim_id, claim_version);

DROP TABLE deductible_use;
