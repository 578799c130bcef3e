CREATE UNIQUE INDEX IF NOT EXISTS tracking_dossier ON tracking (dossier_id);
CREATE UNIQUE INDEX IF NOT EXISTS tracking_code ON tracking (code);
