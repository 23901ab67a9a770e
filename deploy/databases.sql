-- A database and a login role for each <NAME>_DATABASE_PASSWORD in the environment, closed to every other role.
-- Run again, it only sets the passwords.
CREATE TEMPORARY TABLE service (name text, password text);
\copy service FROM PROGRAM 'env | sed -n "s/_DATABASE_PASSWORD=/,/p"' WITH (FORMAT csv)
UPDATE service SET name = lower(name);

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM service
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
  FROM service \gexec

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', name, name)
  FROM service
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

-- By default everybody may enter every database, and with it read the names of all others.
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname)
  FROM pg_database
 WHERE datallowconn AND datname <> 'template0' \gexec
