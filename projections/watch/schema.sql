-- One row a dossier: what escalation rules look at. Columns: see WatchRow in fold.py.
CREATE TABLE IF NOT EXISTS watch (
    dossier_id uuid NOT NULL,
    version integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    unit text COLLATE "C" NOT NULL,
    stage text NOT NULL,
    finance text NOT NULL,
    calendar text,
    calendar_known_at timestamptz,
    accepted_at timestamptz,
    extended_at timestamptz,
    due_at timestamptz,
    supplement_since timestamptz,
    payment_since timestamptz,
    dues_asked_at timestamptz,
    ended_at timestamptz,
    told text NOT NULL,
    open boolean NOT NULL
) WITH (fillfactor = 80);
