-- Media, venues, archiving, and settings with a date from which they hold.

ALTER TABLE raffle_events
    ADD COLUMN activate_at TIMESTAMPTZ,
    ADD COLUMN activate_by UUID,
    ADD COLUMN activation_problem TEXT,
    ADD COLUMN is_featured BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN archived_at TIMESTAMPTZ,
    ADD COLUMN archived_by UUID,
    ADD CONSTRAINT raffle_events_activate_check CHECK ((activate_at IS NULL) = (activate_by IS NULL)),
    ADD CONSTRAINT raffle_events_archived_check CHECK (archived_at IS NULL OR state IN ('completed', 'cancelled'));

CREATE INDEX idx_raffle_events_activate ON raffle_events (activate_at) WHERE activate_at IS NOT NULL;

-- How far the buyers of an event that was called off have been told of it, by the ids of their orders.
ALTER TABLE raffle_events
    ADD COLUMN cancelled_told_upto UUID,
    ADD COLUMN cancelled_told_at TIMESTAMPTZ;

-- What comes with a package beside its tickets.
CREATE TABLE perks (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    is_active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT perks_pkey PRIMARY KEY (id),
    CONSTRAINT perks_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id)
);

CREATE UNIQUE INDEX perks_name_key ON perks (organization_id, lower(name)) WHERE is_active;

CREATE TABLE event_images (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    event_id UUID NOT NULL,
    content BYTEA NOT NULL,
    content_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    alt TEXT NOT NULL,
    position SMALLINT NOT NULL,
    is_cover BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    updated_by UUID,
    CONSTRAINT event_images_pkey PRIMARY KEY (id),
    CONSTRAINT event_images_alt_check CHECK (alt <> ''),
    CONSTRAINT event_images_event_id_fkey FOREIGN KEY(event_id) REFERENCES raffle_events (id) ON DELETE CASCADE
);

CREATE INDEX idx_event_images_event ON event_images (event_id, position);

CREATE UNIQUE INDEX event_images_cover_key ON event_images (event_id) WHERE is_cover;

-- An organisation's rules in versions, each from a moment on; one without an organisation is the whole server's.
ALTER TABLE system_configurations
    ADD COLUMN organization_id UUID,
    ADD COLUMN reason TEXT,
    ADD COLUMN withdrawn_at TIMESTAMPTZ,
    ADD COLUMN withdrawn_by UUID,
    ADD CONSTRAINT system_configurations_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id),
    ADD CONSTRAINT system_configurations_organization_id_version_key UNIQUE (organization_id, version);

-- Why and by whom a block ended otherwise than by being sold.
ALTER TABLE rsu_allocations
    ADD COLUMN ended_at TIMESTAMPTZ,
    ADD COLUMN ended_by UUID,
    ADD COLUMN ended_reason TEXT;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['perks', 'event_images'] LOOP
        EXECUTE format(
            'CREATE TRIGGER keep BEFORE UPDATE OF id ON %I FOR EACH ROW EXECUTE FUNCTION keep_columns(''id'')', name
        );
    END LOOP;
END
$$;

-- A draft's range of numbers is another one. Nobody has numbers of a draft; where a restore let its counter leap, it
-- stays where it leapt to. Refuses with a restrict_violation for every event that was on sale.
CREATE FUNCTION renumber_draft(draft uuid, lowest integer, highest integer) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held raffle_events%ROWTYPE;
    upto bigint;
BEGIN
    SELECT * INTO held FROM raffle_events WHERE id = draft FOR UPDATE;
    IF held.activated_at IS NOT NULL OR held.state IS DISTINCT FROM 'created'
        OR EXISTS (SELECT FROM rsu_allocations WHERE raffle_event_id = draft) THEN
        RAISE restrict_violation USING MESSAGE = 'this event was on sale; its numbers stay', TABLE = 'number_counters';
    END IF;
    DELETE FROM number_counters WHERE event_id = draft RETURNING next_number INTO upto;
    IF upto IS NULL OR upto <= (held.ticket_allocation ->> 'first')::bigint THEN
        upto := lowest;
    END IF;
    INSERT INTO number_counters (event_id, next_number, last_number)
        VALUES (draft, least(greatest(upto, lowest), highest::bigint + 1), highest);
    UPDATE raffle_events
        SET ticket_allocation = ticket_allocation || jsonb_build_object('first', lowest, 'last', highest)
        WHERE id = draft;
END
$$;
REVOKE ALL ON FUNCTION renumber_draft(uuid, integer, integer) FROM PUBLIC;

DO $$
BEGIN
    EXECUTE format('GRANT EXECUTE ON FUNCTION renumber_draft(uuid, integer, integer) TO %I',
        current_setting('tombola.app_role'));
END
$$;

SELECT audit_table('perks', 'id', '', '');
SELECT audit_table('event_images', 'id', 'content', '');
SELECT audit_table('ticket_package_templates', 'id', '', '');
SELECT audit_table('prize_templates', 'id', '', '');

SELECT allow('SELECT, INSERT, UPDATE (name, description, is_active, updated_at, updated_by)', 'perks');
SELECT allow('SELECT, INSERT, DELETE, UPDATE (alt, position, is_cover, updated_at, updated_by)', 'event_images');
-- What a version says was in force: it is never edited, another follows it.
SELECT allow('UPDATE (effective_to, withdrawn_at, withdrawn_by)', 'system_configurations');
SELECT allow('UPDATE (activate_at, activate_by, activation_problem, is_featured, archived_at, archived_by, '
    'cancelled_told_upto, cancelled_told_at)', 'raffle_events');
SELECT allow('UPDATE (ended_at, ended_by, ended_reason)', 'rsu_allocations');
SELECT allow('UPDATE (is_active)', 'validation_number_blocks');

-- One of an organisation's rules as it is in force now; NULL where nobody has decided it.
CREATE FUNCTION rule_of(organisation uuid, name text) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(
        (SELECT settings FROM system_configurations
            WHERE organization_id = organisation AND withdrawn_at IS NULL AND effective_from <= clock_timestamp()
            ORDER BY effective_from DESC, version::integer DESC LIMIT 1),
        (SELECT settings FROM organizations WHERE id = organisation)
    ) ->> name
$$;
