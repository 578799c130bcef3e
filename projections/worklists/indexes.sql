CREATE UNIQUE INDEX IF NOT EXISTS worklists_dossier ON worklists (dossier_id);
CREATE INDEX IF NOT EXISTS worklists_of_unit ON worklists (unit, (coalesce(next_due_at, 'infinity')), code)
    WHERE ended_at IS NULL;
