CREATE UNIQUE INDEX IF NOT EXISTS watch_dossier ON watch (dossier_id);
CREATE INDEX IF NOT EXISTS watch_open ON watch (dossier_id) WHERE open;
