"""The question bank: its schema, its loader, and the checks that hold it to its rules."""
