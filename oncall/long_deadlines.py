"""The demo, as `make demo KEEP=1` starts it, with longer deadlines: this machine is too busy at nice 19 for its own."""
import sys
from demo import __main__ as demo_main, claim_by_people, insurance_change, online_access, rain_checks, stages
from devstack.kafka import embedded
from devstack.outside import sink
from devstack.postgres import server
from devstack.process import programs
import os
programs.COMMAND_SECONDS = programs.READY_SECONDS = 1800
stages.OUTCOME_SECONDS = stages.WAITING_SECONDS = 900
for module in (claim_by_people, insurance_change, online_access): module._WAITING_SECONDS = 600
rain_checks._SECONDS = 120
embedded.START_SECONDS = sink.START_SECONDS = server.START_SECONDS = 600
os.environ.setdefault("PYTHONUNBUFFERED", "1")
sys.argv = ["demo", "--stack", "embedded", "--keep"]
demo_main.main()
