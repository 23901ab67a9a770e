-- The version of its policy under which a claim was advanced last; 0: the policy was unknown. Claims of a policy that has
-- many follow a new version in slices, and this says which have.
ALTER TABLE claim ADD COLUMN policy_version integer NOT NULL DEFAULT 0;
UPDATE claim SET policy_version = policy.version FROM policy WHERE policy.policy_number = claim.policy_number;

-- Slices go through the claims of a policy in the order of their ids.
CREATE INDEX claim_of_policy_in_order ON claim (policy_number, claim_id);
DROP INDEX claim_of_policy;

-- Versions of policies that claims still have to follow, one version after the other. While a policy has rows here there
-- is a timer that makes the next slice follow the oldest one; it removes the row when the last claim has followed.
CREATE TABLE policy_change (
    policy_number text    NOT NULL,
    version       integer NOT NULL,
    state         json    NOT NULL,          -- the PolicyChanged event
    followed_to   uuid,                      -- the last claim of the newest slice; null: none yet
    PRIMARY KEY (policy_number, version)
);

-- Of what the claims of a policy used only the events that a claim can belong to are read.
CREATE INDEX deductible_use_in_order ON deductible_use (policy_number, family, loss_from_at)
    INCLUDE (claim_id, used_cents);
DROP INDEX deductible_use_of_policy;
