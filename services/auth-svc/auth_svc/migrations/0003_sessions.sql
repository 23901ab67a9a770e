CREATE TABLE session (
    session_id  uuid        PRIMARY KEY,
    digest      bytea       NOT NULL UNIQUE,
    account_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    device_id   uuid        REFERENCES device ON DELETE SET NULL,
    methods     text[]      NOT NULL,
    address     text        NOT NULL,
    began_at    timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX ON session (account_id);
CREATE INDEX ON session (expires_at);

CREATE TABLE authorization_code (
    digest         bytea       PRIMARY KEY,
    session_id     uuid        NOT NULL REFERENCES session ON DELETE CASCADE,
    client_id      text        NOT NULL,
    redirect_uri   text        NOT NULL,
    code_challenge text        NOT NULL,
    scope          text        NOT NULL,
    used_at        timestamptz,
    expires_at     timestamptz NOT NULL
);
CREATE INDEX ON authorization_code (expires_at);

-- Used ones are kept as long as their session: a second use gives a thief away.
CREATE TABLE refresh_token (
    digest     bytea       PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES session ON DELETE CASCADE,
    client_id  text        NOT NULL,
    scope      text        NOT NULL,
    used_at    timestamptz
);
CREATE INDEX ON refresh_token (session_id);

CREATE TABLE client (
    client_id     text        PRIMARY KEY,
    subject_id    uuid        NOT NULL UNIQUE,
    name          text        NOT NULL,
    -- None for a public client, which proves itself by PKCE alone.
    secret_digest bytea,
    -- None for a client that acts for people.
    role          text,
    scopes        text[]      NOT NULL,
    redirect_uris text[]      NOT NULL,
    disabled_at   timestamptz,
    CHECK ((role IS NULL) = (redirect_uris <> '{}')),
    CHECK (role IS NULL OR secret_digest IS NOT NULL)
);

CREATE TABLE signing_key (
    kid         text        PRIMARY KEY,
    -- The private key, sealed.
    sealed_key  text        NOT NULL,
    public_key  jsonb       NOT NULL,
    listed_from timestamptz NOT NULL,
    signs_from  timestamptz NOT NULL,
    signs_until timestamptz NOT NULL,
    -- The last token it signed is over then.
    listed_until timestamptz NOT NULL
);
