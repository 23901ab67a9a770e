"""Process: weather-svc's handler, bare."""

from bench.frameless.process import run
from contracts.claims import RAINFALL_REQUESTED
from weather_svc.conclusions import Conclusions
from weather_svc.handlers import Assessor
from weather_svc.registers import Registers

if __name__ == "__main__":
    assessor = Assessor(registers=Registers(), conclusions=Conclusions())
    run([(RAINFALL_REQUESTED, assessor.assess_rainfall)])
