-- The first schema: the data model's 27 tables under their own names, what Tombola adds, and the rules that hold
-- whoever asks: what refers to what, what is never changed, in which order a draw goes, and what is written down.
--
-- Runs as the owner; the setting tombola.app_role names the application's role, which gets rights and owns nothing.

-- gen_random_uuid() and sha256() are PostgreSQL's own: pgcrypto is made where it can be, for those who expect it.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pgcrypto;
EXCEPTION
    WHEN undefined_file OR feature_not_supported OR insufficient_privilege THEN
        RAISE DEBUG 'pgcrypto is not available, and not needed';
END
$$;

CREATE SEQUENCE validation_block_numbers MINVALUE 1 MAXVALUE 33554431 START 1 NO CYCLE;

-- Tables -----------------------------------------------------------------------------------------------------------

CREATE TABLE addresses (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    street TEXT,
    city TEXT,
    state TEXT,
    zip_code TEXT,
    country CHAR(2),
    CONSTRAINT addresses_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_log (
    id BIGSERIAL NOT NULL,
    table_name TEXT NOT NULL,
    operation TEXT NOT NULL,
    record_id UUID NOT NULL,
    old_data JSONB,
    new_data JSONB,
    changed_by UUID,
    changed_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    -- Whose a change is, told by the database itself; null for the server's own.
    organization_id UUID,
    CONSTRAINT audit_log_pkey PRIMARY KEY (id),
    CONSTRAINT audit_log_operation_check CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE'))
);

CREATE INDEX idx_audit_log_record ON audit_log (record_id);

CREATE INDEX idx_audit_log_table_time ON audit_log (table_name, changed_at DESC);

CREATE INDEX idx_audit_log_organization ON audit_log (organization_id, id DESC) WHERE organization_id IS NOT NULL;

-- By person: the bulk of the trail is the server's own, and is in no such index.
CREATE INDEX idx_audit_log_changed_by ON audit_log (changed_by, id DESC) WHERE changed_by IS NOT NULL;

-- By time, for exports of a span: the trail grows in its order, so that this costs next to nothing.
CREATE INDEX idx_audit_log_time ON audit_log USING brin (changed_at);

CREATE TABLE critical_events (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_type TEXT NOT NULL,
    event_id UUID,
    rsu_id UUID,
    user_id UUID,
    severity TEXT NOT NULL,
    description TEXT,
    metadata JSONB DEFAULT '{}'::jsonb,
    timestamp TIMESTAMPTZ DEFAULT now() NOT NULL,
    ttl BIGINT,
    CONSTRAINT critical_events_pkey PRIMARY KEY (id)
);

CREATE INDEX idx_critical_events_rsu_time ON critical_events (rsu_id, timestamp DESC);

CREATE INDEX idx_critical_events_time ON critical_events (timestamp DESC);

CREATE INDEX idx_critical_events_type_time ON critical_events (event_type, timestamp DESC);

CREATE INDEX idx_critical_events_event_time ON critical_events (event_id, timestamp DESC) WHERE event_id IS NOT NULL;

CREATE TABLE offline_sync_statuses (
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT offline_sync_statuses_pkey PRIMARY KEY (key)
);

CREATE TABLE order_sources (
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT order_sources_pkey PRIMARY KEY (key)
);

CREATE TABLE orders (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    validation_number TEXT NOT NULL,
    event_id UUID NOT NULL,
    package_id UUID,
    rsu_id UUID,
    rsu_allocation_id UUID,
    total_amount BIGINT NOT NULL,
    currency CHAR(3) NOT NULL,
    payment_status TEXT NOT NULL,
    payment_reference TEXT,
    ticket_count INTEGER NOT NULL,
    customer_info JSONB,
    source TEXT NOT NULL,
    operator_id UUID,
    is_offline_sale BOOLEAN DEFAULT false NOT NULL,
    offline_sync_status TEXT,
    offline_created_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    epoch INTEGER,
    journal_seq BIGINT,
    sale_id UUID,
    line_no SMALLINT,
    is_test BOOLEAN DEFAULT false NOT NULL,
    quarantine_id UUID,
    payment_method TEXT,
    card_amount BIGINT DEFAULT 0 NOT NULL,
    customer_commitment BYTEA,
    customer_erased_at TIMESTAMPTZ,
    CONSTRAINT orders_pkey PRIMARY KEY (id),
    CONSTRAINT orders_total_amount_check CHECK (total_amount >= 0),
    CONSTRAINT orders_card_amount_check CHECK (card_amount BETWEEN 0 AND total_amount),
    CONSTRAINT orders_ticket_count_check CHECK (ticket_count > 0),
    CONSTRAINT orders_validation_number_key UNIQUE (validation_number)
);

-- An entry of the chain and one of an accepted branch may bear the same seq.
CREATE UNIQUE INDEX orders_journal_line ON orders (rsu_id, epoch, journal_seq, line_no) WHERE quarantine_id IS NULL;

CREATE UNIQUE INDEX orders_quarantine_line ON orders (quarantine_id, line_no) WHERE quarantine_id IS NOT NULL;

CREATE INDEX idx_orders_created ON orders (created_at DESC, id DESC);

CREATE INDEX idx_orders_payment_status ON orders (payment_status);

CREATE INDEX idx_orders_customer ON orders (sale_id) WHERE customer_commitment IS NOT NULL;

CREATE INDEX idx_orders_customer_kept ON orders (event_id) WHERE customer_info IS NOT NULL;

-- Finding orders: by event and newest first, by kiosk, by who bought on line, by card reference, by buyer.
CREATE INDEX idx_orders_event ON orders (event_id, created_at DESC, id DESC);

CREATE INDEX idx_orders_rsu ON orders (rsu_id, created_at DESC, id DESC);

CREATE INDEX idx_orders_created_by ON orders (created_by, created_at DESC, id DESC) WHERE created_by IS NOT NULL;

CREATE INDEX idx_orders_payment_reference ON orders (payment_reference) WHERE payment_reference IS NOT NULL;

CREATE INDEX idx_orders_buyer_email ON orders (lower(customer_info ->> 'email')) WHERE customer_info IS NOT NULL;

-- Backwards, since a number is also told without its country's code.
CREATE INDEX idx_orders_buyer_phone ON orders (reverse(customer_info ->> 'phone') text_pattern_ops)
    WHERE customer_info IS NOT NULL;

CREATE INDEX idx_orders_buyer_name ON orders USING gin (to_tsvector('simple'::regconfig, customer_info ->> 'name'))
    WHERE customer_info IS NOT NULL;

CREATE TABLE organizations (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    license_number TEXT,
    primary_currency CHAR(3) NOT NULL,
    settings JSONB DEFAULT '{}'::jsonb,
    is_active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT organizations_pkey PRIMARY KEY (id)
);

CREATE TABLE payment_statuses (
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT payment_statuses_pkey PRIMARY KEY (key)
);

CREATE TABLE raffle_event_states (
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT raffle_event_states_pkey PRIMARY KEY (key)
);

CREATE TABLE rsu_journal (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT,
    at_ms BIGINT,
    entry BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    signature BYTEA,
    received_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT rsu_journal_pkey PRIMARY KEY (rsu_id, epoch, seq),
    CONSTRAINT rsu_journal_hash_check CHECK (octet_length(hash) = 32)
);

CREATE INDEX idx_rsu_journal_paid ON rsu_journal (rsu_id, epoch, seq) WHERE kind = 'paid';

CREATE TABLE rsu_states (
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT rsu_states_pkey PRIMARY KEY (key)
);

CREATE TABLE server_state (
    id INTEGER DEFAULT 1 NOT NULL,
    generation INTEGER DEFAULT 1 NOT NULL,
    catalog_serial BIGINT DEFAULT 0 NOT NULL,
    last_event_number BIGINT DEFAULT 0 NOT NULL,
    payments_seen_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT server_state_pkey PRIMARY KEY (id),
    CONSTRAINT server_state_id_check CHECK (id = 1)
);

-- How far the database's own clock is put forward when it judges a draw: 0 in every office, and only the owner's role
-- may write it. NULL: it has no clock and believes the times it is told, for tests that live in a time of their own.
CREATE TABLE clock_offset (
    id INTEGER DEFAULT 1 NOT NULL,
    offset_ms BIGINT DEFAULT 0,
    CONSTRAINT clock_offset_pkey PRIMARY KEY (id),
    CONSTRAINT clock_offset_id_check CHECK (id = 1)
);

CREATE TABLE system_configurations (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    version TEXT NOT NULL,
    effective_from TIMESTAMPTZ NOT NULL,
    effective_to TIMESTAMPTZ,
    settings JSONB NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    CONSTRAINT system_configurations_pkey PRIMARY KEY (id)
);

CREATE TABLE ticket_states (
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT ticket_states_pkey PRIMARY KEY (key)
);

CREATE TABLE tickets (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    draw_number INTEGER NOT NULL,
    state TEXT NOT NULL,
    order_id UUID NOT NULL,
    sold_at TIMESTAMPTZ NOT NULL,
    sold_by UUID,
    voided_at TIMESTAMPTZ,
    voided_by UUID,
    voided_reason TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT tickets_pkey PRIMARY KEY (id),
    CONSTRAINT tickets_event_id_draw_number_key UNIQUE (event_id, draw_number)
);

CREATE INDEX idx_tickets_event_state ON tickets (event_id, state);

CREATE INDEX idx_tickets_order ON tickets (order_id);

CREATE TABLE users (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    cognito_sub TEXT NOT NULL,
    display_name TEXT NOT NULL,
    last_login TIMESTAMPTZ,
    is_active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_cognito_sub_key UNIQUE (cognito_sub)
);

CREATE INDEX idx_users_last_login ON users (last_login);

CREATE TABLE local_accounts (
    user_id UUID NOT NULL,
    username TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    failed_attempts INTEGER DEFAULT 0 NOT NULL,
    locked_until TIMESTAMPTZ,
    password_changed_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT local_accounts_pkey PRIMARY KEY (user_id),
    CONSTRAINT local_accounts_username_check CHECK (username = lower(username)),
    CONSTRAINT local_accounts_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT local_accounts_username_key UNIQUE (username)
);

CREATE TABLE operator_pins (
    user_id UUID NOT NULL,
    pin_hash TEXT NOT NULL,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT operator_pins_pkey PRIMARY KEY (user_id),
    CONSTRAINT operator_pins_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE web_sessions (
    token_hash BYTEA NOT NULL,
    user_id UUID NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    last_seen_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT web_sessions_pkey PRIMARY KEY (token_hash),
    CONSTRAINT web_sessions_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT web_sessions_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX idx_web_sessions_user ON web_sessions (user_id);

CREATE TABLE organization_users (
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    is_default BOOLEAN DEFAULT false,
    joined_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT organization_users_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT organization_users_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT organization_users_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE prize_templates (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    value NUMERIC(16, 3),
    percentage NUMERIC(5, 2),
    currency CHAR(3),
    metadata JSONB DEFAULT '{}'::jsonb,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT prize_templates_pkey PRIMARY KEY (id),
    CONSTRAINT prize_templates_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE
);

CREATE TABLE ticket_package_templates (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    ticket_count INTEGER NOT NULL,
    price INTEGER NOT NULL,
    currency CHAR(3) NOT NULL,
    display_order INTEGER,
    is_active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT ticket_package_templates_pkey PRIMARY KEY (id),
    CONSTRAINT ticket_package_templates_ticket_count_check CHECK (ticket_count > 0),
    CONSTRAINT ticket_package_templates_price_check CHECK (price >= 0),
    CONSTRAINT ticket_package_templates_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE
);

CREATE TABLE venues (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    address_id UUID,
    capacity INTEGER,
    timezone TEXT,
    is_active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT venues_pkey PRIMARY KEY (id),
    CONSTRAINT venues_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT venues_address_id_fkey FOREIGN KEY(address_id) REFERENCES addresses (id)
);

CREATE INDEX idx_venues_org ON venues (organization_id);

CREATE TABLE winners (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    name TEXT NOT NULL,
    contact JSONB,
    user_id UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT winners_pkey PRIMARY KEY (id),
    CONSTRAINT winners_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE raffle_events (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    organization_id UUID NOT NULL,
    venue_id UUID,
    event_identifier TEXT NOT NULL,
    state TEXT NOT NULL,
    configuration JSONB NOT NULL,
    ticket_allocation JSONB NOT NULL,
    total_sold BIGINT DEFAULT 0 NOT NULL,
    reconciliation_confirmed_at TIMESTAMPTZ,
    reconciliation_confirmed_by UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    event_number BIGINT NOT NULL,
    currency CHAR(3) NOT NULL,
    licence_number TEXT,
    opens_at TIMESTAMPTZ,
    closes_at TIMESTAMPTZ,
    draw_at TIMESTAMPTZ,
    activated_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    voids_acknowledged_at TIMESTAMPTZ,
    voids_acknowledged_by UUID,
    automatic_draw BOOLEAN DEFAULT false NOT NULL,
    presigned_at TIMESTAMPTZ,
    presigned_by UUID,
    CONSTRAINT raffle_events_pkey PRIMARY KEY (id),
    CONSTRAINT raffle_events_event_number_check CHECK (event_number BETWEEN 1 AND 2147483647),
    CONSTRAINT raffle_events_activated_check CHECK (activated_at IS NOT NULL OR state IN ('created', 'cancelled')),
    CONSTRAINT raffle_events_presigned_check CHECK ((presigned_at IS NULL) = (presigned_by IS NULL)),
    CONSTRAINT raffle_events_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT raffle_events_venue_id_fkey FOREIGN KEY(venue_id) REFERENCES venues (id),
    CONSTRAINT raffle_events_event_identifier_key UNIQUE (event_identifier),
    CONSTRAINT raffle_events_state_fkey FOREIGN KEY(state) REFERENCES raffle_event_states (key),
    CONSTRAINT raffle_events_event_number_key UNIQUE (event_number)
);

CREATE INDEX idx_raffle_events_org ON raffle_events (organization_id);

CREATE INDEX idx_raffle_events_state ON raffle_events (state);

-- What an event left over goes to one other event at most.
CREATE UNIQUE INDEX raffle_events_carry_from_key ON raffle_events ((configuration #>> '{draw,carry_from}'))
    WHERE activated_at IS NOT NULL AND state <> 'cancelled';

CREATE TABLE rsus (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    venue_id UUID,
    name TEXT NOT NULL,
    description TEXT,
    device_identifier TEXT NOT NULL,
    state TEXT NOT NULL,
    configuration JSONB DEFAULT '{}'::jsonb NOT NULL,
    is_active BOOLEAN DEFAULT true NOT NULL,
    current_operator_id UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT rsus_pkey PRIMARY KEY (id),
    CONSTRAINT rsus_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT rsus_venue_id_fkey FOREIGN KEY(venue_id) REFERENCES venues (id),
    CONSTRAINT rsus_device_identifier_key UNIQUE (device_identifier),
    CONSTRAINT rsus_state_fkey FOREIGN KEY(state) REFERENCES rsu_states (key)
);

CREATE TABLE draw_executions (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    raffle_event_id UUID NOT NULL,
    state TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    rng_seed TEXT NOT NULL,
    conducted_by UUID NOT NULL,
    system_checksum TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    attempt INTEGER DEFAULT 1 NOT NULL,
    previous_id UUID,
    manifest BYTEA,
    manifest_sha256 TEXT,
    manifest_published_at TIMESTAMPTZ,
    seed_sealed BYTEA,
    seed_sha256 TEXT,
    seed_committed_at TIMESTAMPTZ,
    entropy_source JSONB,
    public_entropy TEXT,
    entropy_fixed_at TIMESTAMPTZ,
    seed_opened_at TIMESTAMPTZ,
    bundle BYTEA,
    verified_at TIMESTAMPTZ,
    official_at TIMESTAMPTZ,
    official_by UUID,
    failure TEXT,
    plan TEXT DEFAULT 'main' NOT NULL,
    kind TEXT DEFAULT 'draw' NOT NULL,
    reason TEXT,
    agreed_by UUID,
    automatic BOOLEAN DEFAULT false NOT NULL,
    entropy_due_at TIMESTAMPTZ,
    amounts JSONB,
    alone BOOLEAN DEFAULT false NOT NULL,
    failure_asked TEXT,
    failure_asked_at TIMESTAMPTZ,
    failure_asked_by UUID,
    failed_at TIMESTAMPTZ,
    failed_by UUID,
    redo JSONB,
    video_url TEXT,
    CONSTRAINT draw_executions_pkey PRIMARY KEY (id),
    CONSTRAINT draw_executions_state_check CHECK (state IN ('pending', 'in_progress', 'completed', 'failed')),
    CONSTRAINT draw_executions_attempt_check CHECK (attempt >= 1),
    CONSTRAINT draw_executions_kind_check CHECK (kind IN ('draw', 'redraw')),
    CONSTRAINT draw_executions_agreed_check CHECK (agreed_by <> conducted_by),
    CONSTRAINT draw_executions_video_check CHECK (video_url LIKE 'https://%'),
    CONSTRAINT draw_executions_raffle_event_id_attempt_key UNIQUE (raffle_event_id, attempt),
    CONSTRAINT draw_executions_raffle_event_id_fkey FOREIGN KEY(raffle_event_id) REFERENCES raffle_events (id) ON DELETE CASCADE,
    CONSTRAINT draw_executions_previous_id_fkey FOREIGN KEY(previous_id) REFERENCES draw_executions (id)
);

CREATE INDEX idx_draw_executions_event ON draw_executions (raffle_event_id);

-- One attempt at a time, and one draw of each plan: what is drawn again is a redraw.
CREATE UNIQUE INDEX draw_executions_under_way ON draw_executions (raffle_event_id)
    WHERE state <> 'failed' AND official_at IS NULL;

CREATE UNIQUE INDEX draw_executions_once ON draw_executions (raffle_event_id, plan)
    WHERE state <> 'failed' AND kind = 'draw';

CREATE TABLE enrolment_codes (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    rsu_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    failed_attempts INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT enrolment_codes_pkey PRIMARY KEY (id),
    CONSTRAINT enrolment_codes_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id),
    CONSTRAINT enrolment_codes_code_hash_key UNIQUE (code_hash)
);

CREATE TABLE event_cuts (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    pool TEXT DEFAULT 'main' NOT NULL,
    confirmed_at TIMESTAMPTZ,
    confirmed_by UUID,
    CONSTRAINT event_cuts_pkey PRIMARY KEY (id),
    CONSTRAINT event_cuts_kind_check CHECK (kind IN ('close', 'early_bird')),
    CONSTRAINT event_cuts_confirmed_check CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT event_cuts_event_id_pool_key UNIQUE (event_id, pool),
    CONSTRAINT event_cuts_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id)
);

CREATE INDEX idx_event_cuts_event ON event_cuts (event_id);

CREATE TABLE findings (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID,
    rsu_id UUID,
    epoch INTEGER,
    seq BIGINT,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    blocking BOOLEAN NOT NULL,
    subject TEXT DEFAULT ''::text NOT NULL,
    detail JSONB DEFAULT '{}'::jsonb NOT NULL,
    opened_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    decided_at TIMESTAMPTZ,
    decided_by UUID,
    decision TEXT,
    reason TEXT,
    CONSTRAINT findings_pkey PRIMARY KEY (id),
    CONSTRAINT findings_once UNIQUE NULLS NOT DISTINCT (event_id, kind, rsu_id, epoch, seq, subject),
    CONSTRAINT findings_decision_check CHECK ((decided_at IS NULL) = (decision IS NULL)),
    CONSTRAINT findings_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT findings_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id)
);

CREATE INDEX idx_findings_open ON findings (event_id) WHERE decided_at IS NULL AND blocking;

CREATE TABLE number_counters (
    event_id UUID NOT NULL,
    next_number BIGINT DEFAULT 1 NOT NULL,
    last_number INTEGER NOT NULL,
    CONSTRAINT number_counters_pkey PRIMARY KEY (event_id),
    CONSTRAINT number_counters_next_number_check CHECK (next_number BETWEEN 1 AND last_number::bigint + 1),
    CONSTRAINT number_counters_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id) ON DELETE CASCADE
);

CREATE TABLE prizes (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL,
    value NUMERIC(16, 3),
    percentage NUMERIC(5, 2),
    currency CHAR(3),
    position SMALLINT NOT NULL,
    winner_count SMALLINT DEFAULT 1 NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT prizes_pkey PRIMARY KEY (id),
    CONSTRAINT prizes_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id) ON DELETE CASCADE
);

CREATE INDEX idx_prizes_event_pos ON prizes (event_id, position);

CREATE TABLE rsu_allocations (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    raffle_event_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    start_number INTEGER NOT NULL,
    end_number INTEGER NOT NULL,
    next_draw_number BIGINT NOT NULL,
    total_tickets INTEGER NOT NULL,
    state TEXT NOT NULL,
    tickets_sold INTEGER DEFAULT 0 NOT NULL,
    tickets_voided INTEGER DEFAULT 0 NOT NULL,
    tickets_available INTEGER NOT NULL,
    validation_number_block JSONB NOT NULL,
    allocated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    allocated_by UUID,
    exhausted_at TIMESTAMPTZ,
    metadata JSONB DEFAULT '{}'::jsonb,
    epoch INTEGER NOT NULL,
    request_id UUID,
    grant_bytes BYTEA,
    grant_signature BYTEA,
    span INT8RANGE NOT NULL,
    CONSTRAINT rsu_allocations_pkey PRIMARY KEY (id),
    CONSTRAINT rsu_allocations_state_check CHECK (state IN ('active', 'exhausted', 'released', 'lost')),
    CONSTRAINT rsu_allocations_numbers_check CHECK (start_number >= 1 AND end_number >= start_number),
    CONSTRAINT rsu_allocations_span_excl EXCLUDE USING gist (span WITH &&),
    CONSTRAINT rsu_allocations_raffle_event_id_fkey FOREIGN KEY(raffle_event_id) REFERENCES raffle_events (id) ON DELETE CASCADE,
    CONSTRAINT rsu_allocations_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id) ON DELETE CASCADE,
    CONSTRAINT rsu_allocations_request_id_key UNIQUE (request_id)
);

CREATE INDEX idx_rsu_alloc_event ON rsu_allocations (raffle_event_id);

CREATE INDEX idx_rsu_alloc_rsu ON rsu_allocations (rsu_id, epoch);

CREATE TABLE rsu_epochs (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    public_key BYTEA NOT NULL,
    certificate BYTEA,
    certificate_signature BYTEA,
    enrolled_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    head_seq BIGINT DEFAULT 0 NOT NULL,
    head_hash BYTEA DEFAULT decode(repeat('00', 32), 'hex') NOT NULL,
    forked_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    revoked_head_seq BIGINT,
    last_seen_at TIMESTAMPTZ,
    clock_skew_ms BIGINT,
    unsynced_count INTEGER,
    oldest_unsynced_at TIMESTAMPTZ,
    health JSONB,
    software TEXT,
    catalog_generation INTEGER,
    catalog_serial BIGINT,
    catalog_hash BYTEA,
    catalog_at TIMESTAMPTZ,
    CONSTRAINT rsu_epochs_pkey PRIMARY KEY (rsu_id, epoch),
    CONSTRAINT rsu_epochs_head_hash_check CHECK (octet_length(head_hash) = 32),
    CONSTRAINT rsu_epochs_head_seq_check CHECK (head_seq >= 0),
    CONSTRAINT rsu_epochs_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id)
);

CREATE TABLE rsu_quarantine (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    entry BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    signature BYTEA,
    reason TEXT NOT NULL,
    received_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finding_id UUID NOT NULL,
    CONSTRAINT rsu_quarantine_pkey PRIMARY KEY (id),
    CONSTRAINT rsu_quarantine_hash_check CHECK (octet_length(hash) = 32),
    CONSTRAINT rsu_quarantine_rsu_id_epoch_seq_hash_key UNIQUE (rsu_id, epoch, seq, hash),
    CONSTRAINT rsu_quarantine_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id),
    CONSTRAINT rsu_quarantine_finding_id_fkey FOREIGN KEY(finding_id) REFERENCES findings (id)
);

CREATE INDEX idx_rsu_quarantine_finding ON rsu_quarantine (finding_id, seq);

ALTER TABLE orders ADD CONSTRAINT orders_quarantine_id_fkey FOREIGN KEY (quarantine_id) REFERENCES rsu_quarantine (id);

CREATE TABLE ticket_packages (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    ticket_count INTEGER NOT NULL,
    price INTEGER NOT NULL,
    currency CHAR(3) NOT NULL,
    display_order INTEGER,
    is_active BOOLEAN DEFAULT true NOT NULL,
    active_from TIMESTAMPTZ,
    active_to TIMESTAMPTZ,
    perk_ids UUID[] DEFAULT '{}'::uuid[],
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT ticket_packages_pkey PRIMARY KEY (id),
    CONSTRAINT ticket_packages_ticket_count_check CHECK (ticket_count > 0),
    CONSTRAINT ticket_packages_price_check CHECK (price >= 0),
    CONSTRAINT ticket_packages_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id) ON DELETE CASCADE
);

CREATE TABLE voids (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    order_id UUID NOT NULL,
    event_id UUID NOT NULL,
    validation_number TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    by_user UUID,
    by_name TEXT NOT NULL,
    rsu_id UUID,
    epoch INTEGER,
    seq BIGINT,
    at TIMESTAMPTZ DEFAULT now() NOT NULL,
    acknowledged_at TIMESTAMPTZ,
    acknowledged_by UUID,
    approved_by TEXT,
    returned BIGINT,
    CONSTRAINT voids_pkey PRIMARY KEY (id),
    CONSTRAINT voids_kind_check CHECK (kind IN ('void', 'misprint')),
    CONSTRAINT voids_source_check CHECK (source IN ('rsu', 'office')),
    CONSTRAINT voids_order_id_key UNIQUE (order_id),
    CONSTRAINT voids_order_id_fkey FOREIGN KEY(order_id) REFERENCES orders (id),
    CONSTRAINT voids_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT voids_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id)
);

CREATE INDEX idx_voids_event ON voids (event_id);

CREATE TABLE draw_pools (
    draw_execution_id UUID NOT NULL,
    pool TEXT NOT NULL,
    size INTEGER NOT NULL,
    root TEXT NOT NULL,
    numbers BYTEA NOT NULL,
    CONSTRAINT draw_pools_pkey PRIMARY KEY (draw_execution_id, pool),
    CONSTRAINT draw_pools_numbers_check CHECK (octet_length(numbers) = size::bigint * 4),
    CONSTRAINT draw_pools_draw_execution_id_fkey FOREIGN KEY(draw_execution_id) REFERENCES draw_executions (id)
);

-- Millions of different numbers: trying to compress them takes longer than all else that a freeze does with them.
ALTER TABLE draw_pools ALTER COLUMN numbers SET STORAGE EXTERNAL;

CREATE TABLE draw_results (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    draw_execution_id UUID NOT NULL,
    prize_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    winning_ticket_id UUID NOT NULL,
    winning_number INTEGER NOT NULL,
    prize_value_at_draw BIGINT NOT NULL,
    selected_at TIMESTAMPTZ NOT NULL,
    winner SMALLINT DEFAULT 1 NOT NULL,
    reserve BOOLEAN DEFAULT false NOT NULL,
    pool TEXT DEFAULT 'main' NOT NULL,
    pool_number INTEGER NOT NULL,
    replaces_id UUID,
    CONSTRAINT draw_results_pkey PRIMARY KEY (id),
    CONSTRAINT draw_results_draw_execution_id_position_winner_key UNIQUE (draw_execution_id, position, winner),
    CONSTRAINT draw_results_replaces_id_key UNIQUE (replaces_id),
    CONSTRAINT draw_results_replaces_id_fkey FOREIGN KEY(replaces_id) REFERENCES draw_results (id),
    CONSTRAINT draw_results_draw_execution_id_fkey FOREIGN KEY(draw_execution_id) REFERENCES draw_executions (id) ON DELETE CASCADE,
    CONSTRAINT draw_results_prize_id_fkey FOREIGN KEY(prize_id) REFERENCES prizes (id) ON DELETE CASCADE,
    CONSTRAINT draw_results_winning_ticket_id_fkey FOREIGN KEY(winning_ticket_id) REFERENCES tickets (id) ON DELETE CASCADE
);

CREATE INDEX idx_draw_results_execution ON draw_results (draw_execution_id);

CREATE TABLE rsu_cuts (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    event_id UUID NOT NULL,
    cut_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT,
    CONSTRAINT rsu_cuts_pkey PRIMARY KEY (rsu_id, epoch, cut_id),
    CONSTRAINT rsu_cuts_rsu_id_epoch_fkey FOREIGN KEY(rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch),
    CONSTRAINT rsu_cuts_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT rsu_cuts_cut_id_fkey FOREIGN KEY(cut_id) REFERENCES event_cuts (id)
);

CREATE INDEX idx_rsu_cuts_event ON rsu_cuts (event_id);

-- What kiosks' chains tell of their drawers. Amounts in minor units; people as the journal names them.
CREATE TABLE shifts (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    shift_id UUID NOT NULL,
    number BIGINT NOT NULL,
    operator TEXT NOT NULL,
    opened_seq BIGINT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    closed_seq BIGINT,
    closed_at TIMESTAMPTZ,
    closed_by TEXT,
    note TEXT,
    agrees BOOLEAN,
    CONSTRAINT shifts_pkey PRIMARY KEY (rsu_id, epoch, shift_id),
    CONSTRAINT shifts_closed_check CHECK (num_nonnulls(closed_seq, closed_at, closed_by, note) IN (0, 4)),
    CONSTRAINT shifts_rsu_id_epoch_fkey FOREIGN KEY(rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch)
);

CREATE TABLE shift_sums (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    currency CHAR(3) NOT NULL,
    shift_id UUID NOT NULL,
    supplement INTEGER DEFAULT 0 NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    float BIGINT NOT NULL,
    sales BIGINT NOT NULL,
    card BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    returned_card BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    moved BIGINT NOT NULL,
    expected BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    sale_count BIGINT NOT NULL,
    ticket_count BIGINT NOT NULL,
    void_count BIGINT NOT NULL,
    CONSTRAINT shift_sums_pkey PRIMARY KEY (rsu_id, epoch, seq, currency),
    CONSTRAINT shift_sums_rsu_id_epoch_shift_id_fkey FOREIGN KEY(rsu_id, epoch, shift_id) REFERENCES shifts (rsu_id, epoch, shift_id)
);

CREATE INDEX idx_shift_sums_shift ON shift_sums (rsu_id, epoch, shift_id);

CREATE TABLE cash_counts (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    shift_id UUID NOT NULL,
    counted_by TEXT NOT NULL,
    purpose TEXT NOT NULL,
    currency CHAR(3) NOT NULL,
    amount BIGINT NOT NULL,
    pieces JSONB DEFAULT '[]'::jsonb NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT cash_counts_pkey PRIMARY KEY (rsu_id, epoch, seq),
    CONSTRAINT cash_counts_rsu_id_epoch_fkey FOREIGN KEY(rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch)
);

CREATE TABLE cash_moves (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    shift_id UUID NOT NULL,
    moved_by TEXT NOT NULL,
    approved_by TEXT,
    currency CHAR(3) NOT NULL,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT cash_moves_pkey PRIMARY KEY (rsu_id, epoch, seq),
    CONSTRAINT cash_moves_rsu_id_epoch_fkey FOREIGN KEY(rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch)
);

-- Those for a sale stand in the journal alone: each belongs to the sale before it.
CREATE TABLE drawer_openings (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    approved_by TEXT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT drawer_openings_pkey PRIMARY KEY (rsu_id, epoch, seq),
    CONSTRAINT drawer_openings_rsu_id_epoch_fkey FOREIGN KEY(rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch)
);

CREATE TABLE counterfoil_prints (
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    order_id UUID NOT NULL,
    count INTEGER NOT NULL,
    copy INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    said_by TEXT NOT NULL,
    printed_by TEXT NOT NULL,
    approved_by TEXT,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT counterfoil_prints_pkey PRIMARY KEY (rsu_id, epoch, seq),
    CONSTRAINT counterfoil_prints_rsu_id_epoch_fkey FOREIGN KEY(rsu_id, epoch) REFERENCES rsu_epochs (rsu_id, epoch)
);

CREATE INDEX idx_counterfoil_prints_order ON counterfoil_prints (order_id);

CREATE TABLE validation_number_blocks (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    rsu_allocation_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    raffle_event_id UUID NOT NULL,
    block_start TEXT NOT NULL,
    block_end TEXT NOT NULL,
    block_size INTEGER NOT NULL,
    numbers_used INTEGER DEFAULT 0 NOT NULL,
    next_sequence INTEGER DEFAULT 1 NOT NULL,
    expires_at TIMESTAMPTZ,
    is_active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    block_number INTEGER NOT NULL,
    secret BYTEA NOT NULL,
    epoch INTEGER NOT NULL,
    CONSTRAINT validation_number_blocks_pkey PRIMARY KEY (id),
    CONSTRAINT validation_number_blocks_block_number_check CHECK (block_number BETWEEN 0 AND 33554431),
    CONSTRAINT validation_number_blocks_secret_check CHECK (octet_length(secret) = 32),
    CONSTRAINT validation_number_blocks_rsu_allocation_id_fkey FOREIGN KEY(rsu_allocation_id) REFERENCES rsu_allocations (id) ON DELETE CASCADE,
    CONSTRAINT validation_number_blocks_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id) ON DELETE CASCADE,
    CONSTRAINT validation_number_blocks_raffle_event_id_fkey FOREIGN KEY(raffle_event_id) REFERENCES raffle_events (id) ON DELETE CASCADE,
    CONSTRAINT validation_number_blocks_block_number_key UNIQUE (block_number)
);

CREATE TABLE prize_claims (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    draw_result_id UUID NOT NULL,
    claimed_at TIMESTAMPTZ NOT NULL,
    claimed_by UUID NOT NULL,
    verification_method TEXT NOT NULL,
    verified_by UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    amount BIGINT,
    identity_checked BOOLEAN DEFAULT false NOT NULL,
    desk TEXT,
    delivered_at TIMESTAMPTZ,
    delivered_by UUID,
    delivery_note TEXT,
    rsu_id UUID,
    request_id UUID,
    CONSTRAINT prize_claims_pkey PRIMARY KEY (id),
    CONSTRAINT prize_claims_delivered_check CHECK ((delivered_at IS NULL) = (delivered_by IS NULL)),
    CONSTRAINT prize_claims_request_check CHECK (request_id IS NULL OR rsu_id IS NOT NULL),
    CONSTRAINT prize_claims_draw_result_id_key UNIQUE (draw_result_id),
    CONSTRAINT prize_claims_request_id_key UNIQUE (request_id),
    CONSTRAINT prize_claims_draw_result_id_fkey FOREIGN KEY(draw_result_id) REFERENCES draw_results (id) ON DELETE CASCADE,
    CONSTRAINT prize_claims_rsu_id_fkey FOREIGN KEY(rsu_id) REFERENCES rsus (id)
);

CREATE INDEX idx_prize_claims_result ON prize_claims (draw_result_id);

CREATE TABLE exclusions (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    order_id UUID NOT NULL,
    reason TEXT NOT NULL,
    decided_by UUID NOT NULL,
    decided_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    lifted_at TIMESTAMPTZ,
    lifted_by UUID,
    lifted_reason TEXT,
    CONSTRAINT exclusions_pkey PRIMARY KEY (id),
    CONSTRAINT exclusions_lifted_check CHECK (num_nonnulls(lifted_at, lifted_by, lifted_reason) IN (0, 3)),
    CONSTRAINT exclusions_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT exclusions_order_id_fkey FOREIGN KEY(order_id) REFERENCES orders (id)
);

CREATE UNIQUE INDEX exclusions_standing ON exclusions (event_id, order_id) WHERE lifted_at IS NULL;

CREATE TABLE forfeits (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    draw_result_id UUID NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by UUID NOT NULL,
    asked_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    agreed_by UUID,
    agreed_at TIMESTAMPTZ,
    promoted_id UUID,
    dropped_at TIMESTAMPTZ,
    dropped_by UUID,
    dropped_reason TEXT,
    CONSTRAINT forfeits_pkey PRIMARY KEY (id),
    CONSTRAINT forfeits_kind_check CHECK (kind IN ('unclaimed', 'ineligible', 'declined', 'withdrawn')),
    CONSTRAINT forfeits_agreed_check CHECK ((agreed_at IS NULL) = (agreed_by IS NULL) AND agreed_by <> asked_by),
    CONSTRAINT forfeits_promoted_check CHECK (promoted_id IS NULL OR agreed_at IS NOT NULL),
    CONSTRAINT forfeits_dropped_check CHECK (num_nonnulls(dropped_at, dropped_by, dropped_reason) IN (0, 3) AND (dropped_at IS NULL OR agreed_at IS NULL)),
    CONSTRAINT forfeits_promoted_id_key UNIQUE (promoted_id),
    CONSTRAINT forfeits_draw_result_id_fkey FOREIGN KEY(draw_result_id) REFERENCES draw_results (id),
    CONSTRAINT forfeits_promoted_id_fkey FOREIGN KEY(promoted_id) REFERENCES draw_results (id)
);

CREATE UNIQUE INDEX forfeits_standing ON forfeits (draw_result_id) WHERE dropped_at IS NULL;

CREATE TABLE draw_keyings (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    draw_execution_id UUID NOT NULL,
    what TEXT NOT NULL,
    round INTEGER NOT NULL,
    content TEXT NOT NULL,
    keyed_by UUID NOT NULL,
    keyed_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT draw_keyings_pkey PRIMARY KEY (id),
    CONSTRAINT draw_keyings_what_check CHECK (what IN ('entropy', 'winners', 'counterfoils')),
    CONSTRAINT draw_keyings_round_check CHECK (round >= 1),
    CONSTRAINT draw_keyings_draw_execution_id_fkey FOREIGN KEY(draw_execution_id) REFERENCES draw_executions (id)
);

CREATE INDEX idx_draw_keyings_draw ON draw_keyings (draw_execution_id, what, round);

CREATE TABLE counterfoil_batches (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    draw_execution_id UUID NOT NULL,
    first_index INTEGER NOT NULL,
    count INTEGER NOT NULL,
    reprint BOOLEAN DEFAULT false NOT NULL,
    reason TEXT,
    printed_by UUID NOT NULL,
    printed_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT counterfoil_batches_pkey PRIMARY KEY (id),
    CONSTRAINT counterfoil_batches_span_check CHECK (first_index >= 0 AND count > 0),
    CONSTRAINT counterfoil_batches_reprint_check CHECK (NOT reprint OR reason <> ''),
    CONSTRAINT counterfoil_batches_draw_execution_id_fkey FOREIGN KEY(draw_execution_id) REFERENCES draw_executions (id)
);

CREATE INDEX idx_counterfoil_batches_draw ON counterfoil_batches (draw_execution_id, first_index);

CREATE TABLE champions (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    draw_result_id UUID NOT NULL,
    display_name TEXT NOT NULL,
    city TEXT NOT NULL,
    announcement TEXT NOT NULL,
    photo BYTEA,
    photo_type TEXT,
    consent BOOLEAN DEFAULT false NOT NULL,
    prepared_by UUID NOT NULL,
    prepared_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    approved_by UUID,
    approved_at TIMESTAMPTZ,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by UUID,
    withdrawn_reason TEXT,
    CONSTRAINT champions_pkey PRIMARY KEY (id),
    CONSTRAINT champions_photo_check CHECK ((photo IS NULL) = (photo_type IS NULL)),
    CONSTRAINT champions_approved_check CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CONSTRAINT champions_withdrawn_check CHECK (num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3)),
    CONSTRAINT champions_draw_result_id_key UNIQUE (draw_result_id),
    CONSTRAINT champions_draw_result_id_fkey FOREIGN KEY(draw_result_id) REFERENCES draw_results (id)
);

CREATE TABLE notices (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    event_id UUID,
    draw_execution_id UUID,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMPTZ DEFAULT now() NOT NULL,
    seen_at TIMESTAMPTZ,
    CONSTRAINT notices_pkey PRIMARY KEY (id),
    CONSTRAINT notices_once UNIQUE NULLS NOT DISTINCT (user_id, kind, draw_execution_id, event_id),
    CONSTRAINT notices_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT notices_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT notices_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT notices_draw_execution_id_fkey FOREIGN KEY(draw_execution_id) REFERENCES draw_executions (id)
);

CREATE INDEX idx_notices_unseen ON notices (user_id) WHERE seen_at IS NULL;

-- Look-up rows -----------------------------------------------------------------------------------------------------

INSERT INTO raffle_event_states (key, description) VALUES
    ('created', 'Draft: not on sale yet'),
    ('active', 'On sale'),
    ('suspended', 'Sales paused'),
    ('closed', 'Sales closed, awaiting the draw'),
    ('drawn', 'Drawn, prizes being claimed'),
    ('completed', 'All done'),
    ('cancelled', 'Cancelled before any draw');

INSERT INTO ticket_states (key, description) VALUES
    ('sold', 'Sold and valid'),
    ('void', 'Void: its order was taken back'),
    ('misprint', 'Did not print whole, so it is no ticket'),
    ('invalid', 'Excluded by a decision of the office'),
    ('quarantined', 'In doubt until a person decides');

INSERT INTO payment_statuses (key, description) VALUES
    ('pending', 'Not paid yet'),
    ('paid', 'Paid'),
    ('refunded', 'Paid back'),
    ('failed', 'The payment failed'),
    ('void', 'Void: nothing is owed');

INSERT INTO order_sources (key, description) VALUES
    ('online', 'Bought on line'),
    ('rsu', 'Sold at a kiosk'),
    ('award', 'Awarded, not bought');

INSERT INTO rsu_states (key, description) VALUES
    ('new', 'Known by name, not enrolled'),
    ('enabled', 'May sell'),
    ('disabled', 'May not sell'),
    ('suspended', 'Paused for a while'),
    ('revoked', 'Its key is no longer trusted'),
    ('retired', 'Out of service for good');

INSERT INTO offline_sync_statuses (key, description) VALUES
    ('pending', 'Not with the server yet'),
    ('synced', 'With the server'),
    ('failed', 'Taken in, with a blocking finding');

INSERT INTO server_state (id) VALUES (1);

INSERT INTO clock_offset (id) VALUES (1);

-- What never changes -----------------------------------------------------------------------------------------------

CREATE FUNCTION keep_columns() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> name IS DISTINCT FROM to_jsonb(NEW) -> name THEN
            RAISE restrict_violation USING
                MESSAGE = format('%s.%s never changes', TG_TABLE_NAME, name),
                TABLE = TG_TABLE_NAME, COLUMN = name;
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;

-- The rows other rows refer to without a foreign key, and the rows the audit finds again by their key.
CREATE TRIGGER keep BEFORE UPDATE OF id, event_number ON raffle_events
    FOR EACH ROW EXECUTE FUNCTION keep_columns('id', 'event_number');
CREATE TRIGGER keep BEFORE UPDATE OF id, raffle_event_id, rsu_id, epoch, start_number, end_number ON rsu_allocations
    FOR EACH ROW EXECUTE FUNCTION
    keep_columns('id', 'raffle_event_id', 'rsu_id', 'epoch', 'start_number', 'end_number');
CREATE TRIGGER keep BEFORE UPDATE OF id, rsu_allocation_id, rsu_id, raffle_event_id, epoch, block_number, secret
    ON validation_number_blocks
    FOR EACH ROW EXECUTE FUNCTION
    keep_columns('id', 'rsu_allocation_id', 'rsu_id', 'raffle_event_id', 'epoch', 'block_number', 'secret');
CREATE TRIGGER keep BEFORE UPDATE OF rsu_id, epoch, public_key ON rsu_epochs
    FOR EACH ROW EXECUTE FUNCTION keep_columns('rsu_id', 'epoch', 'public_key');
CREATE TRIGGER keep BEFORE UPDATE OF organization_id, user_id ON organization_users
    FOR EACH ROW EXECUTE FUNCTION keep_columns('organization_id', 'user_id');
CREATE TRIGGER keep BEFORE UPDATE OF user_id ON local_accounts
    FOR EACH ROW EXECUTE FUNCTION keep_columns('user_id');
CREATE TRIGGER keep BEFORE UPDATE OF id ON server_state
    FOR EACH ROW EXECUTE FUNCTION keep_columns('id');

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'orders', 'tickets', 'ticket_packages', 'prizes', 'rsus', 'voids', 'findings', 'draw_results',
        'prize_claims', 'organizations', 'venues', 'users', 'system_configurations', 'enrolment_codes', 'event_cuts',
        'exclusions', 'forfeits', 'champions', 'notices'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER keep BEFORE UPDATE OF id ON %I FOR EACH ROW EXECUTE FUNCTION keep_columns(''id'')', name
        );
    END LOOP;
END
$$;

CREATE FUNCTION never_less() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF (to_jsonb(NEW) ->> name)::bigint < (to_jsonb(OLD) ->> name)::bigint THEN
            RAISE restrict_violation USING
                MESSAGE = format('%s.%s never goes down', TG_TABLE_NAME, name),
                TABLE = TG_TABLE_NAME, COLUMN = name;
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;

CREATE TRIGGER never_less BEFORE UPDATE ON server_state
    FOR EACH ROW EXECUTE FUNCTION never_less('generation', 'catalog_serial', 'last_event_number');
CREATE TRIGGER never_less BEFORE UPDATE ON number_counters
    FOR EACH ROW EXECUTE FUNCTION never_less('next_number');
CREATE TRIGGER keep BEFORE UPDATE OF event_id, last_number ON number_counters
    FOR EACH ROW EXECUTE FUNCTION keep_columns('event_id', 'last_number');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE restrict_violation USING
        MESSAGE = format('%s: rows are never changed or deleted', TG_TABLE_NAME), TABLE = TG_TABLE_NAME;
END
$$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON draw_pools
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON draw_results
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON draw_keyings
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON counterfoil_batches
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON rsu_journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'shift_sums', 'cash_counts', 'cash_moves', 'drawer_openings', 'counterfoil_prints'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
            name
        );
    END LOOP;
END
$$;

CREATE TRIGGER keep BEFORE UPDATE OF rsu_id, epoch, shift_id, opened_seq ON shifts
    FOR EACH ROW EXECUTE FUNCTION keep_columns('rsu_id', 'epoch', 'shift_id', 'opened_seq');

-- What is frozen once an event was on sale -------------------------------------------------------------------------

CREATE FUNCTION freeze_event() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
    complaint text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> name IS DISTINCT FROM to_jsonb(NEW) -> name THEN
            complaint := format('%s.%s is frozen: the event was on sale', TG_TABLE_NAME, name);
        END IF;
    END LOOP;
    IF NEW.state = 'created' THEN
        complaint := 'an event that was on sale is no draft again';
    ELSIF NEW.closes_at IS DISTINCT FROM OLD.closes_at THEN
        IF OLD.state NOT IN ('active', 'suspended') THEN
            complaint := 'the closing time moves only while the event is on sale';
        ELSIF OLD.closes_at <= now() OR NEW.closes_at IS NULL OR NEW.closes_at <= now() THEN
            complaint := 'a closing time moves only before it has come, and to a time to come';
        END IF;
    END IF;
    IF complaint IS NOT NULL THEN
        RAISE restrict_violation USING MESSAGE = complaint, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER freeze_event BEFORE UPDATE OF organization_id, event_identifier, state, configuration, ticket_allocation,
    currency, opens_at, closes_at, activated_at ON raffle_events
    FOR EACH ROW WHEN (OLD.activated_at IS NOT NULL) EXECUTE FUNCTION
    freeze_event('organization_id', 'event_identifier', 'configuration', 'ticket_allocation', 'currency', 'opens_at',
        'activated_at');

-- What an event sells and gives. The event's row is locked, so that an activation under way is waited for.
CREATE FUNCTION freeze_terms() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    activated timestamptz;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT activated_at INTO activated FROM raffle_events WHERE id = OLD.event_id FOR SHARE;
    END IF;
    IF activated IS NULL AND TG_OP <> 'DELETE' THEN
        SELECT activated_at INTO activated FROM raffle_events WHERE id = NEW.event_id FOR SHARE;
    END IF;
    IF activated IS NOT NULL THEN
        RAISE restrict_violation USING
            MESSAGE = format('%s are frozen: the event was on sale', TG_TABLE_NAME), TABLE = TG_TABLE_NAME;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER freeze_terms BEFORE INSERT OR UPDATE OR DELETE ON ticket_packages
    FOR EACH ROW EXECUTE FUNCTION freeze_terms();
CREATE TRIGGER freeze_terms BEFORE INSERT OR UPDATE OR DELETE ON prizes
    FOR EACH ROW EXECUTE FUNCTION freeze_terms();

-- What the database fills in ---------------------------------------------------------------------------------------

-- Consecutive without gaps: a sequence would leave one at every transaction that was given up.
CREATE FUNCTION number_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE server_state SET last_event_number = last_event_number + 1
        RETURNING last_event_number INTO NEW.event_number;
    IF NEW.currency IS NULL THEN
        SELECT primary_currency INTO NEW.currency FROM organizations WHERE id = NEW.organization_id;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER number_event BEFORE INSERT ON raffle_events
    FOR EACH ROW EXECUTE FUNCTION number_event();

CREATE FUNCTION span_allocation() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT int8range((event_number << 32) + NEW.start_number, (event_number << 32) + NEW.end_number + 1)
        INTO NEW.span FROM raffle_events WHERE id = NEW.raffle_event_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER span_allocation BEFORE INSERT OR UPDATE ON rsu_allocations
    FOR EACH ROW EXECUTE FUNCTION span_allocation();

-- References checked once per statement ----------------------------------------------------------------------------

-- Arguments in threes: columns here, table there, columns there (several columns with a comma between).
CREATE FUNCTION refer_once() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    dangling text;
    here text[];
    there text[];
    i integer;
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 BY 3 LOOP
        here := string_to_array(TG_ARGV[i], ',');
        there := string_to_array(TG_ARGV[i + 2], ',');
        EXECUTE format(
            'SELECT (%1$s)::text FROM (SELECT DISTINCT %1$s FROM new_rows) n WHERE (%2$s) AND NOT EXISTS '
            '(SELECT FROM %3$I p WHERE %4$s) LIMIT 1',
            CASE WHEN cardinality(here) = 1 THEN quote_ident(here[1])
                 ELSE (SELECT string_agg(quote_ident(c), ', ') FROM unnest(here) c) END,
            (SELECT string_agg(format('n.%I IS NOT NULL', c), ' AND ') FROM unnest(here) c),
            TG_ARGV[i + 1],
            (SELECT string_agg(format('p.%I = n.%I', t, h), ' AND ') FROM unnest(here, there) AS u(h, t))
        ) INTO dangling;
        IF dangling IS NOT NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('%s.%s refers to nothing in %s', TG_TABLE_NAME, TG_ARGV[i], TG_ARGV[i + 1]),
                DETAIL = format('%s is not there', dangling),
                TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[i],
                CONSTRAINT = format('%s_%s_fkey', TG_TABLE_NAME, replace(TG_ARGV[i], ',', '_'));
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER refer_insert AFTER INSERT ON orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refer_once(
        'event_id', 'raffle_events', 'id', 'package_id', 'ticket_packages', 'id', 'rsu_id', 'rsus', 'id',
        'rsu_allocation_id', 'rsu_allocations', 'id', 'payment_status', 'payment_statuses', 'key',
        'source', 'order_sources', 'key', 'offline_sync_status', 'offline_sync_statuses', 'key');
CREATE TRIGGER refer_update AFTER UPDATE ON orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refer_once(
        'event_id', 'raffle_events', 'id', 'package_id', 'ticket_packages', 'id', 'rsu_id', 'rsus', 'id',
        'rsu_allocation_id', 'rsu_allocations', 'id', 'payment_status', 'payment_statuses', 'key',
        'source', 'order_sources', 'key', 'offline_sync_status', 'offline_sync_statuses', 'key');
CREATE TRIGGER refer_insert AFTER INSERT ON tickets
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refer_once(
        'event_id', 'raffle_events', 'id', 'state', 'ticket_states', 'key', 'order_id', 'orders', 'id');
CREATE TRIGGER refer_update AFTER UPDATE ON tickets
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refer_once(
        'event_id', 'raffle_events', 'id', 'state', 'ticket_states', 'key', 'order_id', 'orders', 'id');
CREATE TRIGGER refer_insert AFTER INSERT ON rsu_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refer_once(
        'rsu_id,epoch', 'rsu_epochs', 'rsu_id,epoch');

-- The order of a draw ----------------------------------------------------------------------------------------------

-- Manifest published, then the seed made and its hash published, then the public entropy fixed, then the seed
-- opened, then verified, then official. A step counts as published only in a later transaction than its own.
-- Until it is opened the seed is here only sealed, with a secret that is not in the database.
-- What two people keyed alike in one round, each without sight of the other; NULL where they have not.
CREATE FUNCTION keyed_alike(draw uuid, wanted text, apart boolean) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT min(content) FROM draw_keyings WHERE draw_execution_id = draw AND what = wanted GROUP BY round
    HAVING count(*) = 2 AND min(content) = max(content) AND (NOT apart OR count(DISTINCT keyed_by) = 2)
    ORDER BY round DESC LIMIT 1
$$;

-- Whether two people counted as many counterfoils as the pools have numbers.
CREATE FUNCTION keyed_whole(draw uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(keyed_alike(draw, 'counterfoils', true)
        = (SELECT sum(size)::text FROM draw_pools WHERE draw_execution_id = draw), false)
$$;

-- The moment by the database's own clock, which the application cannot set; NULL where tests gave it none.
CREATE FUNCTION tombola_now() RETURNS timestamptz LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT clock_timestamp() + offset_ms * interval '1 millisecond' FROM clock_offset
$$;

-- When a beacon's round or pulse comes out; NULL for what is no beacon. drand: quicknet's genesis, and a round every
-- three seconds. NIST: the pulse is named by its time.
CREATE FUNCTION entropy_due(source jsonb) RETURNS timestamptz LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE source ->> 'source'
        WHEN 'drand' THEN to_timestamp(1692803367 + 3 * ((source ->> 'round')::bigint - 1))
        WHEN 'nist' THEN (source ->> 'time')::timestamptz
    END
$$;

-- Whether the transaction that wrote a row is still under way: it is this very one then, or a savepoint of it, which
-- has a number of its own. A number of 32 bits is made whole by the current one, from which it is less than 2^31 away.
CREATE FUNCTION unpublished(written xid) RETURNS boolean LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_xact_status((whole + CASE WHEN whole - here > 2147483648 THEN -4294967296
                                        WHEN here - whole > 2147483648 THEN 4294967296 ELSE 0 END)::text::xid8)
        = 'in progress'
    FROM (SELECT here, (here >> 32 << 32) + written::text::bigint AS whole
          FROM (SELECT pg_current_xact_id()::text::bigint AS here) AS now) AS made
$$;

CREATE FUNCTION order_draw() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
    complaint text;
    fresh boolean;
    manual boolean;
    source jsonb;
    moment timestamptz := tombola_now();
    clock text := '';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE restrict_violation USING
            MESSAGE = 'an attempt at a draw is never deleted', TABLE = TG_TABLE_NAME;
    END IF;

    manual := coalesce(NEW.entropy_source ->> 'source' = 'manual', false);

    IF TG_OP = 'INSERT' THEN
        complaint := CASE
            WHEN NEW.state <> 'pending' THEN 'a draw begins pending'
            WHEN NEW.rng_seed <> '' THEN 'there is no seed before the manifest is published'
            WHEN NEW.manifest_published_at IS NOT NULL THEN 'a manifest is recorded before it is published'
            WHEN num_nonnulls(NEW.seed_sealed, NEW.seed_sha256, NEW.seed_committed_at, NEW.public_entropy, NEW.entropy_fixed_at,
                              NEW.seed_opened_at, NEW.bundle, NEW.verified_at, NEW.official_at, NEW.official_by) > 0
                THEN 'a draw begins with its manifest and nothing after it'
        END;
    ELSE
        IF OLD.state = 'failed' THEN
            complaint := 'a failed attempt stays as it is; start another';
        ELSIF NEW.state = 'failed' AND EXISTS (
            SELECT FROM draw_keyings WHERE draw_execution_id = OLD.id AND what = 'winners'
        ) THEN
            complaint := 'an attempt whose numbers are drawn is not given up';
        ELSIF OLD.state = 'completed' AND NEW.state <> 'completed' THEN
            complaint := 'a completed draw stays completed';
        ELSIF OLD.state = 'in_progress' AND NEW.state = 'pending' THEN
            complaint := 'a draw in progress does not become pending again';
        END IF;

        FOREACH name IN ARRAY ARRAY[
            'id', 'raffle_event_id', 'attempt', 'previous_id', 'conducted_by', 'started_at', 'created_at', 'plan', 'kind',
            'reason', 'agreed_by', 'automatic', 'entropy_due_at', 'redo', 'amounts', 'alone'
        ] LOOP
            IF to_jsonb(OLD) -> name IS DISTINCT FROM to_jsonb(NEW) -> name THEN
                complaint := format('%s never changes', name);
            END IF;
        END LOOP;

        FOREACH name IN ARRAY ARRAY[
            'manifest', 'manifest_sha256', 'manifest_published_at', 'seed_sealed', 'seed_sha256', 'seed_committed_at',
            'public_entropy', 'entropy_fixed_at', 'seed_opened_at', 'bundle', 'verified_at', 'official_at', 'official_by',
            'failure_asked', 'failure_asked_at', 'failure_asked_by'
        ] LOOP
            IF to_jsonb(OLD) ->> name IS NOT NULL
                AND to_jsonb(OLD) -> name IS DISTINCT FROM to_jsonb(NEW) -> name THEN
                complaint := format('%s is set once', name);
            END IF;
        END LOOP;

        IF OLD.rng_seed <> '' AND NEW.rng_seed <> OLD.rng_seed THEN
            complaint := 'the seed is made once';
        END IF;
        IF OLD.manifest_published_at IS NOT NULL AND (
            NEW.entropy_source IS DISTINCT FROM OLD.entropy_source OR NEW.system_checksum <> OLD.system_checksum
        ) THEN
            complaint := 'the source of entropy and the program are fixed with the manifest';
        END IF;

        -- True where this very transaction wrote the row last: nobody else can have seen its last step.
        SELECT unpublished(xmin) INTO fresh FROM draw_executions WHERE id = OLD.id;

        IF complaint IS NULL AND OLD.seed_sealed IS NULL AND NEW.seed_sealed IS NOT NULL THEN
            complaint := CASE
                WHEN manual THEN 'a manual draw has no seed'
                WHEN OLD.manifest_published_at IS NULL OR fresh
                    THEN 'the seed is made after the manifest is published'
                WHEN octet_length(NEW.seed_sealed) <> 32 THEN 'the seed is 32 bytes'
            END;
        END IF;
        -- What is published binds: the source that is waited for, and when it is out, are the manifest's.
        IF complaint IS NULL AND OLD.manifest_published_at IS NULL AND NEW.manifest_published_at IS NOT NULL THEN
            source := convert_from(NEW.manifest, 'UTF8')::jsonb -> 'entropy';
            complaint := CASE
                WHEN NEW.entropy_source IS DISTINCT FROM source
                    THEN 'the source of entropy is the manifest''s'
                WHEN source ->> 'source' = 'drand' AND source ->> 'chain' IS DISTINCT FROM
                    '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971'
                    THEN 'the chain of drand is quicknet'
                WHEN NEW.entropy_due_at IS DISTINCT FROM entropy_due(source)
                    THEN 'the public entropy comes out when its source says'
            END;
        END IF;
        -- By the database's own clock, whatever times it is told.
        IF complaint IS NULL AND OLD.seed_committed_at IS NULL AND NEW.seed_committed_at IS NOT NULL
            AND moment + interval '3 seconds' >= NEW.entropy_due_at THEN
            complaint := 'the hash of the seed is published before the public entropy comes out';
            clock := 'entropy_late';
        END IF;
        IF complaint IS NULL AND OLD.entropy_fixed_at IS NULL AND NEW.entropy_fixed_at IS NOT NULL
            AND moment < NEW.entropy_due_at THEN
            complaint := 'the public entropy is not out yet';
            clock := 'entropy_early';
        END IF;
        IF complaint IS NULL THEN
            SELECT format('%s is not the time by the clock of the database', step), 'clocks_apart' INTO complaint, clock
            FROM (VALUES
                ('manifest_published_at', OLD.manifest_published_at, NEW.manifest_published_at),
                ('seed_committed_at', OLD.seed_committed_at, NEW.seed_committed_at),
                ('entropy_fixed_at', OLD.entropy_fixed_at, NEW.entropy_fixed_at),
                ('seed_opened_at', OLD.seed_opened_at, NEW.seed_opened_at),
                ('verified_at', OLD.verified_at, NEW.verified_at),
                ('official_at', OLD.official_at, NEW.official_at),
                ('failed_at', OLD.failed_at, NEW.failed_at)
            ) AS stated (step, before, after)
            WHERE before IS NULL AND abs(extract(epoch FROM after - moment)) > 60
            LIMIT 1;
        END IF;
        -- What is public before the seed's hash is could have been chosen by whoever made the seed. Some seconds before:
        -- the clocks of the office and of the beacon are two.
        IF complaint IS NULL AND OLD.seed_committed_at IS NULL AND NEW.seed_committed_at IS NOT NULL
            AND NEW.seed_committed_at > NEW.entropy_due_at - interval '3 seconds' THEN
            complaint := 'the hash of the seed is published before the public entropy comes out';
        END IF;
        IF complaint IS NULL AND OLD.entropy_fixed_at IS NULL AND NEW.entropy_fixed_at < NEW.entropy_due_at THEN
            complaint := 'the public entropy is not out yet';
        END IF;
        IF complaint IS NULL AND OLD.entropy_fixed_at IS NULL AND NEW.entropy_fixed_at IS NOT NULL
            AND NEW.entropy_source ->> 'source' IN ('dice', 'digits')
            AND keyed_alike(NEW.id, 'entropy', NOT NEW.alone) IS DISTINCT FROM NEW.public_entropy
            AND OLD.seed_committed_at IS NOT NULL AND NOT fresh THEN
            complaint := 'dice and digits are fixed once two have keyed them alike';
        END IF;
        IF complaint IS NULL AND NEW.rng_seed <> OLD.rng_seed THEN
            complaint := CASE
                WHEN manual THEN 'a manual draw has no seed'
                WHEN OLD.entropy_fixed_at IS NULL OR fresh
                    THEN 'the seed is opened after the public entropy is fixed'
                WHEN NEW.rng_seed !~ '^[0-9a-f]{64}$' THEN 'the seed is 32 bytes in lower-case hex'
            END;
        END IF;
        IF complaint IS NULL AND OLD.entropy_fixed_at IS NULL
            AND num_nonnulls(NEW.public_entropy, NEW.entropy_fixed_at) > 0
            AND (OLD.seed_committed_at IS NULL OR fresh) THEN
            complaint := 'the public entropy is fixed after the hash of the seed is published';
        END IF;
        IF complaint IS NULL AND OLD.seed_opened_at IS NULL AND NEW.seed_opened_at IS NOT NULL
            AND (OLD.entropy_fixed_at IS NULL OR fresh) THEN
            complaint := 'the seed is opened after the public entropy is fixed';
        END IF;
        IF complaint IS NULL AND manual AND OLD.bundle IS NULL AND NEW.bundle IS NOT NULL
            AND (OLD.manifest_published_at IS NULL OR fresh) THEN
            complaint := 'numbers are drawn by hand after the manifest is published';
        END IF;
        -- Who knows the public chance, and has the office's secret, knows the winners. Of a draw without public chance
        -- the seed alone decides.
        IF complaint IS NULL AND NEW.state = 'failed' AND OLD.seed_committed_at IS NOT NULL
            AND (OLD.entropy_fixed_at IS NOT NULL OR OLD.entropy_source ->> 'source' = 'none'
                 OR OLD.entropy_due_at <= NEW.failed_at
                 OR EXISTS (SELECT FROM draw_keyings WHERE draw_execution_id = OLD.id AND what = 'entropy'))
            AND (OLD.failure_asked_by IS NULL OR OLD.failure_asked_by = NEW.failed_by OR fresh) THEN
            complaint := 'two people give an attempt up once its public chance can be known';
        END IF;
        IF complaint IS NULL AND OLD.official_at IS NULL AND NEW.official_at IS NOT NULL
            AND OLD.verified_at IS NULL THEN
            complaint := 'a draw is official after it was verified';
        END IF;
    END IF;

    complaint := coalesce(complaint, CASE
        WHEN (NEW.manifest IS NULL) <> (NEW.manifest_sha256 IS NULL)
            OR NEW.manifest_sha256 <> encode(sha256(NEW.manifest), 'hex')
            THEN 'manifest_sha256 is the SHA-256 of the manifest, in lower-case hex'
        WHEN NEW.manifest_published_at IS NOT NULL AND NEW.manifest IS NULL
            THEN 'there is no manifest to publish'
        WHEN (NEW.entropy_source ->> 'source' IN ('drand', 'nist')) <> (NEW.entropy_due_at IS NOT NULL)
            THEN 'public randomness has a time at which it comes out, and nothing else has'
        WHEN NEW.kind = 'redraw' AND (coalesce(NEW.reason, '') = '' OR NEW.agreed_by IS NULL)
            THEN 'a redraw has a reason, and two people behind it'
        WHEN (NEW.seed_sealed IS NULL) <> (NEW.seed_sha256 IS NULL) OR NEW.seed_sha256 !~ '^[0-9a-f]{64}$'
            THEN 'the sealed seed and its SHA-256, in lower-case hex, are recorded together'
        WHEN (NEW.rng_seed = '') <> (NEW.seed_opened_at IS NULL)
            THEN 'the seed is shown when it is opened, and not before'
        WHEN NEW.rng_seed <> ''
            AND NEW.seed_sha256 IS DISTINCT FROM encode(sha256(decode(NEW.rng_seed, 'hex')), 'hex')
            THEN 'seed_sha256 is the SHA-256 of the bytes of the seed, in lower-case hex'
        WHEN NEW.seed_committed_at IS NOT NULL AND NEW.seed_sha256 IS NULL
            THEN 'there is no hash of a seed to publish'
        WHEN (NEW.entropy_fixed_at IS NULL) <> (NEW.public_entropy IS NULL)
            THEN 'the public entropy and the moment it was fixed are recorded together'
        WHEN NEW.bundle IS NOT NULL AND NOT manual AND NEW.seed_opened_at IS NULL
            THEN 'a bundle holds the opened seed'
        WHEN NEW.bundle IS NOT NULL AND manual
            AND (NOT keyed_whole(NEW.id) OR keyed_alike(NEW.id, 'winners', true) IS NULL)
            THEN 'counterfoils, all of them, and winners of a manual draw are keyed alike by two people'
        WHEN NEW.verified_at IS NOT NULL AND NEW.bundle IS NULL
            THEN 'there is no bundle to verify'
        WHEN (NEW.official_at IS NULL) <> (NEW.official_by IS NULL)
            THEN 'a named person makes a draw official'
        WHEN NEW.state = 'completed' AND NEW.verified_at IS NULL
            THEN 'a draw is completed after it was verified'
        WHEN NEW.state = 'failed' AND coalesce(NEW.failure, '') = ''
            THEN 'a failed attempt says why'
        WHEN num_nonnulls(NEW.failed_at, NEW.failed_by) <> CASE WHEN NEW.state = 'failed' THEN 2 ELSE 0 END
            THEN 'a named person gives an attempt up'
        WHEN num_nonnulls(NEW.failure_asked, NEW.failure_asked_at, NEW.failure_asked_by) NOT IN (0, 3)
            THEN 'who asks to give an attempt up says why'
        WHEN NEW.state = 'failed' AND NEW.official_at IS NOT NULL
            THEN 'an official draw has not failed'
    END);

    IF complaint IS NOT NULL THEN
        RAISE restrict_violation USING MESSAGE = complaint, TABLE = TG_TABLE_NAME, CONSTRAINT = coalesce(clock, '');
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER order_draw BEFORE INSERT OR UPDATE OR DELETE ON draw_executions
    FOR EACH ROW EXECUTE FUNCTION order_draw();

-- Results are what the bundle says, added in the transaction that keeps it. The card's prize of a progressive draw is
-- won with the pair in which the ace came, whichever it was.
CREATE FUNCTION follow_bundle() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    complaint text;
BEGIN
    IF EXISTS (
        SELECT FROM new_rows n JOIN draw_executions d ON d.id = n.draw_execution_id
        WHERE d.bundle IS NULL OR d.official_at IS NOT NULL OR d.xmin <> pg_current_xact_id()::xid
    ) THEN
        complaint := 'winners are added with the bundle that names them, and never after it';
    ELSIF EXISTS (
        SELECT FROM new_rows n JOIN tickets t ON t.id = n.winning_ticket_id
        WHERE t.draw_number <> n.winning_number
    ) THEN
        complaint := 'a winner''s number is that of its ticket';
    ELSIF EXISTS (
        SELECT FROM new_rows n JOIN draw_executions d ON d.id = n.draw_execution_id
            LEFT JOIN draw_results o ON o.id = n.replaces_id
        WHERE n.prize_value_at_draw
            IS DISTINCT FROM coalesce(o.prize_value_at_draw, (d.amounts ->> n.prize_id::text)::bigint)
    ) THEN
        complaint := 'a winner gets what the prize came to when the pools were frozen';
    ELSIF EXISTS (
        WITH drawn AS (
            SELECT id, convert_from(bundle, 'UTF8')::jsonb AS bundle FROM draw_executions
            WHERE id IN (SELECT draw_execution_id FROM new_rows)
        ), won AS (
            SELECT id, prize, winner, draw_number
            FROM drawn, jsonb_to_recordset(bundle -> 'results') AS r (prize uuid, winner integer, draw_number integer)
        ), due AS (
            SELECT id, prize, position, pool
            FROM drawn, jsonb_to_recordset(bundle -> 'manifest' -> 'prizes') AS p (prize uuid, position integer, pool text)
        ), links AS (
            SELECT id, event, first, last, "offset", pool
            FROM drawn, jsonb_to_recordset(bundle -> 'manifest' -> 'links')
                AS l (event uuid, first integer, last integer, "offset" integer, pool text)
        )
        SELECT FROM new_rows n JOIN drawn d ON d.id = n.draw_execution_id
            JOIN draw_executions x ON x.id = d.id
            JOIN tickets t ON t.id = n.winning_ticket_id
            LEFT JOIN due p ON p.id = d.id AND p.prize = n.prize_id AND p.position = n.position AND p.pool = n.pool
            LEFT JOIN won w ON w.id = d.id AND w.prize = n.prize_id AND w.winner = n.winner
            LEFT JOIN links l ON l.id = d.id AND l.pool = n.pool
                AND n.pool_number BETWEEN l.first + l."offset" AND l.last + l."offset"
        WHERE p.id IS NULL OR w.id IS NULL
            OR n.pool IS DISTINCT FROM d.bundle #>> '{manifest,progressive,deck}' AND (
                w.draw_number <> n.pool_number
                OR n.winning_number <> n.pool_number - coalesce(l."offset", 0)
                OR t.event_id <> coalesce(l.event, x.raffle_event_id))
    ) THEN
        complaint := 'winners are those that the bundle names';
    END IF;
    IF complaint IS NOT NULL THEN
        RAISE restrict_violation USING MESSAGE = complaint, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER follow_bundle AFTER INSERT ON draw_results
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION follow_bundle();

-- What the main draw's pool holds stays sold, and what has won in any draw, until that attempt is given up. An early
-- bird's draw under way knows its numbers by the kiosks' cuts; of those the program takes care.
CREATE FUNCTION stay_sold() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT DISTINCT o.event_id FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE o.state = 'sold' AND n.state <> 'sold'
        ) gone
            JOIN raffle_events e ON e.id = gone.event_id
            JOIN draw_executions d ON d.plan = 'main' AND d.state <> 'failed' AND d.manifest_published_at IS NOT NULL
                AND d.raffle_event_id::text IN (e.id::text, e.configuration -> 'draw' ->> 'linked_to')
    ) OR EXISTS (
        SELECT FROM old_rows o JOIN new_rows n ON n.id = o.id JOIN draw_results r ON r.winning_ticket_id = o.id
            JOIN draw_executions d ON d.id = r.draw_execution_id AND d.state <> 'failed'
        WHERE o.state = 'sold' AND n.state <> 'sold'
    ) THEN
        RAISE restrict_violation USING MESSAGE = 'tickets: a draw holds what was sold', TABLE = 'tickets';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER stay_sold AFTER UPDATE ON tickets
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION stay_sold();

-- The gates that one statement can see: whatever program asks, nothing is frozen before they are open.
CREATE FUNCTION gate_draw() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    drawn raffle_events;
    main boolean := NEW.plan = 'main';
    signed boolean;
    complaint text;
BEGIN
    SELECT * INTO drawn FROM raffle_events WHERE id = NEW.raffle_event_id;
    signed := NEW.automatic AND EXISTS (
            SELECT FROM organization_users o JOIN users u ON u.id = o.user_id
            WHERE o.organization_id = drawn.organization_id AND o.role IN ('admin', 'manager') AND u.is_active
                AND u.id = drawn.presigned_by)
        OR CASE WHEN main THEN drawn.reconciliation_confirmed_at IS NOT NULL
                ELSE EXISTS (SELECT FROM event_cuts
                             WHERE event_id = drawn.id AND pool = NEW.plan AND confirmed_at IS NOT NULL) END;
    complaint := CASE
        WHEN main AND drawn.state NOT IN ('closed', 'drawn')
            THEN 'only a closed event is drawn'
        WHEN NOT signed
            THEN 'a named person confirms the reconciliation before the draw'
        WHEN EXISTS (SELECT FROM findings WHERE event_id = drawn.id AND blocking AND decided_at IS NULL)
            THEN 'nothing is drawn while a blocking finding is undecided'
        WHEN main AND EXISTS (SELECT FROM voids WHERE event_id = drawn.id AND acknowledged_at IS NULL)
            THEN 'voids are acknowledged before the draw'
    END;
    IF complaint IS NOT NULL THEN
        RAISE restrict_violation USING MESSAGE = complaint, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER gate_draw BEFORE INSERT ON draw_executions
    FOR EACH ROW EXECUTE FUNCTION gate_draw();

-- Rounds of two: a new one only after two that differ. The draw's row is locked, so that two at once are counted.
CREATE FUNCTION order_keying() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    draw draw_executions;
    fresh boolean;
    done integer;
    last integer;
    complaint text;
BEGIN
    SELECT * INTO draw FROM draw_executions WHERE id = NEW.draw_execution_id FOR UPDATE;
    SELECT unpublished(xmin) INTO fresh FROM draw_executions WHERE id = NEW.draw_execution_id;
    SELECT coalesce(max(round), 1) INTO last FROM draw_keyings
        WHERE draw_execution_id = NEW.draw_execution_id AND what = NEW.what;
    SELECT count(*) INTO done FROM draw_keyings
        WHERE draw_execution_id = NEW.draw_execution_id AND what = NEW.what AND round = last;
    complaint := CASE
        WHEN draw.state = 'failed' OR draw.bundle IS NOT NULL OR draw.entropy_fixed_at IS NOT NULL
            THEN 'this draw is past being keyed'
        WHEN NEW.what = 'entropy' AND coalesce(draw.entropy_source ->> 'source', '') NOT IN ('dice', 'digits')
            THEN 'only dice and digits are keyed'
        WHEN NEW.what = 'entropy' AND (draw.seed_committed_at IS NULL OR fresh)
            THEN 'dice and digits are keyed after the hash of the seed is published'
        WHEN NEW.what <> 'entropy' AND coalesce(draw.entropy_source ->> 'source', '') <> 'manual'
            THEN 'counterfoils and winners are keyed of a draw by hand'
        WHEN CASE WHEN NEW.what = 'counterfoils' THEN keyed_whole(NEW.draw_execution_id)
                ELSE keyed_alike(NEW.draw_execution_id, NEW.what, false) IS NOT NULL END
            THEN 'two people have keyed this alike; it stands'
        WHEN NEW.round <> CASE WHEN done = 2 THEN last + 1 ELSE last END
            THEN 'a round of keying has two, and the next begins after them'
        WHEN NEW.what = 'winners' AND NOT keyed_whole(NEW.draw_execution_id)
            THEN 'the counterfoils are counted before the winners are keyed'
        WHEN NOT (NEW.what = 'entropy' AND draw.alone) AND done = 1 AND NEW.keyed_by = (
            SELECT keyed_by FROM draw_keyings
            WHERE draw_execution_id = NEW.draw_execution_id AND what = NEW.what AND round = last
        ) THEN 'the second person is another'
    END;
    IF complaint IS NOT NULL THEN
        RAISE restrict_violation USING MESSAGE = complaint, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER order_keying BEFORE INSERT ON draw_keyings
    FOR EACH ROW EXECUTE FUNCTION order_keying();

-- Sums of sales ----------------------------------------------------------------------------------------------------
-- Dashboards ask every second, and a report of a million orders must not read them all. The sums follow from `orders`
-- and `tickets` alone, a few rows for each upload; their keys begin with event and kiosk, so that no two kiosks'
-- uploads wait for each other here. What names no kiosk, or no package of the event, stands under the nil UUID, what is
-- of no enrolment under 0.

-- Without tests; with what was made void later: it was sold then.
CREATE TABLE sales_minutes (
    event_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    minute TIMESTAMPTZ NOT NULL,
    orders INTEGER DEFAULT 0 NOT NULL,
    tickets INTEGER DEFAULT 0 NOT NULL,
    amount BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT sales_minutes_pkey PRIMARY KEY (event_id, rsu_id, minute)
);

CREATE INDEX idx_sales_minutes_event ON sales_minutes (event_id, minute);

-- Orders of one price in one state; `doubted` is what a blocking finding keeps out of the sales, or a decision left out.
CREATE TABLE order_sums (
    event_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    package_id UUID NOT NULL,
    currency CHAR(3) NOT NULL,
    price BIGINT NOT NULL,
    payment_status TEXT NOT NULL,
    is_test BOOLEAN NOT NULL,
    doubted BOOLEAN NOT NULL,
    orders BIGINT NOT NULL,
    tickets BIGINT NOT NULL,
    card BIGINT NOT NULL,
    CONSTRAINT order_sums_pkey
        PRIMARY KEY (event_id, rsu_id, epoch, package_id, currency, price, payment_status, is_test, doubted)
);

CREATE TABLE ticket_sums (
    event_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    tickets BIGINT NOT NULL,
    CONSTRAINT ticket_sums_pkey PRIMARY KEY (event_id, rsu_id, epoch, state)
);

CREATE FUNCTION sum_new_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sales_minutes AS s (event_id, rsu_id, minute, orders, tickets, amount)
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'),
        date_trunc('minute', coalesce(offline_created_at, created_at)), count(*), sum(ticket_count), sum(total_amount)
    FROM new_rows WHERE NOT is_test GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (event_id, rsu_id, minute) DO UPDATE SET orders = s.orders + excluded.orders,
        tickets = s.tickets + excluded.tickets, amount = s.amount + excluded.amount;
    INSERT INTO order_sums AS s
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(epoch, 0),
            coalesce(package_id, '00000000-0000-0000-0000-000000000000'), currency, total_amount, payment_status,
            is_test, coalesce(offline_sync_status, '') = 'failed',
        count(*), sum(ticket_count), sum(card_amount)
    FROM new_rows GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT ON CONSTRAINT order_sums_pkey DO UPDATE SET orders = s.orders + excluded.orders,
        tickets = s.tickets + excluded.tickets, card = s.card + excluded.card;
    RETURN NULL;
END
$$;

-- From the sum that an order was in to the one that it is in now; most updates change neither.
CREATE FUNCTION sum_changed_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO order_sums AS s
    SELECT o.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(o.epoch, 0),
            coalesce(o.package_id, '00000000-0000-0000-0000-000000000000'), o.currency, o.total_amount, o.payment_status,
            o.is_test, coalesce(o.offline_sync_status, '') = 'failed',
        sum(o.n), sum(o.n * o.ticket_count), sum(o.n * o.card_amount)
    FROM (SELECT 1 AS n, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows) o
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    HAVING sum(o.n) <> 0 OR sum(o.n * o.ticket_count) <> 0 OR sum(o.n * o.card_amount) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT ON CONSTRAINT order_sums_pkey DO UPDATE SET orders = s.orders + excluded.orders,
        tickets = s.tickets + excluded.tickets, card = s.card + excluded.card;
    RETURN NULL;
END
$$;

CREATE FUNCTION sum_gone_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO order_sums AS s
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(epoch, 0),
            coalesce(package_id, '00000000-0000-0000-0000-000000000000'), currency, total_amount, payment_status,
            is_test, coalesce(offline_sync_status, '') = 'failed',
        -count(*), -sum(ticket_count), -sum(card_amount)
    FROM old_rows GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT ON CONSTRAINT order_sums_pkey DO UPDATE SET orders = s.orders + excluded.orders,
        tickets = s.tickets + excluded.tickets, card = s.card + excluded.card;
    RETURN NULL;
END
$$;

CREATE FUNCTION sum_new_tickets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ticket_sums AS s
    SELECT t.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(o.epoch, 0), t.state, sum(t.n)
    FROM (SELECT event_id, order_id, state, count(*) AS n FROM new_rows GROUP BY 1, 2, 3) t
        JOIN orders o ON o.id = t.order_id
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT ON CONSTRAINT ticket_sums_pkey DO UPDATE SET tickets = s.tickets + excluded.tickets;
    RETURN NULL;
END
$$;

CREATE FUNCTION sum_changed_tickets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ticket_sums AS s
    SELECT t.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(o.epoch, 0), t.state, sum(t.n)
    FROM (SELECT 1 AS n, event_id, order_id, state FROM new_rows
            UNION ALL SELECT -1, event_id, order_id, state FROM old_rows) t
        JOIN orders o ON o.id = t.order_id
    GROUP BY 1, 2, 3, 4 HAVING sum(t.n) <> 0 ORDER BY 1, 2, 3, 4
    ON CONFLICT ON CONSTRAINT ticket_sums_pkey DO UPDATE SET tickets = s.tickets + excluded.tickets;
    RETURN NULL;
END
$$;

CREATE FUNCTION sum_gone_tickets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ticket_sums AS s
    SELECT t.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(o.epoch, 0), t.state, -count(*)
    FROM old_rows t JOIN orders o ON o.id = t.order_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT ON CONSTRAINT ticket_sums_pkey DO UPDATE SET tickets = s.tickets + excluded.tickets;
    RETURN NULL;
END
$$;

-- For what came in past the triggers: by the owner alone, who alone can put anything past them.
CREATE FUNCTION recount_sums() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE orders, tickets IN SHARE MODE;
    DELETE FROM sales_minutes;
    DELETE FROM order_sums;
    DELETE FROM ticket_sums;
    INSERT INTO sales_minutes (event_id, rsu_id, minute, orders, tickets, amount)
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'),
        date_trunc('minute', coalesce(offline_created_at, created_at)), count(*), sum(ticket_count), sum(total_amount)
    FROM orders WHERE NOT is_test GROUP BY 1, 2, 3;
    INSERT INTO order_sums
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(epoch, 0),
            coalesce(package_id, '00000000-0000-0000-0000-000000000000'), currency, total_amount, payment_status,
            is_test, coalesce(offline_sync_status, '') = 'failed',
        count(*), sum(ticket_count), sum(card_amount)
    FROM orders GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    INSERT INTO ticket_sums
    SELECT t.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'), coalesce(o.epoch, 0), t.state, count(*)
    FROM tickets t JOIN orders o ON o.id = t.order_id GROUP BY 1, 2, 3, 4;
END
$$;

REVOKE ALL ON FUNCTION sum_new_orders(), sum_changed_orders(), sum_gone_orders(), sum_new_tickets(),
    sum_changed_tickets(), sum_gone_tickets(), recount_sums() FROM PUBLIC;

CREATE TRIGGER sum_insert AFTER INSERT ON orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_new_orders();

CREATE TRIGGER sum_update AFTER UPDATE ON orders
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_changed_orders();

CREATE TRIGGER sum_delete AFTER DELETE ON orders
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_gone_orders();

CREATE TRIGGER sum_insert AFTER INSERT ON tickets
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_new_tickets();

CREATE TRIGGER sum_update AFTER UPDATE ON tickets
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_changed_tickets();

CREATE TRIGGER sum_delete AFTER DELETE ON tickets
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_gone_tickets();

-- Audit ------------------------------------------------------------------------------------------------------------

-- UUID version 5 (RFC 9562, 5.5) of our namespace and `table/key`. SHA-1 (FIPS 180-4) is written out because
-- PostgreSQL has it in extensions only; it names rows here and protects nothing.
CREATE FUNCTION audit_key(name text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    word CONSTANT bigint := 4294967295;
    message bytea := decode('b5c7b5d0a7e15b1f8a56c5be6c1c4d3e', 'hex') || convert_to(name, 'UTF8');
    bits bigint := octet_length(message) * 8::bigint;
    h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    w bigint[];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
    digest bytea;
BEGIN
    message := message || '\x80'::bytea;
    message := message || decode(repeat('00', (119 - octet_length(message) % 64 + 1) % 64), 'hex') || int8send(bits);
    FOR block IN 0 .. octet_length(message) / 64 - 1 LOOP
        w := '{}';
        FOR i IN 0 .. 79 LOOP
            IF i < 16 THEN
                x := 0;
                FOR j IN 0 .. 3 LOOP
                    x := (x << 8) | get_byte(message, block * 64 + i * 4 + j);
                END LOOP;
            ELSE
                x := w[i - 2] # w[i - 7] # w[i - 13] # w[i - 15];
                x := ((x << 1) | (x >> 31)) & word;
            END IF;
            w[i + 1] := x;
        END LOOP;
        a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
        FOR i IN 0 .. 79 LOOP
            IF i < 20 THEN
                f := (b & c) | ((~b & word) & d); k := 1518500249;
            ELSIF i < 40 THEN
                f := b # c # d; k := 1859775393;
            ELSIF i < 60 THEN
                f := (b & c) | (b & d) | (c & d); k := 2400959708;
            ELSE
                f := b # c # d; k := 3395469782;
            END IF;
            x := ((((a << 5) | (a >> 27)) & word) + f + e + k + w[i + 1]) & word;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & word; b := a; a := x;
        END LOOP;
        h := ARRAY[(h[1] + a) & word, (h[2] + b) & word, (h[3] + c) & word, (h[4] + d) & word, (h[5] + e) & word];
    END LOOP;
    digest := substring(int8send(h[1]) FROM 5) || substring(int8send(h[2]) FROM 5)
        || substring(int8send(h[3]) FROM 5) || substring(int8send(h[4]) FROM 5);
    digest := set_byte(digest, 6, (get_byte(digest, 6) & 15) | 80);
    digest := set_byte(digest, 8, (get_byte(digest, 8) & 63) | 128);
    RETURN encode(digest, 'hex')::uuid;
END
$$;

-- What is withheld of results and keyings stands in those tables, which are append-only themselves: before its time it
-- is for nobody, and the log is for everybody in the office.
-- The organisation is found by one look for each row along a key, in the statement that writes them all.
-- Arguments: the key's columns; columns whose content is withheld; columns whose change alone is not recorded.
CREATE FUNCTION audit_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    by_user uuid := nullif(current_setting('tombola.user', true), '')::uuid;
    organisation uuid := nullif(current_setting('tombola.organisation', true), '')::uuid;
    keys text[] := string_to_array(TG_ARGV[0], ',');
    withheld text[] := string_to_array(TG_ARGV[1], ',');
    noise text[] := string_to_array(TG_ARGV[2], ',');
    single boolean := cardinality(keys) = 1 AND (
        SELECT atttypid = 'uuid'::regtype FROM pg_attribute WHERE attrelid = TG_RELID AND attname = keys[1]
    );
    record_of text;
    data_of text := 'to_jsonb(%1$s)';
    organisation_of text;
BEGIN
    -- By the row itself where it leads to one; else where whoever changed it was at work, or the only one they are of.
    SELECT string_agg(how, ', ' ORDER BY place) INTO organisation_of FROM (VALUES
        (1, 'organization_id', '%1$s.organization_id'),
        (2, 'event_id', '(SELECT x.organization_id FROM raffle_events x WHERE x.id = %1$s.event_id)'),
        (3, 'raffle_event_id', '(SELECT x.organization_id FROM raffle_events x WHERE x.id = %1$s.raffle_event_id)'),
        (4, 'rsu_id', '(SELECT x.organization_id FROM rsus x WHERE x.id = %1$s.rsu_id)'),
        (5, 'order_id', '(SELECT x.organization_id FROM raffle_events x JOIN orders y ON y.event_id = x.id '
            || 'WHERE y.id = %1$s.order_id)'),
        (6, 'draw_execution_id', '(SELECT x.organization_id FROM raffle_events x JOIN draw_executions y '
            || 'ON y.raffle_event_id = x.id WHERE y.id = %1$s.draw_execution_id)'),
        (7, 'draw_result_id', '(SELECT x.organization_id FROM raffle_events x JOIN draw_executions y '
            || 'ON y.raffle_event_id = x.id JOIN draw_results z ON z.draw_execution_id = y.id '
            || 'WHERE z.id = %1$s.draw_result_id)')
    ) ways (place, name, how)
    JOIN pg_attribute ON attrelid = TG_RELID AND attname = name AND NOT attisdropped AND atttypid = 'uuid'::regtype;
    IF TG_TABLE_NAME = 'organizations' THEN
        organisation_of := '%1$s.id';
    END IF;
    IF organisation IS NULL AND by_user IS NOT NULL AND (organisation_of IS NULL OR TG_OP = 'DELETE') THEN
        SELECT (array_agg(ou.organization_id))[1] INTO organisation
            FROM organization_users ou WHERE ou.user_id = by_user HAVING count(*) = 1;
    END IF;
    organisation_of := 'coalesce(' || coalesce(organisation_of || ', ', '') || '$5)';

    IF single THEN
        record_of := format('%%1$s.%I', keys[1]);
    ELSE
        SELECT format('audit_key(%L || %s)', TG_TABLE_NAME, string_agg(format('''/'' || %%1$s.%I::text', c), ' || '))
            INTO record_of FROM unnest(keys) c;
    END IF;
    IF cardinality(withheld) > 0 THEN
        SELECT data_of || ' || jsonb_build_object(' || string_agg(
            format('%L, CASE WHEN %%1$s.%I IS NOT NULL THEN ''(withheld)'' END', c, c), ', ') || ')'
            INTO data_of FROM unnest(withheld) c;
    END IF;

    IF TG_OP = 'INSERT' THEN
        EXECUTE 'INSERT INTO audit_log (table_name, operation, record_id, new_data, changed_by, organization_id) '
            || 'SELECT $1, $2, '
            || format(record_of, 'n') || ', ' || format(data_of, 'n') || ', $3, ' || format(organisation_of, 'n') || ' FROM new_rows n'
            USING TG_TABLE_NAME, TG_OP, by_user, noise, organisation;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE 'INSERT INTO audit_log (table_name, operation, record_id, old_data, changed_by, organization_id) '
            || 'SELECT $1, $2, '
            || format(record_of, 'o') || ', ' || format(data_of, 'o') || ', $3, ' || format(organisation_of, 'o') || ' FROM old_rows o'
            USING TG_TABLE_NAME, TG_OP, by_user, noise, organisation;
    ELSE
        EXECUTE 'INSERT INTO audit_log (table_name, operation, record_id, old_data, new_data, changed_by, '
            || 'organization_id) '
            'SELECT $1, $2, ' || format(record_of, 'n') || ', ' || format(data_of, 'o') || ', ' || format(data_of, 'n')
            || ', $3, ' || format(organisation_of, 'n') || ' FROM old_rows o JOIN new_rows n ON '
            || (SELECT string_agg(format('o.%I = n.%I', c, c), ' AND ') FROM unnest(keys) c)
            || CASE WHEN cardinality(noise) = 0 THEN ' WHERE o IS DISTINCT FROM n'
                    ELSE ' WHERE to_jsonb(o) - $4 IS DISTINCT FROM to_jsonb(n) - $4' END
            USING TG_TABLE_NAME, TG_OP, by_user, noise, organisation;
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    audited record;
BEGIN
    FOR audited IN SELECT * FROM (VALUES
        ('organizations', 'id', '', ''),
        ('users', 'id', 'cognito_sub', 'last_login'),
        ('organization_users', 'organization_id,user_id', '', ''),
        ('local_accounts', 'user_id', 'password_hash', 'failed_attempts'),
        ('operator_pins', 'user_id', 'pin_hash', ''),
        ('venues', 'id', '', ''),
        ('raffle_events', 'id', '', 'total_sold,updated_at'),
        ('ticket_packages', 'id', '', ''),
        ('prizes', 'id', '', ''),
        ('rsus', 'id', '', ''),
        ('rsu_epochs', 'rsu_id,epoch', '',
         'head_seq,head_hash,last_seen_at,clock_skew_ms,unsynced_count,oldest_unsynced_at,health,'
         'catalog_generation,catalog_serial,catalog_hash,catalog_at'),
        ('enrolment_codes', 'id', 'code_hash', ''),
        ('rsu_allocations', 'id', '', 'next_draw_number,tickets_sold,tickets_voided,tickets_available'),
        ('validation_number_blocks', 'id', 'secret', 'numbers_used,next_sequence'),
        ('orders', 'id', 'customer_info', ''),
        ('tickets', 'id', '', ''),
        ('voids', 'id', '', ''),
        ('findings', 'id', '', ''),
        ('draw_executions', 'id', 'rng_seed,seed_sealed,manifest,bundle', 'updated_at'),
        ('draw_results', 'id', 'winning_ticket_id,winning_number,pool_number', ''),
        ('prize_claims', 'id', '', ''),
        ('winners', 'id', 'name,contact', ''),
        ('event_cuts', 'id', '', ''),
        ('exclusions', 'id', '', ''),
        ('forfeits', 'id', '', ''),
        ('draw_keyings', 'id', 'content', ''),
        ('counterfoil_batches', 'id', '', ''),
        ('champions', 'id', 'photo', ''),
        ('system_configurations', 'id', '', ''),
        ('server_state', 'id', '', 'catalog_serial,last_event_number,payments_seen_until')
    ) AS a (name, keys, withheld, noise) LOOP
        EXECUTE format(
            'CREATE TRIGGER audit_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_rows(%L, %L, %L)',
            audited.name, audited.keys, audited.withheld, audited.noise);
        EXECUTE format(
            'CREATE TRIGGER audit_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_rows(%L, %L, %L)',
            audited.name, audited.keys, audited.withheld, audited.noise);
        EXECUTE format(
            'CREATE TRIGGER audit_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_rows(%L, %L, %L)',
            audited.name, audited.keys, audited.withheld, audited.noise);
    END LOOP;
END
$$;

-- Deleting ---------------------------------------------------------------------------------------------------------

-- The one way the application deletes what other rows may refer to: only what was never on sale or handed out.
-- Says whether there was such a row; refuses with a restrict_violation otherwise. With a draft goes what the office alone
-- put beside it: notices to its own people, rules of a shop that never opened.
CREATE FUNCTION delete_unused(kind text, unused uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    event uuid;
    complaint text;
    gone integer;
BEGIN
    IF kind = 'rsus' THEN
        PERFORM FROM rsus WHERE id = unused FOR UPDATE;
        IF EXISTS (SELECT FROM rsu_epochs WHERE rsu_id = unused)
            OR EXISTS (SELECT FROM rsu_allocations WHERE rsu_id = unused)
            OR EXISTS (SELECT FROM orders WHERE rsu_id = unused) THEN
            complaint := 'this kiosk was in use; retire it';
        END IF;
        IF complaint IS NULL THEN
            DELETE FROM enrolment_codes WHERE rsu_id = unused;
            DELETE FROM rsus WHERE id = unused;
        END IF;
    ELSIF kind IN ('raffle_events', 'ticket_packages', 'prizes') THEN
        IF kind = 'raffle_events' THEN
            event := unused;
        ELSE
            EXECUTE format('SELECT event_id FROM %I WHERE id = $1', kind) INTO event USING unused;
        END IF;
        PERFORM FROM raffle_events WHERE id = event FOR UPDATE;
        IF EXISTS (SELECT FROM raffle_events WHERE id = event AND (state <> 'created' OR activated_at IS NOT NULL)) THEN
            complaint := 'this event was on sale; archive instead';
        ELSIF EXISTS (SELECT FROM orders WHERE event_id = event)
            OR EXISTS (SELECT FROM rsu_allocations WHERE raffle_event_id = event) THEN
            complaint := 'tickets or blocks of numbers of this event exist; archive instead';
        ELSE
            IF kind = 'raffle_events' THEN
                DELETE FROM notices WHERE event_id = unused;
                DELETE FROM online_rules WHERE event_id = unused;
            END IF;
            EXECUTE format('DELETE FROM %I WHERE id = $1', kind) USING unused;
        END IF;
    ELSE
        RAISE invalid_parameter_value USING MESSAGE = format('%s cannot be deleted', kind);
    END IF;
    IF complaint IS NOT NULL THEN
        RAISE restrict_violation USING MESSAGE = complaint, TABLE = kind;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone > 0;
END
$$;

-- Rights -----------------------------------------------------------------------------------------------------------

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON FUNCTION delete_unused(text, uuid), audit_rows(), number_event() FROM PUBLIC;

DO $$
DECLARE
    app text := current_setting('tombola.app_role');
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', app);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', app);
    EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE validation_block_numbers TO %I', app);
    EXECUTE format('GRANT EXECUTE ON FUNCTION delete_unused(text, uuid) TO %I', app);

    -- Facts: added, never changed.
    EXECUTE format(
        'GRANT INSERT ON rsu_journal, rsu_quarantine, critical_events, draw_pools, draw_results, event_cuts, rsu_cuts, '
        'draw_keyings, counterfoil_batches, exclusions, forfeits, notices, shifts, shift_sums, cash_counts, cash_moves, '
        'drawer_openings, counterfoil_prints TO %I', app);
    EXECUTE format('GRANT UPDATE (closed_seq, closed_at, closed_by, note, agrees) ON shifts TO %I', app);
    EXECUTE format('GRANT UPDATE (confirmed_at, confirmed_by) ON event_cuts TO %I', app);
    EXECUTE format('GRANT UPDATE (lifted_at, lifted_by, lifted_reason) ON exclusions TO %I', app);
    EXECUTE format('GRANT UPDATE (agreed_by, agreed_at, promoted_id, dropped_at, dropped_by, dropped_reason) ON forfeits TO %I', app);
    EXECUTE format('GRANT UPDATE (seen_at) ON notices TO %I', app);
    EXECUTE format('GRANT INSERT ON voids TO %I', app);
    EXECUTE format('GRANT UPDATE (acknowledged_at, acknowledged_by) ON voids TO %I', app);
    EXECUTE format('GRANT UPDATE ON server_state TO %I', app);
    EXECUTE format('GRANT INSERT ON web_sessions TO %I', app);
    EXECUTE format('GRANT UPDATE (last_seen_at, ended_at) ON web_sessions TO %I', app);

    -- Facts of which something becomes known later, or is decided: that may be written, and nothing else.
    EXECUTE format(
        'GRANT INSERT ON orders, tickets, winners, prize_claims, findings, draw_executions, rsu_allocations, '
        'validation_number_blocks, number_counters, rsu_epochs, enrolment_codes, system_configurations TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (payment_status, offline_sync_status, customer_info, customer_erased_at, created_by, updated_at, '
        'updated_by) '
        'ON orders TO %I', app);
    EXECUTE format('GRANT UPDATE (state, voided_at, voided_by, voided_reason, updated_at) ON tickets TO %I', app);
    EXECUTE format('GRANT UPDATE (delivered_at, delivered_by, delivery_note) ON prize_claims TO %I', app);
    EXECUTE format('GRANT UPDATE (decided_at, decided_by, decision, reason) ON findings TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (state, rng_seed, manifest_published_at, seed_sealed, seed_sha256, seed_committed_at, '
        'public_entropy, entropy_fixed_at, seed_opened_at, bundle, verified_at, official_at, official_by, failure, '
        'failure_asked, failure_asked_at, failure_asked_by, failed_at, failed_by, video_url, updated_at) '
        'ON draw_executions TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (next_draw_number, state, tickets_sold, tickets_voided, tickets_available, allocated_by, '
        'exhausted_at) ON rsu_allocations TO %I', app);
    EXECUTE format('GRANT UPDATE (numbers_used, next_sequence) ON validation_number_blocks TO %I', app);
    EXECUTE format('GRANT UPDATE (next_number) ON number_counters TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (head_seq, head_hash, forked_at, revoked_at, revoked_head_seq, last_seen_at, clock_skew_ms, '
        'unsynced_count, oldest_unsynced_at, health, software, catalog_generation, catalog_serial, catalog_hash, catalog_at) '
        'ON rsu_epochs TO %I', app);
    EXECUTE format('GRANT UPDATE (used_at) ON enrolment_codes TO %I', app);

    -- The terms of an event, which triggers freeze; whose it is, and its number, never change.
    EXECUTE format('GRANT INSERT ON raffle_events, ticket_packages, prizes, rsus TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (name, description, venue_id, event_identifier, state, configuration, ticket_allocation, '
        'total_sold, reconciliation_confirmed_at, reconciliation_confirmed_by, updated_at, updated_by, currency, '
        'licence_number, opens_at, closes_at, draw_at, activated_at, closed_at, voids_acknowledged_at, '
        'voids_acknowledged_by, automatic_draw, presigned_at, presigned_by) ON raffle_events TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (name, description, ticket_count, price, currency, display_order, is_active, active_from, '
        'active_to, perk_ids, updated_at, updated_by) ON ticket_packages TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (name, description, type, value, percentage, currency, position, winner_count, updated_at, '
        'updated_by) ON prizes TO %I', app);
    EXECUTE format(
        'GRANT UPDATE (venue_id, name, description, device_identifier, state, configuration, is_active, '
        'current_operator_id, updated_at, updated_by) ON rsus TO %I', app);

    EXECUTE format(
        'GRANT INSERT, UPDATE ON organizations, users, organization_users, local_accounts, operator_pins, addresses, '
        'venues, ticket_package_templates, prize_templates, champions TO %I', app);

    -- Nothing refers to these.
    EXECUTE format(
        'GRANT DELETE ON organization_users, local_accounts, operator_pins, ticket_package_templates, prize_templates '
        'TO %I', app);
END
$$;
