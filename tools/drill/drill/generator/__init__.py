"""What upstream systems send: rain, policies and reports, with a journal of everything that was acknowledged."""
