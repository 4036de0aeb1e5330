"""What a person did, kept as events with a time in a database that survives a killed process."""
