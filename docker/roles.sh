#!/bin/sh
# Makes the database and its two roles, once, as PostgreSQL's superuser: the owner migrates, the web
# server's role may sign in and gets what migrations grant it. Neither can do more.
# OWNER_PASSWORD and WEB_PASSWORD are in the environment.
set -eu
: "${OWNER_PASSWORD:?}" "${WEB_PASSWORD:?}"

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv web_password WEB_PASSWORD
CREATE ROLE parley_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'owner_password';
CREATE ROLE parley_web LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'web_password';
CREATE DATABASE parley OWNER parley_owner;
-- A temporary table that takes the name of another would be read in its place.
REVOKE CREATE, TEMPORARY ON DATABASE parley, postgres, template1 FROM PUBLIC;
SQL
