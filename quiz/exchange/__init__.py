"""The bank to and from other formats: GIFT, Aiken, Anki's CSV, and JSON that keeps everything."""
