#!/bin/sh
# Makes the product's database and its user, who owns that database and may do nothing else. It needs a superuser's
# connection. The image of PostgreSQL runs it once, when its data folder is new.
#
# The password comes from the file that ORCHESTRION_DATABASE_PASSWORD_FILE names, or else from file descriptor 3, which
# root can open for a user who may not read the file. It never stands in a list of processes.
set -eu
if [ -n "${ORCHESTRION_DATABASE_PASSWORD_FILE:-}" ]; then
  exec 3<"$ORCHESTRION_DATABASE_PASSWORD_FILE"
fi
password=$(cat <&3)
if [ -z "$password" ]; then
  echo "error: there is no password for the database's user" >&2
  exit 1
fi
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
  4<<PASSWORD <<'SQL'
$password
PASSWORD
\set password `cat <&4`
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE orchestrion LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE orchestrion OWNER orchestrion ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE orchestrion FROM PUBLIC;
SQL
