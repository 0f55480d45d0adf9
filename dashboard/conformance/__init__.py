"""Whether a client in any language does what docs/wire.md tells: a server that plays a scenario, and its judgement.

`plotroom conformance COMMAND` starts the client as a program, with the address and the name of a metric as its last
arguments. The program follows that metric, with 600 seconds of history, until its standard input ends. Then it
unsubscribes, prints what it holds as JSON, a line for the series and one for each time, and ends:

    {"series": [{"name": "a"}, {"name": "b"}]}
    [1700000000000, 1.5, null]
"""
