-- Covered damage that awaits an assessment waits for somebody, also that of claims decided before this was so.
INSERT INTO desk_case (claim_id, causes, since, due_at)
SELECT claim_id, '{assessment}', decided_at, now()
  FROM claim JOIN decision USING (claim_id, claim_version)
 WHERE awaits_assessment
   AND NOT EXISTS (SELECT FROM repair_job
                    WHERE repair_job.claim_id = claim.claim_id AND repair_job.state IN ('requested', 'accepted'))
    ON CONFLICT (claim_id) DO UPDATE SET causes = desk_case.causes || EXCLUDED.causes
 WHERE NOT desk_case.causes && EXCLUDED.causes;
