"""The namespace `/rooms`: people, what they say, and whom they follow."""

from __future__ import annotations

from flask_socketio import Namespace

from dashboard.live import wire
from dashboard.live.namespaces.asking import answer, sid
from dashboard.live.namespaces.only import demand_all
from dashboard.live.talk import Talk
from dashboard.live.talk_payloads import (
    EditRequest,
    FollowRequest,
    InviteRequest,
    JoinRequest,
    LeaveRequest,
    MeRequest,
    OpenRequest,
    QuitRequest,
    SayRequest,
    ViewRequest,
    WhisperRequest,
)
from dashboard.live.wire import Payload


class RoomsNamespace(Namespace):  # type: ignore[misc]  # Flask-SocketIO ships no types
    """What people may send. Events without a handler here are ignored.

    Args:
        talk: the rooms.
    """

    def __init__(self, talk: Talk) -> None:
        super().__init__(wire.ROOMS)
        self._talk = talk

    def on_connect(self, auth: object = None) -> None:
        demand_all()
        given = auth if isinstance(auth, dict) else {}
        self._talk.connect(sid(), given.get("person"), given.get("whispers"))

    def on_disconnect(self, reason: object = None) -> None:
        self._talk.disconnect(sid())

    def on_join(self, *arguments: object) -> Payload:
        return answer(JoinRequest, arguments, self._talk.join)

    def on_leave(self, *arguments: object) -> Payload:
        return answer(LeaveRequest, arguments, self._talk.leave)

    def on_me(self, *arguments: object) -> Payload:
        return answer(MeRequest, arguments, self._talk.me)

    def on_say(self, *arguments: object) -> Payload:
        return answer(SayRequest, arguments, self._talk.say)

    def on_edit(self, *arguments: object) -> Payload:
        return answer(EditRequest, arguments, self._talk.edit)

    def on_whisper(self, *arguments: object) -> Payload:
        return answer(WhisperRequest, arguments, self._talk.whisper)

    def on_open(self, *arguments: object) -> Payload:
        return answer(OpenRequest, arguments, self._talk.open)

    def on_invite(self, *arguments: object) -> Payload:
        return answer(InviteRequest, arguments, self._talk.invite)

    def on_quit(self, *arguments: object) -> Payload:
        return answer(QuitRequest, arguments, self._talk.quit)

    def on_view(self, *arguments: object) -> Payload:
        return answer(ViewRequest, arguments, self._talk.view)

    def on_follow(self, *arguments: object) -> Payload:
        return answer(FollowRequest, arguments, self._talk.follow)
