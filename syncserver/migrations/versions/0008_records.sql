-- Searching what is on record, and how long it is kept.

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
