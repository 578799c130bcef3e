CREATE UNIQUE INDEX IF NOT EXISTS on_time_dossier ON on_time (dossier_id);
CREATE INDEX IF NOT EXISTS on_time_unit_code ON on_time (unit, code);
CREATE INDEX IF NOT EXISTS on_time_open_by_date ON on_time (late_from) INCLUDE (unit, procedure, channel, received_on)
    WHERE ended_at IS NULL AND supplement_since IS NULL AND payment_since IS NULL AND received_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS on_time_open_by_instant ON on_time (due_at) INCLUDE (unit, procedure, channel, received_on)
    WHERE ended_at IS NULL AND supplement_since IS NULL AND payment_since IS NULL AND received_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS on_time_corrected ON on_time (code) WHERE corrected;
CREATE UNIQUE INDEX IF NOT EXISTS on_time_cell_key
    ON on_time_cell (unit, procedure, channel, received_on, partition);
CREATE UNIQUE INDEX IF NOT EXISTS on_time_margin_key ON on_time_margin (cut, key, partition);
