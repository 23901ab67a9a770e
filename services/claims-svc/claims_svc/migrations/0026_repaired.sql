-- What a completed repair stands for: that much of what is decided is not paid. Null: all that can be repaired, as long
-- as the job is not completed. Of jobs of before it is what their partners said.
ALTER TABLE repair_job ADD COLUMN repaired_cents bigint;
UPDATE repair_job
   SET repaired_cents = (
           SELECT sum((item ->> 'amount_cents')::bigint)
             FROM supplement CROSS JOIN json_array_elements(contents -> 'damage') AS item
            WHERE supplement_id = job_id AND item ->> 'kind' = 'buildings'
              AND item ->> 'estimated_by' = 'repair_partner')
 WHERE state = 'completed';
