url = env_of(service("policy-svc"))["DATABASE_URL"]
env = pg(url)
if UNDO:
    kept = recall("six")
    if kept:
        if "'" in env["PGPASSWORD"]: sys.exit("quote")
        sql({**env, "PGPASSWORD": kept}, f"ALTER ROLE CURRENT_USER PASSWORD '{env['PGPASSWORD']}'")
    keep("six", None); print("undone")
else:
    import secrets
    if recall("six"): sys.exit("broken already")
    other = secrets.token_urlsafe(24); keep("six", other)
    sql(env, f"ALTER ROLE CURRENT_USER PASSWORD '{other}'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid();")
    told(6, "\"Nobody can look at insurances any more: customers get an error page and so does the desk. Claims and logging in work.\"")
