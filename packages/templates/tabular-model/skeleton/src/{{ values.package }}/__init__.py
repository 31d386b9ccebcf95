"""The Python package of this project: one module a step, and what they share."""

import os

# Threads that wait for one another must sleep, not spin: on a machine that does other work
# too, spinning makes the training several times slower. Read when scikit-learn is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
