-- The administration around the dossiers: a log of its own, with the columns and the numbering of stored_events, so that
-- positions of the two can be compared: what has the lower one was there first.
CREATE TABLE administration_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL UNIQUE,
    PRIMARY KEY (originator_id, originator_version)
);

-- How far that log goes. Who decides on a dossier says up to where he knew it, and is heard only if that is all.
CREATE TABLE administration_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO administration_head DEFAULT VALUES;

-- Commands that were carried out, so that each is once.
CREATE TABLE administration_command (
    command_id text PRIMARY KEY,
    digest text NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL
);
