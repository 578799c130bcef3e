-- Where subjects occur, by a keyed hash of their number; the number itself stands in the event log alone. Made from the
-- log, and made anew at will (motcua subjects rebuild).
CREATE TABLE subject_index (
    subject bytea NOT NULL,
    dossier_id uuid NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (subject, dossier_id, role)
);
CREATE INDEX subject_index_dossier ON subject_index (dossier_id);

-- What was not asked of the applicants of accepted dossiers, as it stood at acceptance. Made from the log as well.
CREATE TABLE dossier_reuse (
    dossier_id uuid PRIMARY KEY,
    code text NOT NULL,
    unit text NOT NULL,
    procedure text NOT NULL,
    procedure_version text NOT NULL,
    accepted_at timestamptz NOT NULL,
    looked_up text[] NOT NULL,
    reused text[] NOT NULL
);
CREATE INDEX dossier_reuse_accepted ON dossier_reuse (accepted_at, dossier_id);

-- How far the log is read, by which key (its fingerprint), and how far a rebuild has come, where one is under way.
CREATE TABLE subject_index_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0,
    key_id bytea,
    rebuilding_to bigint,
    rebuilding_key_id bytea,
    rebuilding_after uuid
) WITH (fillfactor = 50);
INSERT INTO subject_index_state DEFAULT VALUES;

-- What registers hold, as an administrator loaded it: a document's digest, by the keyed hash of whose it is.
CREATE TABLE register_entry (
    register text NOT NULL,
    subject bytea NOT NULL,
    document_sha256 text NOT NULL,
    document text NOT NULL,
    issued_on date,
    valid_until date,
    key_id bytea NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (register, subject, document_sha256)
);
CREATE INDEX register_entry_subject ON register_entry (subject);

-- Who looked a subject up, and when. Whom, is a keyed hash here too.
CREATE TABLE subject_lookup (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL,
    subject bytea NOT NULL,
    found integer NOT NULL,
    looked_up_at timestamptz NOT NULL DEFAULT now()
);
