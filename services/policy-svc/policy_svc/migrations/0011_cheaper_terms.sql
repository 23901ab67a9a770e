-- An entry of a GiST index costs some fifty times one of a B-tree, and most of an import was this one: which of the periods of
-- one version overlap is known to `one_truth_at_a_time` too, as they are known at the same time.
ALTER TABLE policy_terms DROP CONSTRAINT policy_terms_pkey;
CREATE UNIQUE INDEX one_period_a_day ON policy_terms (policy_number, recorded_in_version, lower(in_force));
