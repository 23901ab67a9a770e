-- What is told about claims waits for nothing about an account, and the other way round. The column keeps its name.
ALTER TABLE requested_message
    DROP CONSTRAINT requested_message_priority_check,
    ADD CONSTRAINT requested_message_priority_check CHECK (priority IN ('urgent', 'ordinary', 'about_claim'));
UPDATE requested_message SET priority = 'about_claim' WHERE claim IS NOT NULL;
