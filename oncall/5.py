missing = 380
stations = rain_stations()
if UNDO:
    kept = recall("five")
    if kept:
        import_hours([missing], *map(datetime.fromisoformat, kept)); keep("five", None)
    print("undone")
else:
    if recall("five done"): sys.exit("this one breaks once on each platform: start it afresh, and prepare")
    first = UNTIL
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    last = now
    import_hours([s for s in stations if s != missing], first, last)
    keep("five", [first.isoformat(), last.isoformat()]); keep("five done", True)
    at = last - timedelta(minutes=30)
    one, other = loss_report(a_policy(OTHERS), at), loss_report(a_policy(LIMBURG), at)
    publish(record(one), record(other))
    told(5, f"\"Two claims of the same moment. The one of report {one.report_id} was decided at once. The other one, report {other.report_id}, stands still, and the customer asks why. Whom must we have do what?\"")
