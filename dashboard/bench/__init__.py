"""How fast this machine serves: a server that publishes on command, many clients in one process, and the figures.

`plotroom bench` shows a small form of it, the scripts in tests/bench/ the long one, beside other servers.
"""
