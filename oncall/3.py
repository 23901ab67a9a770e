pid = service("weather-svc")
if UNDO:
    os.kill(pid, signal.SIGCONT); print("undone")
else:
    os.kill(pid, signal.SIGSTOP)
    reports = [loss_report(a_policy(OTHERS), SETTLED) for _ in range(3)]
    publish(*map(record, reports))
    told(3, f"\"Reports come in and get a claim, but not one has been decided since a few minutes. For instance report {reports[0].report_id}.\"")
