"""How is it sent? git, GitHub, GitLab: branches, commits, change requests, release notes."""
