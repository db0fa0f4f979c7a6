"""The page's address as a QR code, for phones in the same room."""

from __future__ import annotations

import ipaddress
import os
import socket
from html import escape
from urllib.parse import urlsplit

import segno
import streamlit as st

from language import N_, _

PUBLIC = "DIGIT_ADDRESS"  # environment variable
MAX_LENGTH = 300  # characters of an address; the code of a longer one is too fine for the last row of a room
UNREADABLE = N_("This page's address fits into no QR code; open the page without what follows the host.")
NO_NETWORK = N_("This machine is on no network; connect it to the one that the phones use, and open this again.")
UNUSED_ADDRESS = ("192.0.2.1", 9)  # reserved for documentation, RFC 5737


def share_button() -> None:
    """Show a button that opens the code."""
    if st.button(_("QR code"), icon=":material/qr_code_2:", help=_("Show this page's address, for phones")):
        st.dialog(_("Draw with us"), width="medium")(_show)()


def _show() -> None:
    opened = st.context.url or ""
    try:
        address = reachable(opened)
    except ValueError:
        st.write(_(UNREADABLE))
        return
    if address is None:
        st.write(_(NO_NETWORK))
        return
    code = segno.make(address, micro=False).svg_data_uri(scale=8, border=4, light="white")
    words = escape(_("QR code of {address}").format(address=address))
    st.html(f'<figure class="share-link"><img src="{code}" alt="{words}"></figure>')
    st.code(address, language=None)
    if address != plain(opened):
        st.caption(_("Phones must be on the same network as this machine."))


def reachable(address: str) -> str | None:
    """The page's address as other machines can open it; None if this machine is on no network.

    It is the one in DIGIT_ADDRESS, where that is set: a container does not know under which address it is reached.
    address: as this browser opened it; a name that means "this machine" is replaced by its address on the network.
    Raises ValueError for an invalid address, and for one that is too long for a code.
    """
    if public := os.environ.get(PUBLIC):
        return plain(public)
    parts = urlsplit(address)
    if len(plain(address)) > MAX_LENGTH:
        raise ValueError(f"expected an address of at most {MAX_LENGTH} characters, got {len(plain(address)):,}")
    if not _is_local(parts.hostname or ""):
        return plain(address)
    own = own_address()
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{own}{port}{parts.path.rstrip('/')}/" if own else None


def plain(address: str) -> str:
    """The address without query and fragment, which hold this visitor's choices."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def own_address() -> str | None:
    """This machine's address on its network, or None; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(UNUSED_ADDRESS)  # for UDP this only chooses a network card
            found = probe.getsockname()[0]
        except OSError:
            return None
    return None if _is_local(found) else found


def _is_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
