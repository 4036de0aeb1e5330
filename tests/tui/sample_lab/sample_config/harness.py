"""Never called: the judge of these tests only pretends."""
