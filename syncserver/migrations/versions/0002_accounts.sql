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
