-- One row a dossier: who has it in hand, for which step, and what is due next. Columns: see WorkRow in fold.py.
CREATE TABLE IF NOT EXISTS worklists (
    dossier_id uuid NOT NULL,
    version integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    procedure text COLLATE "C" NOT NULL,
    unit text COLLATE "C" NOT NULL,
    officer text COLLATE "C" NOT NULL,
    title text NOT NULL,
    step text COLLATE "C" NOT NULL,
    since timestamptz,
    step_due_at timestamptz,
    due_at timestamptz,
    next_due_at timestamptz,
    supplement_since timestamptz,
    payment_since timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 80);
