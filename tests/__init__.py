"""The tests of Plotroom, one file a module; `tests/server.py` starts a real server and `tests/bench` measures one."""
