-- An operator has confirmed that the database's clock is right although it jumped: timers go on by it.
CREATE TABLE messaging.clock_confirmation (
    confirmed_at timestamptz PRIMARY KEY,
    because      text        NOT NULL
);
