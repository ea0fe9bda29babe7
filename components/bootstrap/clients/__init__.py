"""One folder per client: how its declaration in `schemas/workloads` becomes units, configuration and genesis."""
