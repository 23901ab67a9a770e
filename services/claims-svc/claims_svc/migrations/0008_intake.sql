-- A customer's claims are found through the policies: each claim's policy number has a row there, known or not, and
-- policies are far fewer than claims, so that the index costs no report anything.
CREATE INDEX policy_of_customer ON policy (split_part(policy_number, '-', 1));
