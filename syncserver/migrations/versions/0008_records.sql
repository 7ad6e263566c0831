-- Searching what is on record, and how long it is kept.

-- By person: the bulk of the trail is the server's own, and is in no such index.
CREATE INDEX idx_audit_log_changed_by ON audit_log (changed_by, id DESC) WHERE changed_by IS NOT NULL;
-- By time, for exports of a span: the trail grows in its order, so that this costs next to nothing.
CREATE INDEX idx_audit_log_time ON audit_log USING brin (changed_at);
-- Whose a change is, told by the database itself: null for the server's own, and for what is older than this column.
ALTER TABLE audit_log ADD COLUMN organization_id uuid;
CREATE INDEX idx_audit_log_organization ON audit_log (organization_id, id DESC) WHERE organization_id IS NOT NULL;
CREATE INDEX idx_critical_events_event_time ON critical_events (event_id, timestamp DESC) WHERE event_id IS NOT NULL;

-- As before, and with the organisation: one look for each row along a key, in the statement that writes them all.
CREATE OR REPLACE FUNCTION audit_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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

-- How long an organisation keeps its records; without a row as long as the law of the house says. Only what is beyond
-- may be deleted, and by nobody but the owner.
CREATE TABLE retention_rules (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    years integer NOT NULL,
    set_by uuid,
    set_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT retention_rules_pkey PRIMARY KEY (organization_id),
    CONSTRAINT retention_rules_years_check CHECK (years BETWEEN 3 AND 100)
);

SELECT audit_table('retention_rules', 'organization_id', '', '');
SELECT allow('SELECT, INSERT, UPDATE (years, set_by, set_at)', 'retention_rules');
