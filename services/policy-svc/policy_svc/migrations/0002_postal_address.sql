-- Where the customer's letters go: as the policy file says, else the insured home. Null until the next import.
ALTER TABLE customer
    ADD COLUMN postcode     text,
    ADD COLUMN house_number text,
    ADD CHECK ((postcode IS NULL) = (house_number IS NULL));
