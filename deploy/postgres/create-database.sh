#!/bin/sh
# Makes the product's database and its user, who owns that database and may do nothing else: the image of PostgreSQL runs
# this once, when its data folder is new. It needs a superuser's connection, and the password in the file that
# ORCHESTRION_DATABASE_PASSWORD_FILE names. psql reads the password itself, so that no list of processes shows it.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\set password `cat "$ORCHESTRION_DATABASE_PASSWORD_FILE"`
SELECT 1 / length(:'password') AS password_given \g /dev/null
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE orchestrion LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE orchestrion OWNER orchestrion ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE orchestrion FROM PUBLIC;
SQL
