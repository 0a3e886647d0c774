"""Files of models: how they are written and read, and how records become JSON and back."""
