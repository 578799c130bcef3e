-- The scheduler: which rule will be met by which dossier from when on, as far as nothing else happens.
CREATE TABLE escalation_moment (
    dossier_id uuid NOT NULL,
    rule text NOT NULL,
    code text COLLATE "C" NOT NULL,
    occasion_at timestamptz NOT NULL,
    met_at timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, rule)
) WITH (fillfactor = 80);
CREATE INDEX escalation_moment_met ON escalation_moment (met_at, dossier_id, rule);

-- Where it stands. Moments are worked out for all events up to position, on a basis of rules; while they are being
-- worked out anew, since the rules are others now, reworked_upto is the last dossier done. looked_at is what the clock
-- said at the last whole look, which ended at finished_at.
CREATE TABLE schedule (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    position bigint NOT NULL DEFAULT 0,
    basis text NOT NULL DEFAULT '',
    reworked_upto uuid,
    looked_at timestamptz,
    finished_at timestamptz,
    failed bigint NOT NULL DEFAULT 0,
    failure text
) WITH (fillfactor = 50);
INSERT INTO schedule DEFAULT VALUES;

-- How many escalations were made by each rule, and how many came to nothing since the dossier had moved on.
CREATE TABLE escalation_count (
    rule text PRIMARY KEY,
    escalated bigint NOT NULL DEFAULT 0,
    moved_on bigint NOT NULL DEFAULT 0,
    last_at timestamptz
) WITH (fillfactor = 50);
