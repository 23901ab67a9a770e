-- Claims are never deleted, and who stores one of these has locked or inserted the claim in the same transaction, or
-- found it by its payment: the key would look that up again, and lock the claim once more, for every row of a storm.
ALTER TABLE desk_case DROP CONSTRAINT desk_case_claim_id_fkey;
ALTER TABLE promise   DROP CONSTRAINT promise_claim_id_fkey;
ALTER TABLE payment   DROP CONSTRAINT payment_claim_id_fkey;
