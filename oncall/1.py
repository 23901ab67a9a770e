pid = child("devstack.outside.smtp_sink")
if UNDO:
    os.kill(pid, signal.SIGCONT); print("undone")
else:
    os.kill(pid, signal.SIGSTOP)
    reports = [loss_report(a_policy(OTHERS), SETTLED) for _ in range(3)]
    publish(*map(record, reports))
    told(1, f"\"Customers say that no mails come from us, since a few minutes. One who waits for the decision has policy {reports[0].policy_number}, report {reports[0].report_id}.\"")
