-- The outbox of notifications, their templates, and who wants none.

-- Where somebody of the staff is written to; nobody else's table holds it.
CREATE TABLE staff_contacts (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    email text NOT NULL,
    language text NOT NULL DEFAULT 'en',
    updated_at timestamptz NOT NULL DEFAULT now()
);
SELECT audit_table('staff_contacts', 'user_id', 'email', '');
SELECT allow('SELECT, INSERT, UPDATE (email, language, updated_at), DELETE', 'staff_contacts');

-- Where an organisation's own programs are told what happens. The secret follows from the salt and a key that is not in here.
CREATE TABLE webhooks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    url text NOT NULL,
    secret_salt bytea NOT NULL,
    kinds text[] NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    failures integer NOT NULL DEFAULT 0,
    paused_until timestamptz,
    last_success_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    ended_at timestamptz,
    ended_by uuid,
    ended_reason text,
    CONSTRAINT webhooks_ended_check CHECK (num_nonnulls(ended_at, ended_by, ended_reason) IN (0, 3))
);
CREATE INDEX idx_webhooks_organization_id ON webhooks (organization_id);
SELECT audit_table('webhooks', 'id', 'secret_salt', 'failures,paused_until,last_success_at');
SELECT allow('SELECT, INSERT, UPDATE (name, url, secret_salt, kinds, is_active, failures, paused_until, last_success_at, '
    'ended_at, ended_by, ended_reason)', 'webhooks');

-- What a message says, by kind, way and language; a change is a new version, the highest holds. A body that is NULL:
-- from then on the program's own words again.
CREATE TABLE notification_templates (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    kind text NOT NULL,
    channel text NOT NULL,
    language text NOT NULL,
    version integer NOT NULL,
    subject text,
    body text,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    CONSTRAINT notification_templates_channel_check CHECK (channel IN ('email', 'sms')),
    CONSTRAINT notification_templates_version_check CHECK (version > 0),
    CONSTRAINT notification_templates_words_check CHECK ((subject IS NULL) = (body IS NULL)),
    CONSTRAINT notification_templates_versions UNIQUE (organization_id, kind, channel, language, version)
);
SELECT audit_table('notification_templates', 'id', '', '');
SELECT allow('SELECT, INSERT', 'notification_templates');

-- By which ways a kind goes out, where the organisation decided otherwise than the program.
CREATE TABLE notification_switches (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    kind text NOT NULL,
    channel text NOT NULL,
    is_on boolean NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid,
    PRIMARY KEY (organization_id, kind, channel),
    CONSTRAINT notification_switches_channel_check CHECK (channel IN ('email', 'sms', 'klaviyo'))
);
SELECT audit_table('notification_switches', 'organization_id,kind,channel', '', 'updated_at');
SELECT allow('SELECT, INSERT, UPDATE (is_on, updated_at, updated_by)', 'notification_switches');

-- Who wants no more of a group of kinds, by a keyed hash of the address: the address itself is not kept for it.
CREATE TABLE notification_optouts (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    address_hash bytea NOT NULL,
    topic text NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, address_hash, topic),
    CONSTRAINT notification_optouts_address_hash_check CHECK (octet_length(address_hash) = 32),
    CONSTRAINT notification_optouts_source_check CHECK (source IN ('link', 'account', 'office', 'refused'))
);
SELECT audit_table('notification_optouts', 'organization_id,address_hash,topic', '', '');
SELECT allow('SELECT, INSERT, DELETE', 'notification_optouts');

-- The outbox: a row is written in the transaction of what it tells, and a worker sends it. A row that is being sent
-- says so before the first byte leaves; where the worker dies in between, that is how it is found.
CREATE TABLE notifications (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    kind text NOT NULL,
    once text NOT NULL,
    channel text NOT NULL,
    webhook_id uuid REFERENCES webhooks (id),
    event_id uuid REFERENCES raffle_events (id),
    order_id uuid,
    user_id uuid REFERENCES users (id),
    language text NOT NULL DEFAULT 'en',
    address_hash bytea,
    recipient jsonb,
    facts jsonb,
    state text NOT NULL DEFAULT 'queued',
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sending_at timestamptz,
    sent_at timestamptz,
    finished_at timestamptz,
    problem text NOT NULL DEFAULT '',
    template_id uuid REFERENCES notification_templates (id),
    erased_at timestamptz,
    retried_at timestamptz,
    retried_by uuid,
    stopped_at timestamptz,
    stopped_by uuid,
    CONSTRAINT notifications_channel_check CHECK (channel IN ('email', 'sms', 'klaviyo', 'webhook')),
    CONSTRAINT notifications_state_check
        CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unclear', 'stopped')),
    CONSTRAINT notifications_webhook_check CHECK ((channel = 'webhook') = (webhook_id IS NOT NULL)),
    CONSTRAINT notifications_attempts_check CHECK (attempts >= 0),
    CONSTRAINT notifications_finished_check
        CHECK ((state IN ('sent', 'failed', 'stopped')) = (finished_at IS NOT NULL)),
    CONSTRAINT notifications_once UNIQUE NULLS NOT DISTINCT (organization_id, kind, once, channel, webhook_id)
);
CREATE INDEX idx_notifications_due ON notifications (channel, next_at) WHERE state = 'queued';
CREATE INDEX idx_notifications_sending ON notifications (sending_at) WHERE state = 'sending';
CREATE INDEX idx_notifications_organization ON notifications (organization_id, created_at DESC, id DESC);
CREATE INDEX idx_notifications_order ON notifications (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX idx_notifications_address ON notifications (address_hash) WHERE address_hash IS NOT NULL;
CREATE INDEX idx_notifications_kept ON notifications (finished_at) WHERE erased_at IS NULL AND finished_at IS NOT NULL;
SELECT audit_table('notifications', 'id', 'once,recipient,facts,address_hash',
    'state,attempts,next_at,sending_at,sent_at,finished_at,problem,template_id,recipient,facts,erased_at');
SELECT allow('SELECT, INSERT, UPDATE (state, attempts, next_at, expires_at, sending_at, sent_at, finished_at, problem, '
    'template_id, recipient, facts, address_hash, erased_at, retried_at, retried_by, stopped_at, stopped_by)',
    'notifications');
