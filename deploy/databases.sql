-- A database and a login role for each service, closed to every other role. Run again, it only sets the passwords.
\getenv claims_password CLAIMS_DATABASE_PASSWORD
\getenv weather_password WEATHER_DATABASE_PASSWORD
\getenv policy_password POLICY_DATABASE_PASSWORD
\getenv notify_password NOTIFY_DATABASE_PASSWORD

CREATE TEMPORARY TABLE service (name text, password text);
INSERT INTO service VALUES
  ('claims', :'claims_password'),
  ('weather', :'weather_password'),
  ('policy', :'policy_password'),
  ('notify', :'notify_password');

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
