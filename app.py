"""Draw a digit and see what four neural networks make of it.  Run: streamlit run app.py"""

from pathlib import Path

import streamlit as st

from views import draw

VIEWS = Path(__file__).parent / "views"

st.set_page_config(page_title="Draw a digit", page_icon=str(VIEWS / "icon.png"), layout="wide")
st.html(VIEWS / "style.css")
with st.container(key="script"):
    st.html(VIEWS / "script.html", unsafe_allow_javascript=True)


def evidence() -> None:
    """Imported when it is opened, as the next one: charts take as long to import as the rest of the page."""
    from views import evidence

    evidence.page()


def book() -> None:
    from views import book

    book.page()


page = st.navigation(
    [
        st.Page(draw.page, title="Draw a digit", default=True),
        st.Page(evidence, title="Evidence", url_path="evidence"),
        st.Page(book, title="The book", url_path="book"),
    ],
    position="top",
)
page.run()
