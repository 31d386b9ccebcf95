"""The Python package of this project: one module a step, and what they share."""
