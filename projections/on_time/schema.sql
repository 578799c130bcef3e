-- One row a dossier: all that on-time statistics need of it, at any instant. Columns: see OnTimeRow in fold.py.
CREATE TABLE IF NOT EXISTS on_time (
    dossier_id uuid NOT NULL,
    version integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    procedure text COLLATE "C" NOT NULL,
    unit text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    timezone text NOT NULL,
    received_at timestamptz,
    received_on date,
    promise_since timestamptz[] NOT NULL,
    promise_due timestamptz[] NOT NULL,
    due_at timestamptz,
    due_on date,
    late_from timestamptz,
    pause_since timestamptz[] NOT NULL,
    pause_until timestamptz[] NOT NULL,
    supplement_since timestamptz,
    payment_since timestamptz,
    outcome text,
    ended_at timestamptz,
    ended_on date,
    earlier_units text[] NOT NULL DEFAULT '{}',
    earlier_until timestamptz[] NOT NULL DEFAULT '{}',
    corrected boolean NOT NULL DEFAULT false
) WITH (fillfactor = 80);
-- Tables made before a unit could be succeeded: no dossier had another unit then.
ALTER TABLE on_time ADD COLUMN IF NOT EXISTS earlier_units text[] NOT NULL DEFAULT '{}';
ALTER TABLE on_time ADD COLUMN IF NOT EXISTS earlier_until timestamptz[] NOT NULL DEFAULT '{}';
ALTER TABLE on_time ADD COLUMN IF NOT EXISTS corrected boolean NOT NULL DEFAULT false;

-- Sums by everything at once, for questions with filters.
CREATE TABLE IF NOT EXISTS on_time_cell (
    unit text COLLATE "C" NOT NULL,
    procedure text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    received_on date NOT NULL,
    partition smallint NOT NULL,
    received bigint NOT NULL,
    early bigint NOT NULL,
    on_time bigint NOT NULL,
    overdue bigint NOT NULL,
    late bigint NOT NULL,
    paused bigint NOT NULL
) WITH (fillfactor = 70);

-- Sums by one thing only (unit, procedure, channel or day), for the questions asked most.
CREATE TABLE IF NOT EXISTS on_time_margin (
    cut text NOT NULL,
    key text COLLATE "C" NOT NULL,
    partition smallint NOT NULL,
    received bigint NOT NULL,
    early bigint NOT NULL,
    on_time bigint NOT NULL,
    overdue bigint NOT NULL,
    late bigint NOT NULL,
    paused bigint NOT NULL
) WITH (fillfactor = 50);
