"""Draw a digit and see how neural networks read it.  Run: streamlit run app.py"""

import os
from pathlib import Path

import streamlit as st

ICON = Path(__file__).parent / "views" / "parts" / "icon.png"


def main() -> None:
    """One run of the page, for one visitor."""
    from views.pages import draw
    from views.parts import browser, learn_beat

    st.set_page_config(page_title="Draw a digit", page_icon=str(ICON), layout="wide")
    browser.dress()
    pages = [
        st.Page(draw.page, title="Draw", default=True),
        st.Page(play, title="Play", url_path="play"),
        st.Page(room, title="Room", url_path="room"),
        st.Page(learn, title="Learn", url_path="learn"),
        st.Page(evidence, title="Evidence", url_path="evidence"),
        st.Page(book, title="The book", url_path="book"),
    ]
    page = st.navigation(pages, position="hidden" if st.context.is_embedded else "top")
    if not st.context.is_embedded:
        with st.container(key="pages", horizontal=True):  # the same below, within a thumb's reach, on a small window
            for link in pages:
                st.page_link(link)
    page.run()
    if page.url_path != "learn":
        learn_beat.beat()


def play() -> None:
    """The page Play, imported when it is opened, like those below."""
    from views.pages import play

    play.page()


def room() -> None:
    """The page Room, imported when it is opened, as the database is."""
    from views.pages import room

    room.page()


def learn() -> None:
    """The page Learn, imported when it is opened."""
    from views.pages import learn

    learn.page()


def evidence() -> None:
    """The page Evidence, imported when it is opened, as charts take as long to import as the rest of the page."""
    from views.pages import evidence

    evidence.page()


def book() -> None:
    """The page The book, imported when it is opened."""
    from views.pages.book import contents

    contents.page()


if __name__ == "__main__":  # Streamlit runs this file for each visitor ...
    main()
else:  # ... after the server has imported it, which makes what stands in front of Streamlit
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy comes: on busy cores its threads wait for another
    from views import room_store
    from views.guard.middleware import middleware
    from views.guard.upkeep import lifespan
    from views.routes import routes

    room_store.sweep_in_background()
    app = st.App(__file__, routes=routes(), middleware=middleware(), lifespan=lifespan)
