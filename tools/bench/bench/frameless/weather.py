"""Process: weather-svc's handler, bare."""

from bench.frameless.process import run
from contracts.claims import RAINFALL_REQUESTED
from weather_svc import station_table
from weather_svc.handlers import Assessor
from weather_svc.hour_cache import HourCache

if __name__ == "__main__":
    assessor = Assessor(stations=station_table.load(), hour_cache=HourCache())
    run([(RAINFALL_REQUESTED, assessor.assess_rainfall)])
