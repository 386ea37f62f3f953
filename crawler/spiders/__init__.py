"""Sources, one file each: a declaration, and a hook at most."""
