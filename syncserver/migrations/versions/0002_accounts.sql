-- People's second factors, provider log-ins, invitations, sessions and devices.

-- Puts a table's changes into the audit log. For migrations alone; arguments as `audit_rows` takes them.
CREATE FUNCTION audit_table(name text, keys text, withheld text, noise text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER audit_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_rows(%L, %L, %L)', name, keys, withheld, noise);
    EXECUTE format(
        'CREATE TRIGGER audit_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_rows(%L, %L, %L)', name, keys, withheld, noise);
    EXECUTE format(
        'CREATE TRIGGER audit_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_rows(%L, %L, %L)', name, keys, withheld, noise);
END
$$;
REVOKE ALL ON FUNCTION audit_table(text, text, text, text) FROM PUBLIC;

-- Gives the application rights: `allowed` as GRANT names them. For migrations alone.
CREATE FUNCTION allow(allowed text, name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT %s ON %I TO %I', allowed, name, current_setting('tombola.app_role'));
END
$$;
REVOKE ALL ON FUNCTION allow(text, text) FROM PUBLIC;

-- Sessions say where they are, in which organisation, and which step is still due ------------------------------------

ALTER TABLE web_sessions
    ADD COLUMN id UUID DEFAULT gen_random_uuid() NOT NULL,
    ADD COLUMN organization_id UUID,
    ADD COLUMN browser TEXT DEFAULT '' NOT NULL,
    ADD COLUMN address TEXT DEFAULT '' NOT NULL,
    ADD COLUMN due TEXT,
    ADD CONSTRAINT web_sessions_id_key UNIQUE (id),
    ADD CONSTRAINT web_sessions_due_check CHECK (due IN ('code', 'setup')),
    ADD CONSTRAINT web_sessions_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id);

-- A session is made anew rather than changed: its token, its person and its step never do.
CREATE TRIGGER keep BEFORE UPDATE OF token_hash, id, user_id, due ON web_sessions
    FOR EACH ROW EXECUTE FUNCTION keep_columns('token_hash', 'id', 'user_id', 'due');

-- Whoever has a second factor: its secret is sealed with a key that is not in the database.
CREATE TABLE second_factors (
    user_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    made_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    confirmed_at TIMESTAMPTZ,
    last_step BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT second_factors_pkey PRIMARY KEY (user_id),
    CONSTRAINT second_factors_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TRIGGER never_less BEFORE UPDATE OF last_step ON second_factors
    FOR EACH ROW EXECUTE FUNCTION never_less('last_step');

CREATE TABLE recovery_codes (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    user_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    made_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (id),
    CONSTRAINT recovery_codes_code_hash_check CHECK (octet_length(code_hash) = 32),
    CONSTRAINT recovery_codes_user_id_code_hash_key UNIQUE (user_id, code_hash),
    CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

-- Who a person is at a provider of identities; an organisation only for customers, who are apart in each.
CREATE TABLE user_identities (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    user_id UUID NOT NULL,
    organization_id UUID,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    linked_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT user_identities_pkey PRIMARY KEY (id),
    CONSTRAINT user_identities_once UNIQUE NULLS NOT DISTINCT (issuer, subject, organization_id),
    CONSTRAINT user_identities_user_id_issuer_key UNIQUE (user_id, issuer),
    CONSTRAINT user_identities_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT user_identities_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id)
);

CREATE TABLE invitations (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    organization_id UUID NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    invited_by UUID NOT NULL,
    invited_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    accepted_by UUID,
    accepted_at TIMESTAMPTZ,
    withdrawn_by UUID,
    withdrawn_at TIMESTAMPTZ,
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT invitations_email_check CHECK (email = lower(email)),
    CONSTRAINT invitations_token_hash_key UNIQUE (token_hash),
    CONSTRAINT invitations_role_check CHECK (role IN ('admin', 'manager', 'operator', 'claims', 'auditor')),
    CONSTRAINT invitations_ended_check CHECK (num_nonnulls(accepted_at, withdrawn_at) <= 1),
    CONSTRAINT invitations_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT invitations_invited_by_fkey FOREIGN KEY(invited_by) REFERENCES users (id)
);

CREATE INDEX idx_invitations_org ON invitations (organization_id, invited_at DESC);

-- Customers: what they told of themselves is here alone, and goes when they do; their user stays, without a name.
CREATE TABLE customer_accounts (
    user_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    email TEXT,
    name TEXT DEFAULT '' NOT NULL,
    phone TEXT,
    language TEXT DEFAULT 'en' NOT NULL,
    email_verified_at TIMESTAMPTZ,
    verified_by UUID,
    banned_at TIMESTAMPTZ,
    banned_by UUID,
    banned_reason TEXT,
    deleted_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT customer_accounts_pkey PRIMARY KEY (user_id),
    CONSTRAINT customer_accounts_email_check CHECK (email = lower(email)),
    CONSTRAINT customer_accounts_banned_check CHECK (num_nonnulls(banned_at, banned_by, banned_reason) IN (0, 3)),
    CONSTRAINT customer_accounts_deleted_check
        CHECK (deleted_at IS NULL OR (email IS NULL AND name = '' AND phone IS NULL)),
    CONSTRAINT customer_accounts_organization_id_email_key UNIQUE (organization_id, email),
    CONSTRAINT customer_accounts_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT customer_accounts_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id)
);

-- Links that are sent by mail: each works once, and for a while.
CREATE TABLE account_links (
    token_hash BYTEA NOT NULL,
    user_id UUID NOT NULL,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT,
    name TEXT,
    made_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT account_links_pkey PRIMARY KEY (token_hash),
    CONSTRAINT account_links_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT account_links_kind_check CHECK (kind IN ('verify', 'reset', 'move')),
    CONSTRAINT account_links_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX idx_account_links_user ON account_links (user_id);

-- How often something was tried, by what tried it (a keyed hash): guessing slows down whichever process it meets.
CREATE TABLE attempts (
    key BYTEA NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    locked_until TIMESTAMPTZ,
    CONSTRAINT attempts_pkey PRIMARY KEY (key),
    CONSTRAINT attempts_key_check CHECK (octet_length(key) = 32)
);

CREATE INDEX idx_attempts_last_at ON attempts (last_at);

SELECT audit_table('second_factors', 'user_id', 'sealed', 'last_step');
SELECT audit_table('recovery_codes', 'id', 'code_hash', '');
SELECT audit_table('user_identities', 'id', 'subject', '');
SELECT audit_table('invitations', 'id', 'email,token_hash', '');
SELECT audit_table('customer_accounts', 'user_id', 'email,name,phone', '');

SELECT allow('UPDATE (browser, address)', 'web_sessions');
SELECT allow('SELECT, INSERT, UPDATE (sealed, made_at, confirmed_at, last_step), DELETE', 'second_factors');
SELECT allow('SELECT, INSERT, UPDATE (used_at), DELETE', 'recovery_codes');
SELECT allow('SELECT, INSERT, DELETE', 'user_identities');
SELECT allow('SELECT, INSERT, UPDATE (accepted_by, accepted_at, withdrawn_by, withdrawn_at)', 'invitations');
SELECT allow('SELECT, INSERT, UPDATE (email, name, phone, language, email_verified_at, verified_by, banned_at, '
    'banned_by, banned_reason, deleted_at)', 'customer_accounts');
SELECT allow('SELECT, INSERT, UPDATE (used_at, password_hash), DELETE', 'account_links');
SELECT allow('SELECT, INSERT, UPDATE (failures, last_at, locked_until), DELETE', 'attempts');
