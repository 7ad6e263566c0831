-- Refunds, customers and questions of skill.

-- Money that goes back to the buyers of orders made void; one refund to an order, whoever asks for it how often.
CREATE TABLE refunds (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    order_id UUID NOT NULL,
    event_id UUID NOT NULL,
    amount BIGINT NOT NULL,
    card_amount BIGINT DEFAULT 0 NOT NULL,
    currency CHAR(3) NOT NULL,
    method TEXT NOT NULL,
    state TEXT DEFAULT 'due'::text NOT NULL,
    reason TEXT NOT NULL,
    asked_by UUID,
    asked_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    done_at TIMESTAMPTZ,
    done_by UUID,
    provider_reference TEXT,
    problem TEXT,
    attempts INTEGER DEFAULT 0 NOT NULL,
    first_sent_at TIMESTAMPTZ,
    next_at TIMESTAMPTZ,
    at_kiosk BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT refunds_pkey PRIMARY KEY (id),
    CONSTRAINT refunds_order_id_key UNIQUE (order_id),
    CONSTRAINT refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id),
    CONSTRAINT refunds_event_id_fkey FOREIGN KEY (event_id) REFERENCES raffle_events (id),
    CONSTRAINT refunds_amount_check CHECK (amount > 0),
    CONSTRAINT refunds_card_amount_check CHECK (card_amount BETWEEN 0 AND amount),
    CONSTRAINT refunds_method_check CHECK (method IN ('cash', 'card', 'split', 'stripe', 'other')),
    CONSTRAINT refunds_state_check CHECK (state IN ('due', 'sent', 'done', 'failed')),
    CONSTRAINT refunds_done_check CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CONSTRAINT refunds_at_kiosk_check CHECK (state = 'done' OR NOT at_kiosk)
);

CREATE INDEX idx_refunds_event ON refunds (event_id, asked_at DESC, id DESC);

CREATE INDEX idx_refunds_open ON refunds (method, next_at) WHERE state IN ('due', 'sent');

-- All orders of an event are to be paid back: those that are there, and those that kiosks hand in later.
CREATE TABLE refund_rounds (
    event_id UUID NOT NULL,
    reason TEXT NOT NULL,
    asked_by UUID,
    asked_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT refund_rounds_pkey PRIMARY KEY (event_id),
    CONSTRAINT refund_rounds_event_id_fkey FOREIGN KEY (event_id) REFERENCES raffle_events (id)
);

-- The question of skill of an event, frozen with its activation.
CREATE TABLE questions (
    event_id UUID NOT NULL,
    text TEXT NOT NULL,
    answers TEXT[] NOT NULL,
    correct SMALLINT NOT NULL,
    attempts_max SMALLINT DEFAULT 3 NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT questions_pkey PRIMARY KEY (event_id),
    CONSTRAINT questions_event_id_fkey FOREIGN KEY (event_id) REFERENCES raffle_events (id) ON DELETE CASCADE,
    CONSTRAINT questions_answers_check CHECK (cardinality(answers) BETWEEN 2 AND 6),
    CONSTRAINT questions_correct_check CHECK (correct BETWEEN 1 AND cardinality(answers)),
    CONSTRAINT questions_attempts_max_check CHECK (attempts_max BETWEEN 1 AND 10)
);

-- Each answer that somebody gave at a checkout. Append only.
CREATE TABLE question_attempts (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    subject TEXT NOT NULL,
    answer SMALLINT NOT NULL,
    correct BOOLEAN NOT NULL,
    at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT question_attempts_pkey PRIMARY KEY (id),
    CONSTRAINT question_attempts_event_id_fkey FOREIGN KEY (event_id) REFERENCES raffle_events (id)
);

CREATE INDEX idx_question_attempts_subject ON question_attempts (event_id, subject);

-- What was asked stays as it was asked, once the event was on sale.
CREATE FUNCTION freeze_question() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    of_event uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.event_id ELSE NEW.event_id END;
BEGIN
    IF EXISTS (SELECT FROM raffle_events WHERE id = of_event AND activated_at IS NOT NULL FOR SHARE) THEN
        RAISE restrict_violation USING MESSAGE = 'questions: the event was on sale', TABLE = 'questions';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER freeze_question BEFORE INSERT OR UPDATE OR DELETE ON questions
    FOR EACH ROW EXECUTE FUNCTION freeze_question();

CREATE TRIGGER keep BEFORE UPDATE ON refunds
    FOR EACH ROW EXECUTE FUNCTION keep_columns(
        'id', 'order_id', 'event_id', 'amount', 'card_amount', 'currency', 'method', 'reason', 'asked_by', 'asked_at');

SELECT audit_table('refunds', 'id', '', 'attempts,next_at');
SELECT audit_table('refund_rounds', 'event_id', '', '');
SELECT audit_table('questions', 'event_id', '', '');

SELECT allow('SELECT, INSERT, UPDATE (state, done_at, done_by, provider_reference, problem, attempts, first_sent_at, next_at, at_kiosk)', 'refunds');
SELECT allow('SELECT, INSERT', 'refund_rounds');
-- What a kiosk gave back for an order that the office had made void before.
SELECT allow('UPDATE (returned)', 'voids');
SELECT allow('SELECT, INSERT, UPDATE, DELETE', 'questions');
SELECT allow('SELECT, INSERT', 'question_attempts');
