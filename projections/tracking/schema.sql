-- What anyone who knows the code may see: body is the answer's JSON as it is sent.
CREATE TABLE IF NOT EXISTS tracking (
    dossier_id uuid NOT NULL,
    code text NOT NULL,
    supplement_since text,
    payment_since text,
    body bytea NOT NULL
) WITH (fillfactor = 80);
