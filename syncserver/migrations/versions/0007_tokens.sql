-- Tokens of the programming interface, and the requests that it answered already.

CREATE TABLE api_tokens (
    id              UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id UUID NOT NULL REFERENCES organizations(id),
    user_id         UUID NOT NULL REFERENCES users(id),
    name            TEXT NOT NULL,
    role            TEXT NOT NULL,
    token_hash      BYTEA NOT NULL UNIQUE,
    created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    expires_at      TIMESTAMPTZ NOT NULL,
    last_used_at    TIMESTAMPTZ,
    last_used_from  TEXT,
    revoked_at      TIMESTAMPTZ,
    revoked_by      UUID REFERENCES users(id),
    revoked_reason  TEXT,
    CONSTRAINT api_tokens_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT api_tokens_role_check CHECK (role IN ('admin', 'manager', 'operator', 'claims', 'auditor')),
    CONSTRAINT api_tokens_revoked_check CHECK (num_nonnulls(revoked_at, revoked_by, revoked_reason) IN (0, 3))
);
CREATE INDEX idx_api_tokens_organization ON api_tokens(organization_id, created_at DESC);
SELECT audit_table('api_tokens', 'id', 'token_hash,last_used_from', 'last_used_at,last_used_from');
SELECT allow('SELECT, INSERT, UPDATE (last_used_at, last_used_from, revoked_at, revoked_by, revoked_reason)', 'api_tokens');

-- What a request with an idempotency key was answered: written in the transaction of what it did.
CREATE TABLE api_requests (
    token_id     UUID NOT NULL REFERENCES api_tokens(id),
    key          TEXT NOT NULL,
    fingerprint  BYTEA NOT NULL,
    status       INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    reply        BYTEA NOT NULL,
    made_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (token_id, key),
    CONSTRAINT api_requests_fingerprint_check CHECK (octet_length(fingerprint) = 32)
);
CREATE INDEX idx_api_requests_made ON api_requests(made_at);
-- Answers are kept for a day and nothing refers to them. UPDATE of nothing that counts: a row can be locked.
SELECT allow('SELECT, INSERT, DELETE, UPDATE (made_at)', 'api_requests');
