"""A model in plain Python: nothing but the standard library is needed."""
