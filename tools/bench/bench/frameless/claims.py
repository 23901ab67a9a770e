"""Process: claims-svc's handlers, bare."""

from bench.frameless.process import run
from claims_svc import handlers, messages
from contracts.claim_messages import CLAIM_MESSAGE_SETTLED
from contracts.loss_reports import LOSS_REPORTED
from contracts.notify import MESSAGE_SETTLED
from contracts.policy import POLICY_CHANGED
from contracts.weather import RAINFALL_ASSESSED

if __name__ == "__main__":
    run(
        [
            (LOSS_REPORTED, handlers.register_claims),
            (POLICY_CHANGED, handlers.update_policies),
            (RAINFALL_ASSESSED, handlers.apply_rainfall),
            (MESSAGE_SETTLED, messages.keep_about_decisions),
            (CLAIM_MESSAGE_SETTLED, messages.keep_about_claims),
        ]
    )
