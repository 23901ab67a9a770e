env = pg(env_of(service("claims-svc"))["DATABASE_URL"])
if UNDO:
    kept = recall("four")
    if kept:
        sql(env, f"SELECT pg_terminate_backend({int(kept[0])}) FROM pg_stat_activity WHERE pid = {int(kept[0])} AND application_name = 'psql'")
        for pid, words, _ in processes():
            if pid == kept[1] and words[:1] == ["psql"] or pid == kept[1] and words[0].endswith("/psql"): os.kill(pid, signal.SIGTERM)
    keep("four", None); print("undone")
else:
    fifo = STATE / "p"; fifo.unlink(missing_ok=True); os.mkfifo(fifo, 0o600)
    held = os.open(fifo, os.O_RDWR)
    said = open(STATE / "o", "w+b")
    client = subprocess.Popen(["psql", "-X", "-q", "-At"], stdin=held, stdout=said, stderr=subprocess.STDOUT, env=env, cwd="/", start_new_session=True)
    os.write(held, b"BEGIN;\nLOCK TABLE claim IN SHARE ROW EXCLUSIVE MODE;\nSELECT pg_backend_pid();\nSELECT count(*) FROM claim;\n")
    for _ in range(600):
        lines = (STATE / "o").read_text().split()
        if len(lines) >= 2: break
        time.sleep(0.5)
    else: sys.exit("nothing is held")
    keep("four", [int(lines[0]), client.pid]); fifo.unlink(); (STATE / "o").unlink()
    reports = [loss_report(a_policy(OTHERS), SETTLED) for _ in range(3)]
    publish(*map(record, reports))
    told(4, f"\"Whoever sends us a report hears nothing any more, neither received nor rejected. The desk can open the claims that are there as ever. For instance report {reports[0].report_id} is not there.\"")
