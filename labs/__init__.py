"""The hands-on labs, one folder each under their track, and `labs.grading`, the judge."""
