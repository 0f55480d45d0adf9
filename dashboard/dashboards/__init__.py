"""Dashboards that people make: what one is, where they are kept, and how they are built in Python.

    from dashboard import Dashboard, Panel, Text, Variable

is the address of the builder; docs/dashboards.md shows it.
"""
