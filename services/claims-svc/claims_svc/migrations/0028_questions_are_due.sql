-- What handlers asked before their questions had timers. Who has answered meanwhile is found so when these fire.
INSERT INTO messaging.timer (kind, key, due_at, traceparent)
SELECT DISTINCT ON (claim_id, due_on)
       'question-due', claim_id::text || ' ' || to_char(due_on, 'YYYY-MM-DD'),
       (due_on + 1)::timestamp AT TIME ZONE 'Europe/Amsterdam', claim.trace
  FROM question JOIN claim USING (claim_id)
 WHERE asked_by IS NOT NULL AND due_on IS NOT NULL AND withdrawn_at IS NULL
    ON CONFLICT DO NOTHING;
