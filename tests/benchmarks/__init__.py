"""Speed beside other tools, measured in one run; no test of the suite looks at a clock."""
