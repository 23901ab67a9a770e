-- A handler can ask a question again: each time it is asked is kept.
ALTER TABLE question DROP CONSTRAINT question_pkey, ADD PRIMARY KEY (claim_id, code, asked_at);
