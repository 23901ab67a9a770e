-- Who is logged in at the portal: by the digest of what the browser holds. What it holds opens `sealed`: the tokens.
CREATE TABLE session (
    digest bytea PRIMARY KEY,
    sealed bytea NOT NULL,
    began_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL
);
CREATE INDEX session_used_at ON session (used_at);

-- What somebody has half filled in, one of each kind, for whoever logs in as the same. It outlives sessions.
CREATE TABLE draft (
    owner bytea NOT NULL,
    kind text NOT NULL,
    sealed bytea NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (owner, kind)
);
CREATE INDEX draft_changed_at ON draft (changed_at);
