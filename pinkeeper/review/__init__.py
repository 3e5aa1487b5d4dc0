"""What changed? Two releases compared: files, what their code can do and when it runs, rules, API, release notes."""
