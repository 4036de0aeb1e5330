"""Reports: a projection of recorded events, verdicts and the bank, so that any report can be rebuilt."""
