-- Decisions whose proofs are not in the tree yet: the next root takes them from here. A queue and not a search by moment,
-- because a decision's moment is when its transaction began, so one that is committed late would be missed. Filled by a
-- trigger, so that no writer of decisions can forget it; beside the decision itself its cost was not measurable.
CREATE TABLE proof_to_append (
    claim_id      uuid    NOT NULL,
    claim_version integer NOT NULL
);
CREATE FUNCTION append_proofs() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    INSERT INTO proof_to_append SELECT claim_id, claim_version FROM decided;
    RETURN NULL;
END $$;
CREATE TRIGGER decision_enters_the_tree AFTER INSERT ON decision REFERENCING NEW TABLE AS decided
    FOR EACH STATEMENT EXECUTE FUNCTION append_proofs();
INSERT INTO proof_to_append SELECT claim_id, claim_version FROM decision;

-- The tree of all proofs (RFC 6962), which only grows. A leaf's entry is the SHA-256 of the proof.
CREATE TABLE proof_leaf (
    leaf_index    bigint  PRIMARY KEY CHECK (leaf_index >= 0),
    claim_id      uuid    NOT NULL,
    claim_version integer NOT NULL,
    UNIQUE (claim_id, claim_version),
    FOREIGN KEY (claim_id, claim_version) REFERENCES decision
);

-- The hash of every complete subtree: of 2 ^ level leaves, the first of which is leaf position * 2 ^ level.
CREATE TABLE proof_node (
    level    smallint NOT NULL,
    position bigint   NOT NULL,
    hash     bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, position)
);

-- Every root that was signed and published. What has been published once is compared with the tree by `proofs check-root`.
CREATE TABLE proof_root (
    root_number bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tree_size   bigint      NOT NULL,
    rooted_at   timestamptz NOT NULL,
    checkpoint  text        NOT NULL,
    public_key  text        NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% only grows: what was announced can never be changed', TG_TABLE_NAME; END $$;
CREATE TRIGGER proof_leaf_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proof_node_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_node
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proof_root_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_root
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_is_kept BEFORE DELETE OR TRUNCATE ON decision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
