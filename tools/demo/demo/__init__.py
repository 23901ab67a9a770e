"""The main job on real rain. It knows `contracts` and the devstack, and nothing of the services but their commands."""
