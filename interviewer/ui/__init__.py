"""The web page: widgets only. What they show is decided elsewhere."""
