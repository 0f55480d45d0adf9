"""The tables of saved dashboards, in a database of their own; see `dashboard.sql`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKeyConstraint, Integer, MetaData, String, Table, Text

from dashboard.sql import Number

metadata = MetaData()

dashboards = Table(
    "dashboards",
    metadata,
    Column("slug", String(120), primary_key=True),
    # That of its newest version. It goes on counting when a dashboard was deleted and is made anew: who still has the
    # old one open can then not take the new one for it.
    Column("version", Number, nullable=False),
    Column("changed", Float, nullable=False),
    Column("gone", Boolean, nullable=False, default=False, index=True),
)

versions = Table(
    "dashboard_versions",
    metadata,
    Column("slug", String(120), primary_key=True),
    Column("version", Number, primary_key=True),
    Column("saved", Float, nullable=False),
    Column("author", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("panels", Integer, nullable=False),
    # JSON, without what is as by default.
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["slug"], ["dashboards.slug"], ondelete="CASCADE"),
)
