"""Process: claims-svc's handlers, bare."""

from bench.frameless.process import run
from claims_svc import handlers
from contracts import topics

if __name__ == "__main__":
    run(
        [
            (topics.LOSS_REPORTED, handlers.register_claims),
            (topics.POLICY_CHANGED, handlers.take_over_policies),
            (topics.RAINFALL_ASSESSED, handlers.weigh_rainfall),
        ]
    )
