"""Understanding: what a person means, in sixteen languages, on this machine, in milliseconds."""
