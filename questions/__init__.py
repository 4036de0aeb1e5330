"""The question bank: one YAML file a topic, with the Python that derives its numbers beside it."""
