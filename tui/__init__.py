"""The Textual app and the command line `ropes`."""

import os

# Textual reads this when it is imported. Input methods for Chinese lose characters under the Kitty keyboard
# protocol, and ropes uses no key that a plain terminal lacks.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
