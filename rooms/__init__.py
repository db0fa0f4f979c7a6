"""Rooms that a host opens and phones join: everybody draws, one wall. Stored in SQL; without Streamlit and networks.

    from rooms import database, hosting, joining, sending, wall
    here = database.opened("sqlite:///rooms.sqlite")
    host = hosting.open_room(here)                    # a code for the class, a token for the host
    room = joining.find_room(here, host.code)
    member = joining.join(here, room.id)
    sending.send(here, member, drawing)               # sending.Drawing
    wall.tiles(here, room.id)

hosting.py has the host's commands; joining.py and sending.py a phone's; wall.py, scoreboard.py and exports.py read the
drawings; state.py is what everybody may know of a room. Every refusal is a rooms.limits.RoomError, whose text is a
sentence for the person who was refused.
"""
