-- Claims are found by the area of the home that their policy insures last, ...
CREATE INDEX policy_of_area ON policy (left(state -> 'terms' -> -1 -> 'home' ->> 'postcode', 4)) WHERE state IS NOT NULL;

-- ... and listed by when they were opened. That never changes, so that only a claim that is opened pays for it.
CREATE INDEX claim_by_age ON claim (opened_at, claim_id);
