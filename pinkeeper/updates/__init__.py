"""Which bumps are proposed? Candidates, policy, grouping by risk. Pure: the workflow resolves and compares."""
