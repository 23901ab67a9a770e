import asyncio, base64, json, os, signal, subprocess, sys, time, uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, unquote
ROOT = os.environ.get("ONCALL_ROOT", "/tmp/wt/next")
os.chdir(ROOT)
HOME = Path("/tmp/oncall")
STATE = HOME / "break" / ".state"; STATE.mkdir(mode=0o700, exist_ok=True)
def recall(name, default=None):
    file = STATE / base64.b32encode(name.encode()).decode().strip("=")
    return json.loads(base64.b64decode(file.read_bytes())) if file.exists() else default
def keep(name, value):
    file = STATE / base64.b32encode(name.encode()).decode().strip("=")
    if value is None: file.unlink(missing_ok=True)
    else: file.write_bytes(base64.b64encode(json.dumps(value).encode()))
def processes():
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), (entry / "cmdline").read_bytes().decode(errors="replace").split("\0"), int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError: pass
def platform():
    found = [pid for pid, words, _ in processes() if "/tmp/oncall/long_deadlines.py" in words or (words[:1] and words[0].startswith(ROOT + "/.venv") and any(w.endswith(".venv/bin/demo") for w in words) and os.readlink(f"/proc/{pid}/cwd") == ROOT)]
    if not found: sys.exit("the platform does not run")
    return found[0]
def child(*needles):
    above = platform()
    found = [pid for pid, words, parent in processes() if parent == above and all(any(w.endswith(n) for w in words) for n in needles)]
    if len(found) != 1: sys.exit(f"{len(found)} processes where one should be")
    return found[0]
def service(name): return child(f"/.venv/bin/{name}", "run")
def env_of(pid):
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(p.split("=", 1) for p in pairs if "=" in p)
def state_of(pid): return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
def pg(url):
    u = urlsplit(url)
    return {**os.environ, "PGHOST": u.hostname, "PGPORT": str(u.port), "PGUSER": unquote(u.username), "PGPASSWORD": unquote(u.password), "PGDATABASE": u.path[1:], "PGCONNECT_TIMEOUT": "30"}
def sql(env, text):
    done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1"], input=text, env=env, text=True, capture_output=True)
    if done.returncode: sys.exit(done.stderr)
    return done.stdout.strip()
def command(name, *words):
    done = subprocess.run([f"{ROOT}/.venv/bin/{name}", *words], env={**env_of(service(name))}, text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr
LIMBURG = "100221-531-01 100222-531-01 100223-531-01 100224-531-01 100235-531-01 100237-531-01 100238-531-01 100204-531-01 100207-531-01".split()
OTHERS = "100201-531-01 100202-531-02 100203-531-01 100233-531-01 100239-531-01 100210-531-01 100227-531-01 100214-531-01 100225-531-01 100226-531-01 100231-531-01 100232-531-01 100241-531-01 100216-531-01 100217-531-01 100219-531-01 100220-531-01 100240-531-01 123456-531-04".split()
def a_policy(of):
    key = "south" if of is LIMBURG else "others"
    used = recall(key, 0); keep(key, used + 1)
    return of[used % len(of)]
def loss_report(policy, at, euros=1500):
    from contracts.loss_reports import LossReported, LossFacts, DamageItem, DamageKind, ReportChannel
    from contracts.vocabulary import Fact, Truth, LossInterval
    return LossReported(report_id=uuid.uuid4(), policy_number=policy, channel=ReportChannel.APP, reported_at=datetime.now(UTC).replace(microsecond=0),
        loss=LossInterval(from_at=at, until_at=at), facts=LossFacts(precipitation_left_its_course=Fact(value=Truth.TRUE), came_through_open_window_or_door=Fact(value=Truth.FALSE)),
        damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=euros * 100),))
def record(report, source="/app"):
    from contracts.envelope import encode
    from contracts.loss_reports import LOSS_REPORTED
    return encode(LOSS_REPORTED, report, event_id=str(uuid.uuid4()), source=source, time=datetime.now(UTC))
def publish(*messages):
    from aiokafka import AIOKafkaProducer
    async def go():
        producer = AIOKafkaProducer(bootstrap_servers=env_of(service("claims-svc"))["KAFKA_BOOTSTRAP_SERVERS"], request_timeout_ms=120000)
        await producer.start()
        try:
            for m in messages: await producer.send_and_wait(m.topic, m.value, key=m.key, headers=list(m.headers))
        finally: await producer.stop()
    asyncio.run(go())
def rain_stations():
    import csv
    rows = csv.reader(open("contracts/contracts/rain_stations.csv"))
    return sorted({int(r[1]) for r in rows if r and r[0] == "aws" and len(r) > 8 and r[7] and not r[8]})
def hours_file(stations, first, last):
    """Rows of the hours that end after `first` and not after `last`."""
    lines = ["# Hourly rain at the automatic weather stations that measure rain.", "# STN       station number", "# YYYYMMDD  day (UT)", "# HH        hour (UT), named after its end: 5 is 04:00-05:00", "#", "# STN,YYYYMMDD,   HH,   DR,   RH"]
    for s in stations:
        end = first + timedelta(hours=1)
        while end <= last:
            begin = end - timedelta(hours=1)
            wet = (begin >= UNTIL or begin.date() == SETTLED.date()) and begin.hour < 20
            lines.append(f"  {s},{begin:%Y%m%d},{begin.hour + 1:5},{10 if wet else 0:5},{25 + (s + begin.hour) % 3 if wet else 0:5}")
            end += timedelta(hours=1)
    file = STATE / "f.txt"; file.write_text("\n".join(lines) + "\n")
    return file
def import_hours(stations, first, last):
    file = hours_file(stations, first, last)
    code, said = command("weather-svc", "import-hours", str(file)); file.unlink()
    if code: sys.exit(f"not taken ({code}): {said[-1500:]}")
_kept = recall("until")
UNTIL = datetime.fromisoformat(_kept) if _kept else datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
"""Up to when every station has its hours after `prepare`."""
SETTLED = UNTIL - timedelta(days=7) + timedelta(hours=18, minutes=30)
def told(number, text):
    folder = HOME / "symptoms"; folder.mkdir(exist_ok=True)
    (folder / f"{number}.txt").write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, by phone:\n{text}\n"); print(f"done; what the candidate is told is in {folder}/{number}.txt")
UNDO = sys.argv[1:2] == ["undo"]
