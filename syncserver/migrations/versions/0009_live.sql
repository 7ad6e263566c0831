-- Messages to kiosks, and what is wrong.

-- What the office says to kiosks -----------------------------------------------------------------------------------

-- `suspend` is "come home": all kiosks stop selling until it is withdrawn, which is the resuming.
CREATE TABLE kiosk_messages (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    urgent BOOLEAN DEFAULT false NOT NULL,
    to_all BOOLEAN NOT NULL,
    reason TEXT DEFAULT ''::text NOT NULL,
    made_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    made_by UUID NOT NULL,
    shown_until TIMESTAMPTZ,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by UUID,
    CONSTRAINT kiosk_messages_pkey PRIMARY KEY (id),
    CONSTRAINT kiosk_messages_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT kiosk_messages_made_by_fkey FOREIGN KEY (made_by) REFERENCES users (id),
    CONSTRAINT kiosk_messages_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES users (id),
    CONSTRAINT kiosk_messages_kind_check CHECK (kind IN ('message', 'suspend')),
    CONSTRAINT kiosk_messages_text_check CHECK (char_length(text) BETWEEN 1 AND 200),
    CONSTRAINT kiosk_messages_home_check CHECK (kind = 'message' OR (to_all AND shown_until IS NULL)),
    CONSTRAINT kiosk_messages_withdrawn_check CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);

CREATE INDEX idx_kiosk_messages_org ON kiosk_messages (organization_id, made_at DESC);

-- One call home at a time.
CREATE UNIQUE INDEX kiosk_messages_home ON kiosk_messages (organization_id)
    WHERE kind = 'suspend' AND withdrawn_at IS NULL;

CREATE TABLE kiosk_message_kiosks (
    message_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    CONSTRAINT kiosk_message_kiosks_pkey PRIMARY KEY (message_id, rsu_id),
    CONSTRAINT kiosk_message_kiosks_message_id_fkey FOREIGN KEY (message_id) REFERENCES kiosk_messages (id),
    CONSTRAINT kiosk_message_kiosks_rsu_id_fkey FOREIGN KEY (rsu_id) REFERENCES rsus (id) ON DELETE CASCADE
);

-- In which catalog a kiosk was first sent it, and when it said that it holds that one or a later one.
CREATE TABLE kiosk_message_heard (
    message_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    serial BIGINT NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL,
    heard_at TIMESTAMPTZ,
    CONSTRAINT kiosk_message_heard_pkey PRIMARY KEY (message_id, rsu_id, epoch),
    CONSTRAINT kiosk_message_heard_message_id_fkey FOREIGN KEY (message_id) REFERENCES kiosk_messages (id),
    CONSTRAINT kiosk_message_heard_rsu_id_epoch_fkey FOREIGN KEY (rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch)
);

CREATE INDEX idx_kiosk_message_heard_waiting ON kiosk_message_heard (rsu_id, epoch) WHERE heard_at IS NULL;

CREATE TRIGGER keep BEFORE UPDATE ON kiosk_messages FOR EACH ROW EXECUTE FUNCTION
    keep_columns('id', 'organization_id', 'kind', 'text', 'urgent', 'to_all', 'reason', 'made_at', 'made_by');

-- What is wrong ----------------------------------------------------------------------------------------------------

-- An alarm follows from what is; a row says when it came and when it went. Without an organisation it is the server's.
CREATE TABLE alarms (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID,
    key TEXT NOT NULL,
    severity TEXT NOT NULL,
    words TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT alarms_pkey PRIMARY KEY (id),
    CONSTRAINT alarms_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT alarms_severity_check CHECK (severity IN ('bad', 'warn'))
);

CREATE UNIQUE INDEX alarms_standing ON alarms (organization_id, key) NULLS NOT DISTINCT WHERE ended_at IS NULL;

-- When each of the office's programs was last at work.
CREATE TABLE heartbeats (
    program TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT heartbeats_pkey PRIMARY KEY (program)
);

SELECT audit_table('kiosk_messages', 'id', '', '');

SELECT allow('SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by)', 'kiosk_messages');
SELECT allow('SELECT, INSERT', 'kiosk_message_kiosks');
SELECT allow('SELECT, INSERT, UPDATE (heard_at)', 'kiosk_message_heard');
SELECT allow('SELECT, INSERT, UPDATE (severity, words, ended_at)', 'alarms');
SELECT allow('SELECT, INSERT, UPDATE (at)', 'heartbeats');
