-- What the live pages read, and messages to kiosks.

-- Sums of sales ----------------------------------------------------------------------------------------------------
-- The dashboard asks every second. Both tables follow from `orders` and `voids` alone, a few rows for each upload;
-- their keys begin with event and kiosk, so that no two kiosks' uploads wait for each other here.

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

CREATE TABLE sales_sums (
    event_id UUID NOT NULL,
    rsu_id UUID NOT NULL,
    package_id UUID NOT NULL,
    orders INTEGER DEFAULT 0 NOT NULL,
    tickets INTEGER DEFAULT 0 NOT NULL,
    amount BIGINT DEFAULT 0 NOT NULL,
    card BIGINT DEFAULT 0 NOT NULL,
    void_orders INTEGER DEFAULT 0 NOT NULL,
    void_tickets INTEGER DEFAULT 0 NOT NULL,
    void_amount BIGINT DEFAULT 0 NOT NULL,
    void_card BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT sales_sums_pkey PRIMARY KEY (event_id, rsu_id, package_id)
);

-- What was sold as a test is no sale. What names no kiosk, or no package of the event, stands under the nil UUID.
CREATE FUNCTION sum_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sales_minutes AS s (event_id, rsu_id, minute, orders, tickets, amount)
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'),
        date_trunc('minute', coalesce(offline_created_at, created_at)), count(*), sum(ticket_count), sum(total_amount)
    FROM new_rows WHERE NOT is_test GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (event_id, rsu_id, minute) DO UPDATE SET orders = s.orders + excluded.orders,
        tickets = s.tickets + excluded.tickets, amount = s.amount + excluded.amount;
    INSERT INTO sales_sums AS s (event_id, rsu_id, package_id, orders, tickets, amount, card)
    SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'),
        coalesce(package_id, '00000000-0000-0000-0000-000000000000'),
        count(*), sum(ticket_count), sum(total_amount), sum(card_amount)
    FROM new_rows WHERE NOT is_test GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (event_id, rsu_id, package_id) DO UPDATE SET orders = s.orders + excluded.orders,
        tickets = s.tickets + excluded.tickets, amount = s.amount + excluded.amount, card = s.card + excluded.card;
    RETURN NULL;
END
$$;

CREATE FUNCTION sum_voids() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sales_sums AS s (event_id, rsu_id, package_id, void_orders, void_tickets, void_amount, void_card)
    SELECT o.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'),
        coalesce(o.package_id, '00000000-0000-0000-0000-000000000000'),
        count(*), sum(o.ticket_count), sum(o.total_amount), sum(o.card_amount)
    FROM new_rows n JOIN orders o ON o.id = n.order_id WHERE NOT o.is_test GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (event_id, rsu_id, package_id) DO UPDATE SET void_orders = s.void_orders + excluded.void_orders,
        void_tickets = s.void_tickets + excluded.void_tickets, void_amount = s.void_amount + excluded.void_amount,
        void_card = s.void_card + excluded.void_card;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION sum_orders(), sum_voids() FROM PUBLIC;

CREATE TRIGGER sum_orders AFTER INSERT ON orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_orders();

CREATE TRIGGER sum_voids AFTER INSERT ON voids
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_voids();

-- What was sold before this version.
INSERT INTO sales_minutes (event_id, rsu_id, minute, orders, tickets, amount)
SELECT event_id, coalesce(rsu_id, '00000000-0000-0000-0000-000000000000'),
    date_trunc('minute', coalesce(offline_created_at, created_at)), count(*), sum(ticket_count), sum(total_amount)
FROM orders WHERE NOT is_test GROUP BY 1, 2, 3;

INSERT INTO sales_sums (event_id, rsu_id, package_id, orders, tickets, amount, card,
    void_orders, void_tickets, void_amount, void_card)
SELECT o.event_id, coalesce(o.rsu_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(o.package_id, '00000000-0000-0000-0000-000000000000'),
    count(*), sum(o.ticket_count), sum(o.total_amount), sum(o.card_amount),
    count(v.id), coalesce(sum(o.ticket_count) FILTER (WHERE v.id IS NOT NULL), 0),
    coalesce(sum(o.total_amount) FILTER (WHERE v.id IS NOT NULL), 0),
    coalesce(sum(o.card_amount) FILTER (WHERE v.id IS NOT NULL), 0)
FROM orders o LEFT JOIN voids v ON v.order_id = o.id WHERE NOT o.is_test GROUP BY 1, 2, 3;

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

SELECT allow('SELECT', 'sales_minutes');
SELECT allow('SELECT', 'sales_sums');
SELECT allow('SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by)', 'kiosk_messages');
SELECT allow('SELECT, INSERT', 'kiosk_message_kiosks');
SELECT allow('SELECT, INSERT, UPDATE (heard_at)', 'kiosk_message_heard');
SELECT allow('SELECT, INSERT, UPDATE (severity, words, ended_at)', 'alarms');
SELECT allow('SELECT, INSERT, UPDATE (at)', 'heartbeats');
