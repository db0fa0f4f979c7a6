"""Rooms that a host opens and phones join: everybody draws, one wall. Kept in SQL; knows neither the page nor Keras.

    from rooms import database, hosting, joining, sending
    here = database.opened("sqlite:///rooms.sqlite")
    opened = hosting.open_room(here)                     # a code for the class, a token for the host
    member = joining.join(here, opened.room_id)
    sending.send(here, member, drawing)

hosting.py is what a host may do, joining.py and sending.py what a phone may do, wall.py and scoreboard.py what is
seen, exports.py what is kept afterwards. Every refusal is a rooms.limits.RoomError whose text is a sentence for whoever
sees it.
"""
