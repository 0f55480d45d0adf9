"""Collectors that run in the server itself."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.registry import Declaration
from collectors.sampler import Sampler
from dashboard.sampling.job import Sampling
from dashboard.sampling.roster import Context, Plan, Roster
from dashboard.sampling.state import JobState


class InlineSource:
    """Collectors that run in tasks of this process.

    Args:
        origin: the module that they come from.
        declarations: of the collectors.
        context: what all sources share.
    """

    def __init__(self, origin: str, declarations: Sequence[Declaration], context: Context) -> None:
        self.origin = origin
        self.problem: JobState | None = None
        self.settled = True
        self._declarations = declarations
        self._roster = Roster(origin, context, self._sampler)

    def start(self) -> None:
        self._roster.agree(self._declarations)

    def tables_changed(self) -> None:
        """plotroom.toml has changed: the jobs that it concerns restart."""
        self._roster.agree(self._declarations)

    def stop(self) -> None:
        self._roster.stop(retire=False)

    def join(self, timeout: float) -> bool:
        return True

    @property
    def roster(self) -> Roster:
        return self._roster

    @staticmethod
    def _sampler(declaration: Declaration, plan: Plan) -> Sampling:
        assert declaration.kind is not None
        return Sampler(declaration.kind, plan.tables)
