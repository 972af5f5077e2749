"""Every way out: notices written from templates, sent by SMTP or dropped as files. Imports only the ledger's values."""
