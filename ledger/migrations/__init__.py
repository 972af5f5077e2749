"""The schema's steps. Each runs in one transaction: a kill leaves the old schema or the new one (P-28)."""
