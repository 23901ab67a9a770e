-- Who made each version of a customer, as each version of a policy says: the role of who asked for it, 'command' or 'timer'.
ALTER TABLE customer_version ADD COLUMN made_by text NOT NULL DEFAULT 'command';
ALTER TABLE customer_version ALTER COLUMN made_by DROP DEFAULT;
UPDATE customer_version SET made_by = 'timer' WHERE reason = 'letters_moved';
UPDATE customer_version
   SET made_by = policy_version.made_by
  FROM policy
  JOIN policy_version USING (policy_number)
 WHERE policy.customer_id = customer_version.customer_id AND customer_version.reason = 'applied'
   AND policy_version.version = 1 AND lower(policy_version.known) = lower(customer_version.known);
-- Whoever confirmed first made the change; who did so again is on record, too.
UPDATE customer_version
   SET made_by = first.role
  FROM (SELECT DISTINCT ON (relation_number, details ->> 'version') customer_id, role,
               (details ->> 'version')::integer AS version
          FROM access_record
          JOIN customer USING (relation_number)
         WHERE operation = 'customers.change' AND details ? 'confirmed'
         ORDER BY relation_number, details ->> 'version', access_record.recorded_at, record_id) AS first
 WHERE first.customer_id = customer_version.customer_id AND first.version = customer_version.version
   AND customer_version.reason = 'changed';

-- The rules by which a home was refused for which somebody asked what it would cost. Such a quote was told to nobody, and
-- is kept for as long as one that was.
ALTER TABLE quote
    ADD COLUMN refused_by text[],
    ADD CHECK (refused_by IS NULL OR (cardinality(refused_by) > 0 AND policy_number IS NULL));
