-- No uniqueness here on purpose: an effect that happens twice must be seen, not refused.
CREATE TABLE effect (
    effect_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id uuid    NOT NULL,
    version     integer NOT NULL
);
CREATE TABLE state (
    customer_id uuid PRIMARY KEY,
    version     integer NOT NULL
);
CREATE TABLE note (
    note_id         uuid PRIMARY KEY,
    relation_number text NOT NULL,
    text            text NOT NULL,
    version         integer NOT NULL DEFAULT 1
);
