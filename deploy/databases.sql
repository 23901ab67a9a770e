-- A database and a login role for each <NAME>_DATABASE_PASSWORD in the environment, closed to every other role.
-- With <NAME>_OWNER_DATABASE_PASSWORD too the database belongs to <name>_owner, who migrates it; <name> then reads and
-- writes rows and changes no table, function or trigger: what a migration takes from him he cannot give himself.
-- Run again, it only sets the passwords.
CREATE TEMPORARY TABLE login (name text, password text);
\copy login FROM PROGRAM 'env | sed -n "s/_DATABASE_PASSWORD=/,/p"' WITH (FORMAT csv)
UPDATE login SET name = lower(name);

CREATE TEMPORARY VIEW service AS
SELECT login.name, coalesce(other.name, login.name) AS owner
  FROM login
  LEFT JOIN login AS other ON other.name = login.name || '_owner'
 WHERE login.name NOT IN (SELECT name || '_owner' FROM login);

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM login
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
  FROM login \gexec

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', name, owner)
  FROM service
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

-- By default everybody may enter every database, and with it read the names of all others.
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname)
  FROM pg_database
 WHERE datallowconn AND datname <> 'template0' \gexec

SELECT format('GRANT CONNECT ON DATABASE %I TO %I', name, name)
  FROM service
 WHERE owner <> name \gexec

-- What the owner will make is granted beforehand, which can be said inside of each database only. A schema is used by
-- who may, and a function called by everybody: both are so without a word, but for the use of new schemas.
SELECT format('\connect %I', name),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT USAGE ON SCHEMAS TO %I;', owner, name),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I;', owner, name),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT USAGE ON SEQUENCES TO %I;', owner, name)
  FROM service
 WHERE owner <> name
\g (format=unaligned tuples_only=on fieldsep='\n') | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1
