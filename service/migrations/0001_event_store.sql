-- The log. Columns and types are those the eventsourcing library reads; notification_id is the event's position:
-- transaction id and place in the transaction, so that writers need no lock and readers miss nothing.
CREATE TABLE stored_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text,
    state bytea,
    notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    -- Rows are only ever added: there is nothing to vacuum away, but the planner must know how the log grows.
    autovacuum_enabled = true,
    autovacuum_vacuum_threshold = 100000000,
    autovacuum_vacuum_scale_factor = 0.5,
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.01,
    -- An event up to 8 kB stays in its row, uncompressed: a history is read in one go, without detours.
    toast_tuple_target = 8160
);
ALTER TABLE stored_events ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX stored_events_position ON stored_events (notification_id);

-- Which dossier a code names.
CREATE TABLE dossier_code (
    code text PRIMARY KEY,
    dossier_id uuid NOT NULL UNIQUE
);

-- The last number given out by a unit on a local day. Updated in place, all day long.
CREATE TABLE dossier_number (
    unit text NOT NULL,
    day date NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (unit, day)
) WITH (fillfactor = 50);

-- Added to transaction ids in positions. A restored dump starts with low transaction ids: raising the offset
-- keeps new positions above all old ones.
CREATE TABLE log_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    xid_offset bigint NOT NULL DEFAULT 0 CHECK (xid_offset >= 0)
);
INSERT INTO log_epoch DEFAULT VALUES;

-- What this installation's data are, when they are not real: a label that pages and answers show.
CREATE TABLE installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    label text
);
INSERT INTO installation DEFAULT VALUES;
