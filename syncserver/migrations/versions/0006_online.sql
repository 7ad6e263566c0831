-- Selling on line: the web shop's unit, what may be bought there, checkouts, and what the card processor told.

-- The web shop of an organisation is a unit like a kiosk, with a chain and blocks of its own.
ALTER TABLE rsus ADD COLUMN kind TEXT DEFAULT 'kiosk' NOT NULL;
ALTER TABLE rsus ADD CONSTRAINT rsus_kind_check CHECK (kind IN ('kiosk', 'online'));
CREATE UNIQUE INDEX rsus_online ON rsus (organization_id) WHERE kind = 'online';

CREATE TABLE online_rules (
    event_id UUID NOT NULL,
    on_sale BOOLEAN DEFAULT false NOT NULL,
    order_tickets_max INTEGER DEFAULT 500 NOT NULL,
    customer_tickets_max INTEGER,
    guests BOOLEAN DEFAULT false NOT NULL,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT online_rules_pkey PRIMARY KEY (event_id),
    CONSTRAINT online_rules_order_tickets_max_check CHECK (order_tickets_max > 0),
    CONSTRAINT online_rules_customer_tickets_max_check CHECK (customer_tickets_max > 0),
    CONSTRAINT online_rules_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT online_rules_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id)
);

CREATE TABLE checkouts (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID,
    buyer BYTEA NOT NULL,
    address BYTEA NOT NULL,
    contact JSONB,
    state TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency CHAR(3) NOT NULL,
    age_checked BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    asked_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    session_id TEXT,
    session_url TEXT,
    payment_intent TEXT,
    paid_amount BIGINT,
    paid_currency CHAR(3),
    sale_id UUID,
    problem TEXT,
    refund_reference TEXT,
    refund_tries INTEGER DEFAULT 0 NOT NULL,
    refund_round INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT checkouts_pkey PRIMARY KEY (id),
    CONSTRAINT checkouts_state_check CHECK (state IN ('held', 'open', 'paid', 'expired', 'refund_due', 'refunded')),
    CONSTRAINT checkouts_amount_check CHECK (amount > 0),
    CONSTRAINT checkouts_paid_check CHECK ((state = 'paid') = (sale_id IS NOT NULL)),
    CONSTRAINT checkouts_session_id_key UNIQUE (session_id),
    CONSTRAINT checkouts_sale_id_key UNIQUE (sale_id),
    CONSTRAINT checkouts_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT checkouts_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX idx_checkouts_state ON checkouts (state, expires_at) WHERE state IN ('held', 'open', 'refund_due');
CREATE INDEX idx_checkouts_buyer ON checkouts (buyer);
CREATE INDEX idx_checkouts_user ON checkouts (user_id, created_at);
CREATE INDEX idx_checkouts_organization ON checkouts (organization_id, created_at);

CREATE TABLE checkout_lines (
    checkout_id UUID NOT NULL,
    line_no SMALLINT NOT NULL,
    event_id UUID NOT NULL,
    package_id UUID NOT NULL,
    pieces INTEGER NOT NULL,
    ticket_count INTEGER NOT NULL,
    price BIGINT NOT NULL,
    CONSTRAINT checkout_lines_pkey PRIMARY KEY (checkout_id, line_no),
    CONSTRAINT checkout_lines_pieces_check CHECK (pieces > 0),
    CONSTRAINT checkout_lines_ticket_count_check CHECK (ticket_count > 0),
    CONSTRAINT checkout_lines_price_check CHECK (price >= 0),
    CONSTRAINT checkout_lines_checkout_id_fkey FOREIGN KEY(checkout_id) REFERENCES checkouts (id),
    CONSTRAINT checkout_lines_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id),
    CONSTRAINT checkout_lines_package_id_fkey FOREIGN KEY(package_id) REFERENCES ticket_packages (id)
);
CREATE INDEX idx_checkout_lines_event ON checkout_lines (event_id);

CREATE TABLE payment_events (
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    checkout_id UUID,
    received_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT payment_events_pkey PRIMARY KEY (id)
);

SELECT audit_table('online_rules', 'event_id', '', 'updated_at');
SELECT audit_table('checkouts', 'id', 'contact,buyer,address,session_url', 'asked_at');

SELECT allow('SELECT, INSERT, UPDATE', 'online_rules');
SELECT allow('SELECT, INSERT', 'checkouts');
SELECT allow('UPDATE (contact, state, expires_at, asked_at, ended_at, session_id, session_url, payment_intent, '
    'paid_amount, paid_currency, sale_id, problem, refund_reference, refund_tries, refund_round)', 'checkouts');
SELECT allow('SELECT, INSERT', 'checkout_lines');
SELECT allow('SELECT, INSERT', 'payment_events');
-- Whose account bought on line is said beside the sale, in the transaction that makes it: no entry names anybody.
SELECT allow('UPDATE (created_by)', 'orders');
