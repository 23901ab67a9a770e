-- A job that a partner has accepted without its customer's consent to be called waits no longer for ever. Those that wait
-- already are asked about now, and come to a handler a week later.
INSERT INTO messaging.timer (kind, key, due_at, traceparent)
SELECT kind, job_id::text, now() + wait, trace
  FROM repair_job JOIN claim USING (claim_id)
 CROSS JOIN (VALUES ('repair-consent-reminder', interval '0'), ('repair-consent-missing', interval '7 days'))
            AS timers (kind, wait)
 WHERE repair_job.state = 'accepted' AND agreed_at IS NULL;
