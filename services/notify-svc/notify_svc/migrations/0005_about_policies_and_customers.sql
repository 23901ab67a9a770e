-- What a message about a policy names.
ALTER TABLE requested_message
    ADD COLUMN policy_number text,
    ADD COLUMN effective_on  date,
    ADD CHECK ((policy_number IS NULL) = (effective_on IS NULL));

-- A customer may ask for everything that is held about them. A message's customer never changes: its updates stay HOT.
CREATE INDEX message_of_customer ON message (customer_id);
CREATE INDEX requested_message_of_customer ON requested_message (customer_id);
