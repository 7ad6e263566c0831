-- Sums of sales that live pages and reports read, and messages to kiosks.

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

-- What was sold before this version.
SELECT recount_sums();

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
SELECT allow('SELECT', 'order_sums');
SELECT allow('SELECT', 'ticket_sums');
SELECT allow('SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by)', 'kiosk_messages');
SELECT allow('SELECT, INSERT', 'kiosk_message_kiosks');
SELECT allow('SELECT, INSERT, UPDATE (heard_at)', 'kiosk_message_heard');
SELECT allow('SELECT, INSERT, UPDATE (severity, words, ended_at)', 'alarms');
SELECT allow('SELECT, INSERT, UPDATE (at)', 'heartbeats');
