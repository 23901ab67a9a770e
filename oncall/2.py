if UNDO:
    kept = recall("two")
    if kept:
        env = dict(os.environ)
        for line in (HOME / "demo.txt").read_text().splitlines():
            if line.startswith("export WATER_"):
                import shlex
                env |= dict(w.split("=", 1) for w in shlex.split(line)[1:])
        water = lambda *w: subprocess.run([f"{ROOT}/.venv/bin/water", *w], env=env, capture_output=True, text=True)
        found = water("dead-letters", "list", "--about", kept["report"], "--json")
        data = json.loads(found.stdout)
        items = data["dead_letters"]
        publish(record(loss_report(kept["policy"], SETTLED), source="/partners/herstel"))
        for item in items:
            done = water("dead-letters", "discard", item["id"], "--because", "trial: the partner sent a right one")
            print(done.stdout.strip() or done.stderr.strip())
        keep("two", None)
    print("undone")
else:
    from dataclasses import replace
    reports = [loss_report(a_policy(OTHERS), SETTLED) for _ in range(3)]
    messages = [record(r, source="/partners/herstel") for r in reports]
    wrong = json.loads(messages[1].value)
    wrong["loss"] = {k: f"{SETTLED:%Y-%m-%dT%H:%M:%S}" for k in wrong["loss"]}
    messages[1] = replace(messages[1], value=json.dumps(wrong).encode())
    publish(*messages)
    keep("two", {"report": str(reports[1].report_id), "policy": reports[1].policy_number})
    told(2, f"\"A repair partner sent us three reports in one go. Two have a claim. The third, {reports[1].report_id}, they hear nothing about, and the desk cannot find it. What became of it?\"")
