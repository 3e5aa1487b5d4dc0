"""A corpus of planted attacks: benign releases, and what attackers have done to such, rebuilt as text.

Nothing here is ever imported from a built archive, or run. Hosts are reserved ones, addresses those of documentation,
payloads say what they stand for and do nothing.
"""
