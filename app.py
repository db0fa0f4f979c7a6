"""Draw a digit and see how neural networks read it.  Run: streamlit run app.py"""

from pathlib import Path

import streamlit as st

from views.pages import draw

ASSETS = Path(__file__).parent / "views" / "parts"

st.set_page_config(page_title="Draw a digit", page_icon=str(ASSETS / "icon.png"), layout="wide")
st.html(ASSETS / "style.css")
with st.container(key="script"):
    st.html(ASSETS / "script.html", unsafe_allow_javascript=True)


def evidence() -> None:
    """Imported when opened, like the next one: charts take as long to import as the rest of the page."""
    from views.pages import evidence

    evidence.page()


def book() -> None:
    from views.pages.book import contents

    contents.page()


page = st.navigation(
    [
        st.Page(draw.page, title="Draw a digit", default=True),
        st.Page(evidence, title="Evidence", url_path="evidence"),
        st.Page(book, title="The book", url_path="book"),
    ],
    position="top",
)
page.run()
