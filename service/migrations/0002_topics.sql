-- An installation's own name in what it publishes: the source of its CloudEvents.
ALTER TABLE installation ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();

-- Who alone does a thing now, such as publishing to a topic. The right itself is an advisory lock of the holder's
-- session; this row says whose it is and that its process is alive.
CREATE TABLE lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    backend integer NOT NULL,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- How far the log is published, by topic. ends are the ends of the topic's partitions once position was published:
-- whoever has read a partition up to there has read every event of it up to position.
CREATE TABLE outbox (
    topic text PRIMARY KEY,
    position bigint NOT NULL,
    generation integer NOT NULL DEFAULT 0,
    ends bigint[] NOT NULL DEFAULT '{}',
    published bigint NOT NULL DEFAULT 0,
    saved_at timestamptz NOT NULL DEFAULT now(),
    failure text
) WITH (fillfactor = 50);

-- How far a consumer has read: saved in the transaction of what it did.
CREATE TABLE consumer_offset (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    high_water bigint NOT NULL,
    settled bigint NOT NULL,
    kept bigint NOT NULL DEFAULT 0,
    retried bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);

-- Messages that could not be settled at once: they wait and are tried again, or need a person, or follow one of these.
CREATE TABLE parked_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    message_offset bigint NOT NULL,
    key bytea,
    value bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    produced_at timestamptz NOT NULL,
    standing text NOT NULL CHECK (standing IN ('waiting', 'parked', 'behind', 'settled', 'dropped')),
    reason text NOT NULL,
    reason_vi text NOT NULL,
    reason_en text NOT NULL,
    attempts integer NOT NULL,
    kept_at timestamptz NOT NULL,
    next_try_at timestamptz,
    ended_at timestamptz,
    ended_by text,
    ended_why text,
    UNIQUE (consumer, topic, partition, message_offset)
);
CREATE INDEX parked_message_line ON parked_message (consumer, key, id)
    WHERE standing IN ('waiting', 'parked', 'behind');
CREATE INDEX parked_message_due ON parked_message (consumer, next_try_at) WHERE standing = 'waiting';

-- The topics of others where there is no Kafka: what was handed in, in the order of its positions, which are made as
-- those of the log are.
CREATE TABLE topic_message (
    topic text NOT NULL,
    position bigint NOT NULL,
    key bytea,
    value bytea,
    header_names text[] NOT NULL,
    header_values bytea[] NOT NULL,
    produced_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, position)
);
