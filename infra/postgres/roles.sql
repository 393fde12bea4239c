-- The three roles of Parvis and its database (architecture.md §3). Run by a superuser, again at will:
--     psql -v ON_ERROR_STOP=1 -v database=parvis -f roles.sql postgres
-- In production give each role a password afterwards: \password parvis_app

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['parvis_owner', 'parvis_app', 'parvis_operator']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Repeated on every run, so that a right granted by hand does not stay.
ALTER ROLE parvis_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE parvis_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE parvis_operator LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
GRANT parvis_app TO parvis_operator;

SELECT format('CREATE DATABASE %I OWNER parvis_owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO parvis_app, parvis_operator', :'database') \gexec

\connect :database
ALTER SCHEMA public OWNER TO parvis_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO parvis_app;
