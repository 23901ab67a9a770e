-- What made each version of a customer, as each version of a policy says: an import undoes only what imports said.
ALTER TABLE customer_version ADD COLUMN reason text NOT NULL DEFAULT 'imported';
ALTER TABLE customer_version ALTER COLUMN reason DROP DEFAULT;
-- Who took out an insurance here became a customer at the moment of the first policy.
UPDATE customer_version
   SET reason = 'applied'
  FROM policy
  JOIN policy_version USING (policy_number)
 WHERE policy.customer_id = customer_version.customer_id AND customer_version.version = 1
   AND policy_version.version = 1 AND policy_version.reason = 'applied'
   AND lower(policy_version.known) = lower(customer_version.known);
-- What customers confirmed says which version came of it.
UPDATE customer_version
   SET reason = 'changed'
  FROM customer
  JOIN preview USING (relation_number)
 WHERE customer.customer_id = customer_version.customer_id AND preview.policy_number IS NULL
   AND customer_version.version = (preview.result ->> 'version')::integer;
-- Letters that followed a move went to the new home from its day on.
UPDATE customer_version
   SET reason = 'letters_moved'
  FROM customer
  JOIN preview USING (relation_number)
 WHERE customer.customer_id = customer_version.customer_id AND preview.result IS NOT NULL
   AND preview.shown ->> 'letters_follow' = 'true' AND customer_version.reason = 'imported'
   AND customer_version.version > 1
   AND (customer_version.postcode, customer_version.house_number)
       = (preview.shown #>> '{outcome,after,home,postcode}', preview.shown #>> '{outcome,after,home,house_number}')
   AND lower(customer_version.known) AT TIME ZONE 'Europe/Amsterdam' >= (preview.result ->> 'effective_on')::date;
