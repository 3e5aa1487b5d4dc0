"""How a proposal is sent: git, and the forges that show change requests.

`publish` brings change requests to a remote and a forge; `releases` reads what forges say about releases. Nothing here
touches the user's working tree, index or branches, and no token is in an argument, a message, a log or a file.
"""
