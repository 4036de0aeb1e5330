"""The judge. `client` is the torch-free side that asks for gradings; the rest runs in the judge's own processes."""
