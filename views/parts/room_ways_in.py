"""The two ways into a room: opening one, and joining one by the code on its wall."""

from __future__ import annotations

import streamlit as st

from views import room_store, session
from views.parts import room_strip
from views.room_visit import RoomVisit


def ways_in(visit: RoomVisit) -> bool:
    """Opens a room, or joins one by its code; returns whether one was joined."""
    joined = False
    st.html('<header class="masthead"><h1>Room</h1><p>Everybody draws, one wall.</p></header>')
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True):
        st.subheader("Open a room")
        st.write(
            "Everybody draws on their own phone, and all drawings come together on one wall, with what the networks "
            "make of them. Show this page on a projector."
        )
        st.button("Open a room", type="primary", on_click=_open, args=(visit,))
    with right, st.container(border=True):
        st.subheader("Join a room")
        code = st.text_input("The code on the wall", key=session.ROOM_CODE, max_chars=12, placeholder="six characters")
        if st.button("Join", key="join_by_code") and code:
            visit.problem = ""
            joined = _join(visit, code)
    if visit.problem:
        st.warning(visit.problem)
    return joined


def _open(visit: RoomVisit) -> None:
    from rooms import hosting
    from rooms.errors import RoomError

    visit.problem = ""
    try:
        database = room_store.database()
        opened = hosting.open_room(database)
        visit.hosted = hosting.host(database, opened.code, opened.token)
        visit.watched, visit.watched_code = opened.room_id, opened.code
    except RoomError as error:
        visit.problem = str(error)


def _join(visit: RoomVisit, code: str) -> bool:
    """Whether the room with this code was joined; if not, the visit says why."""
    from rooms import joining
    from rooms.errors import RoomError

    try:
        visit.looked = joining.look(room_store.database(), code)
        visit.looked_code = visit.looked.code
        visit.leave()
        room_strip.join(visit)
    except RoomError as error:
        visit.problem = str(error)
    return visit.member is not None
