"""Process: weather-svc's handler, bare."""

from bench.frameless.process import run
from contracts import topics
from weather_svc import station_table
from weather_svc.handlers import Assessor
from weather_svc.rainfall import Rainfall

if __name__ == "__main__":
    assessor = Assessor(stations=station_table.load(), rainfall=Rainfall())
    run([(topics.RAINFALL_REQUESTED, assessor.assess_rainfall)])
